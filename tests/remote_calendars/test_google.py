"""Google's sign-in and busy times, against a stateful server of our own; the real one is out of reach."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from support.fake_google import FakeGoogle

from remote_calendars import google
from remote_calendars.fetching import Client
from remote_calendars.oauth import (
    GOOGLE,
    App,
    Provider,
    authorization_url,
    challenge_of,
    exchange_code,
    refresh_tokens,
)
from remote_calendars.reading import ProblemCode, ReadingFailed, Scope

APP = App("id", "secret")
VERIFIER = "v" * 43
BACK = "https://book.example/settings/sources/google/callback"
CLIENT = Client((ip_network("127.0.0.0/8"),), redirects=0)
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
SCOPE = Scope(NOON, NOON + timedelta(days=120), ZoneInfo("Europe/Berlin"))


@pytest.fixture
def fake() -> Iterator[FakeGoogle]:
    with FakeGoogle() as server:
        yield server


def provider_of(fake: FakeGoogle) -> Provider:
    return Provider("https://unused.example", f"{fake.url}/token", fake.url, GOOGLE.scope)


def failure(fake: FakeGoogle, access: str | None = None) -> ReadingFailed:
    with pytest.raises(ReadingFailed) as caught:
        google.read(CLIENT, fake.url, access or fake.access, ["work"], SCOPE)
    return caught.value


def test_the_page_to_agree_at_is_asked_for_the_least_with_state_and_a_challenge() -> None:
    query = parse_qs(urlsplit(authorization_url(GOOGLE, APP, BACK, "s", VERIFIER)).query)
    assert query["state"] == ["s"]
    assert query["code_challenge"] == [challenge_of(VERIFIER)]
    assert query["redirect_uri"] == [BACK]
    scopes = [each.rsplit("/", 1)[1] for each in query["scope"][0].split()]
    assert scopes == ["calendar.freebusy", "calendar.calendarlist.readonly"]
    assert "secret" not in str(query)


def test_the_challenge_is_that_of_the_rfc() -> None:
    """RFC 7636, appendix B."""
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_code_works_once_and_with_its_verifier_only(fake: FakeGoogle) -> None:
    fake.codes["code"] = challenge_of(VERIFIER)
    with pytest.raises(ReadingFailed) as caught:
        exchange_code(CLIENT, provider_of(fake), APP, BACK, "code", "w" * 43)
    assert (caught.value.code, caught.value.detail) == (ProblemCode.LOGIN, "invalid_grant")
    assert exchange_code(CLIENT, provider_of(fake), APP, BACK, "code", VERIFIER).refresh == fake.refresh
    with pytest.raises(ReadingFailed):
        exchange_code(CLIENT, provider_of(fake), APP, BACK, "code", VERIFIER)


def test_a_refresh_token_that_is_sent_takes_the_place_of_the_old_one(fake: FakeGoogle) -> None:
    old, fake.rotates = fake.refresh, True
    assert refresh_tokens(CLIENT, provider_of(fake), APP, old).refresh == fake.refresh != old
    with pytest.raises(ReadingFailed) as caught:
        refresh_tokens(CLIENT, provider_of(fake), APP, old)
    assert caught.value.detail == "invalid_grant"


def test_where_none_is_sent_the_old_one_stays(fake: FakeGoogle) -> None:
    tokens = refresh_tokens(CLIENT, provider_of(fake), APP, fake.refresh)
    assert tokens.refresh == fake.refresh
    assert google.calendars(CLIENT, fake.url, tokens.access) == [("work", "Work"), ("home", "Home")]


def test_busy_times_of_a_long_scope_are_asked_for_in_parts_and_merged(fake: FakeGoogle) -> None:
    far = NOON + google.MAX_SPAN
    fake.busy["work"] = [(NOON, NOON + timedelta(hours=1)), (far - timedelta(hours=1), far + timedelta(hours=1))]
    fake.busy["home"] = [(NOON + timedelta(hours=1), NOON + timedelta(hours=2))]
    found = google.read(CLIENT, fake.url, fake.access, ["work", "home"], SCOPE)
    assert found.busy == [
        (NOON, NOON + timedelta(hours=2)),
        (far - timedelta(hours=1), far + timedelta(hours=1)),
    ]


def test_a_calendar_that_is_gone_fails_the_reading_and_frees_nothing(fake: FakeGoogle) -> None:
    del fake.busy["work"]
    assert failure(fake).code == ProblemCode.NOT_FOUND


@pytest.mark.parametrize(
    ("status", "code"),
    [
        *((401, ProblemCode.LOGIN), (403, ProblemCode.LOGIN), (410, ProblemCode.NOT_FOUND)),
        *((429, ProblemCode.SERVER), (503, ProblemCode.SERVER), (307, ProblemCode.REDIRECTS)),
    ],
)
def test_each_refusal_is_told_by_its_code(fake: FakeGoogle, status: int, code: ProblemCode) -> None:
    fake.fault = status
    assert failure(fake).code == code
    fake.fault = 0
    assert google.read(CLIENT, fake.url, fake.access, ["work"], SCOPE).busy == []


def test_an_access_token_that_ended_is_refused(fake: FakeGoogle) -> None:
    assert failure(fake, "old").code == ProblemCode.LOGIN


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'{"calendars": 1}', json.dumps({"calendars": {}}).encode()])
def test_an_answer_that_is_none_frees_nothing(fake: FakeGoogle, body: bytes) -> None:
    fake.body = body
    assert failure(fake).code == ProblemCode.CUT_OFF
