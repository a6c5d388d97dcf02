"""Microsoft's calendars by Graph, against a stateful server of our own; the real one is out of reach."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from support.fake_microsoft import READS, WRITES, FakeMicrosoft

from remote_calendars.fetching import Client
from remote_calendars.microsoft import Account
from remote_calendars.reading import Interval, ProblemCode, ReadingFailed, Scope
from remote_calendars.services import SERVICES, authorization_url
from remote_calendars.signed_in import Entry, choices

CLIENT = Client((ip_network("127.0.0.0/8"),), redirects=0)
HOUR = timedelta(hours=1)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
SCOPE = Scope(NOON, NOON + timedelta(days=60), ZoneInfo("Europe/Berlin"), frozenset({"ours@bookonce"}))
FIRST = "AAMk="
MINE = [{"href": FIRST, "counts": True, "own": True}]
ENTRY = Entry("ours@bookonce", 0, NOON, NOON + HOUR, "Meeting with Jane", "jane@example.com", "")


@pytest.fixture
def fake() -> Iterator[FakeMicrosoft]:
    with FakeMicrosoft() as server:
        yield server


def account(fake: FakeMicrosoft, scope: set[str] = READS) -> Account:
    fake.access["good"] = scope
    return Account(CLIENT, fake.app.api_url, "good")


def busy(fake: FakeMicrosoft) -> list[Interval]:
    return account(fake).read(MINE, SCOPE).busy


def failure(ask: Callable[[], Any]) -> ReadingFailed:
    with pytest.raises(ReadingFailed) as caught:
        ask()
    return caught.value


def test_the_page_to_agree_at_is_asked_for_reading_first_and_for_writing_when_it_is_wanted(fake: FakeMicrosoft) -> None:
    service = SERVICES["microsoft"]
    asked = [fake.page(authorization_url(service, fake.app, each, "https://b.example/", "s", "v")) for each in (0, 1)]
    assert [set(each["scope"].split()) for each in asked] == [READS, READS | WRITES]
    assert service.may_read(fake.named(READS))
    assert not service.may_write(fake.named(READS))
    assert service.may_write(fake.named(READS | WRITES))


def test_of_the_accounts_calendars_the_owners_own_count(fake: FakeMicrosoft) -> None:
    fake.add_calendar("b/c=", "Team", {"address": "team@example.com"})
    fake.add_calendar("d", "Holidays", canEdit=False)
    fake.add_calendar("e", "Sports")
    found = account(fake).calendars()
    assert [each.name for each in found if each.is_first] == ["Calendar"]
    counting = {each["name"]: each["counts"] for each in choices(found, [])}
    assert counting == {"Calendar": True, "Team": False, "Holidays": False, "Sports": True}


def test_what_is_busy_is_read_page_by_page(fake: FakeMicrosoft) -> None:
    for hours in (0, 2, 4, 6, 8):
        fake.add_event(NOON + hours * HOUR, NOON + (hours + 1) * HOUR)
    fake.add_event(NOON + 20 * HOUR, NOON + 21 * HOUR, showAs="free")
    fake.add_event(NOON + 20 * HOUR, NOON + 21 * HOUR, isCancelled=True)
    fake.add_event(NOON + 20 * HOUR, NOON + 21 * HOUR, responseStatus={"response": "declined"})
    fake.add_event(NOON + 30 * HOUR, NOON + 31 * HOUR, showAs="tentative")
    assert [start for start, _ in busy(fake)] == [NOON + hours * HOUR for hours in (0, 2, 4, 6, 8, 30)]
    assert len(fake.asked) == 5


def test_a_calendar_is_found_by_its_id_whatever_is_in_it(fake: FakeMicrosoft) -> None:
    fake.add_calendar("b/c+d=", "Sports")
    there, sports = account(fake, READS | WRITES), [{"href": "b/c+d=", "counts": True, "own": True}]
    fake.add_event(NOON, NOON + HOUR, "b/c+d=")
    assert there.read(sports, SCOPE).count == 1
    there.put("b/c+d=", ENTRY)
    there.remove("b/c+d=", ENTRY.uid)
    assert len(fake.events) == 1


def test_a_whole_day_is_one_of_the_owners_zone(fake: FakeMicrosoft) -> None:
    third = datetime(2026, 12, 3, tzinfo=UTC)
    fake.add_event(third, third + 24 * HOUR, isAllDay=True)
    assert busy(fake) == [(third - HOUR, third + 23 * HOUR)]


def test_our_own_appointments_are_told_from_the_others(fake: FakeMicrosoft) -> None:
    account(fake, READS | WRITES).put(FIRST, ENTRY)
    fake.add_event(NOON + 5 * HOUR, NOON + 6 * HOUR, iCalUId="ours@bookonce")
    fake.add_event(NOON + HOUR / 2, NOON + HOUR, transactionId="another-0")
    assert busy(fake) == [(NOON + HOUR / 2, NOON + HOUR)]


@pytest.mark.parametrize("following", ["https://elsewhere.example/v1.0/me", "{url}/api.elsewhere/", "//x", 1])
def test_the_next_page_is_of_the_same_host_or_the_token_stays_here(fake: FakeMicrosoft, following: Any) -> None:
    link = following.format(url=fake.url) if isinstance(following, str) else following
    fake.fail("/api/me/calendars/", 200, said={"value": [], "@odata.nextLink": link})
    assert failure(lambda: busy(fake)).code == ProblemCode.CUT_OFF
    assert fake.asked == []


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, ProblemCode.LOGIN), (403, ProblemCode.CONSENT), (404, ProblemCode.NOT_FOUND), (429, ProblemCode.SERVER)],
)
def test_each_refusal_is_told_by_its_code(fake: FakeMicrosoft, status: int, code: ProblemCode) -> None:
    fake.fail("/api/me/calendars/", status, said={"error": {"code": "x"}}, headers={"Retry-After": "60"})
    caught = failure(lambda: busy(fake))
    assert (caught.code, caught.retry_after) == (code, 60 if status == 429 else 0)


ODD = {"dateTime": "2026-12-03T09:00:00", "timeZone": "Pacific Standard Time"}


@pytest.mark.parametrize(
    "said", [{}, {"value": 1}, {"value": [1]}, {"value": [{}]}, {"value": [{"start": ODD, "end": ODD}]}]
)
def test_an_answer_that_is_none_frees_nothing(fake: FakeMicrosoft, said: dict[str, Any]) -> None:
    fake.fail("/api/me/calendars/", 200, said=said)
    assert failure(lambda: busy(fake)).code == ProblemCode.CUT_OFF


def test_an_entry_is_made_once_moved_and_taken_out(fake: FakeMicrosoft) -> None:
    there = account(fake, READS | WRITES)
    there.put(FIRST, ENTRY)
    there.put(FIRST, ENTRY)
    (event,) = fake.events.values()
    event |= {"subject": "With coffee", "categories": ["Red"]}
    there.put(FIRST, Entry("ours@bookonce", 1, NOON + HOUR, NOON + 2 * HOUR, "Meeting with Jane", "", ""))
    (event,) = fake.events.values()
    assert (event["subject"], event["categories"]) == ("With coffee", ["Red"])
    assert event["start"] == {"dateTime": "2026-12-01T13:00:00", "timeZone": "UTC"}
    there.remove(FIRST, "ours@bookonce")
    there.remove(FIRST, "ours@bookonce")
    assert fake.events == {}


def test_a_creation_that_is_repeated_before_it_can_be_found_makes_no_second(fake: FakeMicrosoft) -> None:
    there = account(fake, READS | WRITES)
    there.put(FIRST, ENTRY)
    fake.fail("/api/me/calendars/.*/events", 200, said={"value": []})
    there.put(FIRST, ENTRY)
    assert len(fake.events) == 1


def test_an_entry_that_the_owner_deleted_comes_back_when_it_is_moved(fake: FakeMicrosoft) -> None:
    there = account(fake, READS | WRITES)
    there.put(FIRST, ENTRY)
    fake.events.clear()
    there.put(FIRST, Entry("ours@bookonce", 1, NOON, NOON + HOUR, "Meeting", "", ""))
    assert len(fake.events) == 1


def test_a_change_there_between_our_look_and_our_change_is_kept(fake: FakeMicrosoft) -> None:
    there = account(fake, READS | WRITES)
    there.put(FIRST, ENTRY)
    (key,) = fake.events
    fake.fail("/api/me/calendars/.*/events", 200, said={"value": [{"id": key, "@odata.etag": "old"}]})
    there.put(FIRST, ENTRY)
    assert [each.method for each in fake.asked].count("PATCH") == 2
    fake.fail("/api/me/calendars/.*/events", 200, times=9, said={"value": [{"id": key, "@odata.etag": "old"}]})
    assert failure(lambda: there.put(FIRST, ENTRY)).code == ProblemCode.SERVER
