"""Questions on the booking form: set by the owner, answered by the invitee, and copied into the booking."""

import re
from typing import Any

import pytest
from flask_migrate import downgrade, upgrade
from support.http_client import filled_in
from support.world import JANE, Browser, World, at, field, z

from database import utcnow
from enums import Role
from integrations import ical
from models import Calendar, Message, Owner
from notifications import outbox
from notifications.email_content import email_content
from parsing.questions import MAX_OPTIONS, Question, QuestionKind
from scheduling.booking_queries import get_booking
from scheduling.calendars import change_calendar, get_calendar

NINE, TEN = at("2026-11-30 09:00"), at("2026-11-30 10:00")
ALL = (
    Question(1, QuestionKind.LINE, "Your dog’s name", required=True),
    Question(2, QuestionKind.TEXT, "What happened?"),
    Question(3, QuestionKind.ONE, "How did you find us?", ("Web", "A friend")),
    Question(4, QuestionKind.SEVERAL, "Which days suit?", ("Mon", "Tue", "Wed")),
    Question(5, QuestionKind.CONSENT, "I agree that <b>my data</b> is kept.", required=True),
)
ANSWERED = {
    "answer-1": "Rex",
    "answer-2": "He\nlimps",
    "answer-3": "A friend",
    "answer-4": ["Mon", "Wed"],
    "answer-5": "y",
}


@pytest.fixture
def calendar(world: World, owner: Owner) -> Calendar:
    calendar = world.calendar(owner)
    return ask(world, calendar, ALL)


def ask(world: World, calendar: Calendar, questions: tuple[Question, ...], **fields: Any) -> Calendar:
    with world.inside():
        return change_calendar(calendar.owner_id, calendar.id, questions=questions, **fields)


def kept(world: World, calendar: Calendar) -> tuple[Question, ...]:
    with world.inside():
        return get_calendar(calendar.owner_id, calendar.id).questions


def book(world: World, token: str, **changes: Any) -> Any:
    form = filled_in(z(NINE)) | ANSWERED | changes
    return world.browser().post(f"/b/{token}", data={name: value for name, value in form.items() if value is not None})


def rows(*questions: dict[str, str], **more: str) -> dict[str, str]:
    """Return the form with these questions, one a row."""
    form = {"phone_field": "optional", "notes_field": "optional"} | more
    for i in range(10):
        row = {"label": "", "kind": "line", "options": "", "place": str(i + 1)}
        form |= {f"{name}{i}": value for name, value in (row | dict(enumerate(questions)).get(i, {})).items()}
    return form


def test_answers_are_copied_into_the_booking_and_shown_wherever_it_is(
    world: World, browser: Browser, calendar: Calendar
) -> None:
    answer = book(world, world.link(calendar))
    assert answer.status_code == 303
    (booking,) = world.bookings()
    assert booking.answers == (
        ("Your dog’s name", "Rex"), ("What happened?", "He\nlimps"), ("How did you find us?", "A friend"),
        ("Which days suit?", "Mon, Wed"), ("I agree that <b>my data</b> is kept.", "Yes"),
    )  # fmt: skip
    ask(world, calendar, ())
    with world.inside():
        booking = get_booking(booking.owner_id, booking.id)
        event = ical.owner_event(booking, "http://localhost/").description
        assert ical.invitee_event(booking, None).description == ""
    for page in (world.browser().get(answer.location).text, browser.get(f"/bookings/{booking.id}").text):
        for words in ("Your dog’s name", "Rex", "A friend", "Mon, Wed", "&lt;b&gt;my data&lt;/b&gt;"):
            assert words in page
    assert "Your dog’s name: Rex\nWhat happened?: He\nlimps" in event


def test_the_owners_mail_has_the_answers_and_the_invitees_has_none(world: World, calendar: Calendar) -> None:
    book(world, world.link(calendar))
    (booking,) = world.bookings()
    with world.inside():
        for recipient in Role:
            world.message(booking, recipient, state="waiting")
        contents = {}
        while message := outbox.lease_next(utcnow()):
            assert isinstance(message, Message)
            contents[message.recipient] = email_content(message)
    owners, invitees = contents[Role.OWNER], contents[Role.INVITEE]
    assert "Your dog’s name: Rex" in dict(owners.facts)["Answers"]
    assert "Rex" not in str(invitees)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"answer-1": ""}, "answer-1"), ({"answer-1": None}, "answer-1"), ({"answer-1": "x" * 501}, "answer-1"),
        ({"answer-1": "a\0b"}, "answer-1"), ({"answer-2": "x" * 501}, "answer-2"),
        ({"answer-3": "Radio"}, "answer-3"), ({"answer-4": ["Mon", "Sun"]}, "answer-4"),
        ({"answer-5": None}, "answer-5"),
    ],
)  # fmt: skip
def test_what_is_missing_or_no_answer_is_422_named_and_the_rest_stays(
    world: World, calendar: Calendar, changes: dict[str, Any], named: str
) -> None:
    token = world.link(calendar)
    answer = book(world, token, **changes)
    assert answer.status_code == 422
    assert f'href="#{named}"' in answer.text
    assert field(answer, "name") == JANE["name"]
    assert field(answer, "answer-2") == (changes.get("answer-2") or ANSWERED["answer-2"])
    assert world.bookings() == []
    assert book(world, token).status_code == 303


def test_unknown_answers_are_ignored_and_optional_ones_may_be_missing(world: World, calendar: Calendar) -> None:
    more = {"answer-2": None, "answer-3": "", "answer-4": None, "answer-99": "x", "answer-": "y"}
    assert book(world, world.link(calendar), **more).status_code == 303
    (booking,) = world.bookings()
    assert [answer for _label, answer in booking.answers] == ["Rex", "Yes"]


def test_when_the_slot_went_meanwhile_all_answers_stay(world: World, calendar: Calendar) -> None:
    token = world.link(calendar)
    world.book(world.link(calendar), NINE)
    answer = book(world, token)
    assert answer.status_code == 409
    hidden = re.findall(r'type="hidden" name="(answer-\d)" value="([^"]*)"', answer.text)
    assert hidden == [
        ("answer-1", "Rex"), ("answer-2", "He\nlimps"), ("answer-3", "A friend"), ("answer-4", "Mon"),
        ("answer-4", "Wed"), ("answer-5", "y"),
    ]  # fmt: skip
    form = ANSWERED | JANE | {"look": "1"}
    again = world.browser().post(f"/b/{token}?start={z(TEN)}&tz=UTC", data=form)
    assert field(again, "answer-1") == "Rex"
    assert len(re.findall(r'<input checked[^>]*name="answer-4"', again.text)) == 2


@pytest.mark.parametrize(
    ("use", "shown", "status"), [("hidden", False, 303), ("optional", True, 303), ("required", True, 422)]
)
def test_phone_and_notes_are_hidden_optional_or_required(
    world: World, calendar: Calendar, use: str, shown: bool, status: int
) -> None:
    ask(world, calendar, (), phone_field=use, notes_field=use)
    token = world.link(calendar)
    page = world.browser().get(f"/b/{token}?start={z(NINE)}").text
    assert [f'name="{name}"' in page for name in ("phone", "notes")] == [shown, shown]
    assert book(world, token, phone="", notes="").status_code == status
    if use == "hidden":
        other = world.link(calendar)
        assert book(world, other, start=z(TEN)).status_code == 303
        assert [(b.phone, b.notes) for b in world.bookings()] == [("", ""), ("", "")]


def test_the_owner_writes_orders_and_removes_questions(world: World, owner: Owner, browser: Browser) -> None:
    calendar = world.calendar(owner)
    path = f"/settings/calendars/{calendar.id}/questions"
    assert path in browser.get(f"/settings/calendars/{calendar.id}").text
    form = rows(
        {"label": "Second", "place": "2", "kind": "several", "options": " a \n\nb\na", "required": "y"},
        {"label": "First", "place": "1", "kind": "line", "options": "ignored"},
        phone_field="required",
        notes_field="hidden",
    )
    assert browser.change(path, form).status_code == 303
    first, second = kept(world, calendar)
    assert (first.label, first.kind, first.options, first.required) == ("First", "line", (), False)
    assert (second.label, second.kind, second.options, second.required) == ("Second", "several", ("a", "b"), True)
    page = browser.get(path)
    assert field(page, "id1") == str(second.id)
    assert browser.change(path, rows({"id": str(second.id), "label": "Only"})).status_code == 303
    assert kept(world, calendar) == (Question(second.id, QuestionKind.LINE, "Only"),)
    assert browser.change(path, rows()).status_code == 303
    assert kept(world, calendar) == ()


@pytest.mark.parametrize(
    ("row", "named"),
    [
        ({"options": "a\nb"}, "label0"), ({"label": " ", "required": "y"}, "label0"), ({"label": "x" * 501}, "label0"),
        ({"label": "x", "kind": "one"}, "options0"), ({"label": "x", "kind": "one", "options": "a"}, "options0"),
        ({"label": "x", "kind": "several", "options": "\n".join(map(str, range(MAX_OPTIONS + 1)))}, "options0"),
        ({"label": "x", "kind": "several", "options": "\n".join(map(str, range(10_000)))}, "options0"),
        ({"label": "x", "kind": "one", "options": "a\n" + "b" * 201}, "options0"),
        ({"label": "x", "kind": "nonsense"}, "kind0"), ({"label": "x", "place": "11"}, "place0"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_422_named_and_nothing_is_saved(
    world: World, browser: Browser, calendar: Calendar, row: dict[str, str], named: str
) -> None:
    answer = browser.change(f"/settings/calendars/{calendar.id}/questions", rows(row))
    assert answer.status_code == 422
    assert f'href="#{named}"' in answer.text
    assert kept(world, calendar) == ALL


def test_eleven_questions_are_refused(world: World, browser: Browser, calendar: Calendar) -> None:
    form = rows(*({"label": f"Question {i}"} for i in range(10)))
    path = f"/settings/calendars/{calendar.id}/questions"
    assert browser.change(path, form | {"label10": "One more"}).status_code == 422
    assert kept(world, calendar) == ALL
    assert browser.change(path, form).status_code == 303
    assert len({question.id for question in kept(world, calendar)}) == 10


def test_two_rows_with_one_id_become_two_questions(world: World, browser: Browser, calendar: Calendar) -> None:
    form = rows({"label": "a", "id": "7"}, {"label": "b", "id": "7"}, {"label": "c", "id": "-1"})
    assert browser.change(f"/settings/calendars/{calendar.id}/questions", form).status_code == 303
    assert len({question.id for question in kept(world, calendar)}) == 3


def test_the_migration_can_be_taken_back_with_answers_in_the_table(world: World, calendar: Calendar) -> None:
    book(world, world.link(calendar))
    with world.inside():
        downgrade(revision="0024")
        upgrade()
    (booking,) = world.bookings()
    assert (booking.name, booking.answers) == (JANE["name"], ())
    assert kept(world, calendar) == ()
