"""The address may be a stranger's: no mail to an invitee holds what was typed, or booking would be a way to write."""

from collections.abc import Callable
from email.message import EmailMessage

import pytest
import time_machine
from flask import Flask
from support.smtp_server import PostOffice
from support.world import World, at, z

from enums import MessageKind
from forms.booking import BookingForm, CancelForm
from models import Booking
from notifications.worker import Worker
from scheduling import changes
from scheduling.changes import OwnerActor

NINE, TEN, ELEVEN = at("2026-11-30 09:00"), at("2026-11-30 10:00"), at("2026-11-30 11:00")
STRANGERS, OLIVIAS = "stranger@example.com", "olivia@example.com"
GIVEN = {"start": z(NINE), "timezone": "America/New_York", "email": STRANGERS}
"""These must be right. The rest is free text, and gets a marker: fields that are added later, too."""


@pytest.fixture
def app(sqlite_url: str, mailing_app_on: Callable[..., Flask]) -> Flask:
    return mailing_app_on(sqlite_url, BASE_URL="https://book.example.com")


def marked(app: Flask) -> dict[str, str]:
    """Return a marker for each free text that an invitee can type, by field."""
    with app.test_request_context():
        fields = [field.name for field in BookingForm() if field.name not in GIVEN]
    typed = {name: f"WIN{name.replace('_', '')}500EUR" for name in fields} | {"answer-1": "WINanswer500EUR"}
    assert {"name", "phone", "notes", "request_id"} <= set(typed)
    return typed


def everything(mail: EmailMessage) -> str:
    """Return all that a program can read in the mail: its headers, and each part with its headers, decoded."""
    found = []
    for part in mail.walk():
        found += [f"{name}: {value}" for name, value in part.items()]
        found += [str(part.get_filename()), str(part.get_params())]
        if not part.is_multipart():
            found.append(part.get_payload(decode=True).decode())  # type: ignore[union-attr]
    text = "\n".join(found)
    return text + text.replace("\r\n ", "")  # iCalendar folds its lines


def as_owner(world: World, booking: Booking, verb: str, *args: object) -> None:
    with world.inside():
        getattr(changes, verb)(OwnerActor(booking.owner_id, booking.id), *args, notify=True)


def test_no_part_of_a_mail_to_the_invitee_holds_what_was_typed(
    app: Flask, world: World, office: PostOffice, frozen: time_machine.Traveller
) -> None:
    typed, worker = marked(app), Worker(app, app.config["BOOKONCE"].mail)
    token = world.link(world.calendar(reminder=60))
    browser = world.browser()
    assert browser.post(f"/b/{token}", data=GIVEN | typed).status_code == 303
    (booking,) = world.bookings()
    manage = f"/booking/{world.manage_token(booking)}"
    with app.test_request_context():
        reasons = {field.name: f"WIN{field.name}500EUR" for field in CancelForm()}

    worker.send_due()
    for path, data in (
        ("reschedule", {"start": z(TEN), "timezone": "Asia/Tokyo"} | reasons),
        ("cancel", reasons),
        ("reschedule", {"start": z(ELEVEN)} | typed),
    ):
        assert browser.post(f"{manage}/{path}", data=data).status_code == 303
        worker.send_due()
    as_owner(world, booking, "reschedule", TEN)
    worker.send_due()
    as_owner(world, booking, "cancel", "The roof fell in")
    worker.send_due()
    as_owner(world, booking, "reschedule", ELEVEN)
    worker.send_due()
    frozen.move_to(at("2026-11-30 10:30"))
    worker._remind_at = at("2026-01-01 00:00")
    worker.send_due()
    written = {kind for (kind,) in world.execute("SELECT kind FROM messages WHERE recipient = 'invitee'")}
    for kind in set(MessageKind) - written:  # by a verb that this test does not know
        world.message(world.bookings()[0], kind=kind, state="waiting", due_at=at("2026-11-30 07:00"))
        worker.send_due()

    mails = office.to(STRANGERS)
    assert len(mails) == 8 + len(set(MessageKind) - written)
    for mail in mails:
        assert mail["To"] == STRANGERS
        for field, marker in (typed | reasons).items():
            assert marker not in everything(mail), (field, mail["Subject"])
    assert "The roof fell in" in "".join(map(everything, mails))  # what the owner says reaches them
    to_olivia = "".join(map(everything, office.to(OLIVIAS)))
    for field in ("name", "phone", "notes"):
        assert typed[field] in to_olivia
    assert reasons["reason"] in to_olivia
