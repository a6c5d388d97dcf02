"""Each feed in `tests/feeds/` gives the busy times beside it, and says what of it was not understood."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from remote_calendars.feed import read_feed
from remote_calendars.reading import Note, NoteCode, ProblemCode, Reading, ReadingFailed, Scope

FEEDS = Path(__file__).parents[1] / "feeds"
SCOPE = Scope(
    datetime(2027, 1, 1, tzinfo=UTC),
    datetime(2027, 7, 1, tzinfo=UTC),
    ZoneInfo("Europe/Berlin"),
    frozenset({"own@example.org"}),
    frozenset({"olivia@example.com"}),
)


def said(reading: Reading) -> list[str]:
    """Return a reading as the files beside the feeds have it."""
    times = [f"{start:%Y-%m-%dT%H:%MZ}/{end:%Y-%m-%dT%H:%MZ}" for start, end in reading.busy]
    return times + sorted(note.code for note in reading.notes)


@pytest.mark.parametrize("path", sorted(FEEDS.glob("*.ics")), ids=lambda path: path.stem)
def test_a_feed_gives_the_busy_times_beside_it(path: Path) -> None:
    assert said(read_feed(path.read_bytes(), SCOPE)) == path.with_suffix(".txt").read_text().split()


def read(*lines: str, scope: Scope = SCOPE) -> Reading:
    text = "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""])
    return read_feed(text.encode(), scope)


def event(*lines: str) -> list[str]:
    return ["BEGIN:VEVENT", "UID:1@example.org", *lines, "END:VEVENT"]


WHOLE = (FEEDS / "moved-and-cancelled.ics").read_bytes()


@pytest.mark.parametrize("count", range(0, len(WHOLE) - 4, 7))
def test_a_feed_that_was_cut_off_anywhere_is_refused(count: int) -> None:
    with pytest.raises(ReadingFailed) as failure:
        read_feed(WHOLE[:count], SCOPE)
    assert failure.value.code in (ProblemCode.CUT_OFF, ProblemCode.NO_CALENDAR)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<!doctype html><title>Sign in</title>", ProblemCode.WEB_PAGE),
        (b"\xef\xbb\xbf\n <html>", ProblemCode.WEB_PAGE),
        (b"", ProblemCode.NO_CALENDAR),
        (b'{"error": "quota"}', ProblemCode.NO_CALENDAR),
        (b"BEGIN:VCARD\nEND:VCARD\n", ProblemCode.NO_CALENDAR),
        (b"\0" * 100_000, ProblemCode.NO_CALENDAR),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:VEVENT\n" * 200_000 + b"END:VCALENDAR\n", ProblemCode.TOO_MUCH),
    ],
)
def test_what_is_no_whole_calendar_is_refused(data: bytes, code: ProblemCode) -> None:
    with pytest.raises(ReadingFailed) as failure:
        read_feed(data, SCOPE)
    assert failure.value.code == code


def test_an_empty_calendar_is_one() -> None:
    assert read().busy == []


def test_a_note_names_the_event_its_day_and_the_word_at_fault() -> None:
    reading = read(*event("SUMMARY:Lunch\\, with Jim", "DTSTART;TZID=Narnia:20270210T090000", "DURATION:PT1H"))
    day = datetime(2027, 2, 10, tzinfo=UTC).date()
    assert reading.notes == [Note(NoteCode.ZONE, "Lunch, with Jim", day, "Narnia")]


def test_what_is_over_or_comes_later_than_is_read_is_not_told() -> None:
    old = event("DTSTART;TZID=Narnia:20200210T090000", "DURATION:PT1H")
    late = event("DTSTART;TZID=Narnia:20300210T090000", "DURATION:PT1H")
    assert read(*old, *late) == read(*old, *late, scope=SCOPE)
    assert read(*old, *late).notes == []


def test_many_notes_are_counted_and_the_first_are_kept() -> None:
    lines = [line for _ in range(60) for line in event("DTSTART:never", "DURATION:PT1H")]
    reading = read(*lines)
    assert (len(reading.notes), reading.more_notes) == (50, 10)


def test_a_letter_may_be_folded_in_its_middle() -> None:
    folded = b"SUMMARY:Gar" + "ä".encode()[:1] + b"\r\n " + "ä".encode()[1:] + b"!"
    data = b"\r\n".join([b"BEGIN:VCALENDAR", b"BEGIN:VEVENT", folded, b"END:VEVENT", b"END:VCALENDAR"])
    assert read_feed(data, SCOPE).notes[0].title == "Garä!"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_other_encodings_are_read(encoding: str) -> None:
    lines = event("SUMMARY:Gärten", "DTSTART:20270210T090000Z", "DTEND:never")
    text = "\n".join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR"])
    assert read_feed(text.encode(encoding), SCOPE).notes[0].title == "Gärten"


def test_the_digest_stays_when_only_stamps_change_and_changes_with_a_time() -> None:
    times = "DTSTART:20270210T090000Z", "DURATION:PT1H"
    one = read(*event(*times, "DTSTAMP:20270101T000000Z"))
    assert one.digest == read(*event(*times, "DTSTAMP:20270102T000000Z", "DESCRIPTION:x")).digest
    assert one.digest != read(*event(times[0], "DURATION:PT2H")).digest


@pytest.mark.slow
def test_a_rule_that_never_comes_true_costs_seconds_and_only_itself() -> None:
    never = event("DTSTART:20270210T090000Z", "DURATION:PT1H", "RRULE:FREQ=MINUTELY;BYMONTH=2;BYMONTHDAY=30")
    other = ["BEGIN:VEVENT", "UID:2", "DTSTART:20270211T090000Z", "DURATION:PT1H", "END:VEVENT"]
    reading = read(*never, *other)
    assert said(reading) == ["2027-02-10T09:00Z/2027-02-10T10:00Z", "2027-02-11T09:00Z/2027-02-11T10:00Z", "slow"]
