"""What each mail says, to whom it goes, its invitation; and the reminders."""

import re
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask_babel import force_locale
from support import strict_ical
from support.images import drawn
from support.server_process import KEY
from support.smtp_server import PostOffice
from support.world import World, at

from accounts.branding import change_accent, change_logo
from branding.colours import LIGHT
from branding.logos import prepare_logo
from database import utcnow
from models import Booking
from notifications import outbox
from notifications.email_content import EmailContent
from notifications.email_message import LOGO_ID, compose, write
from notifications.worker import Worker
from parsing.email_addresses import Mailbox
from scheduling import changes
from scheduling.changes import OwnerActor

NINE, TEN, ELEVEN = at("2026-11-30 09:00"), at("2026-11-30 10:00"), at("2026-11-30 11:00")
JANES, OLIVIAS = "jane@example.com", "olivia@example.com"
BOTH = (JANES, OLIVIAS)


@pytest.fixture
def app(sqlite_url: str, mailing_app_on: Callable[..., Flask]) -> Flask:
    """On SQLite only: what a mail says does not depend on the database."""
    return mailing_app_on(sqlite_url, BASE_URL="https://book.example.com")


@pytest.fixture
def worker(app: Flask) -> Worker:
    return Worker(app, app.config["BOOKONCE"].mail)


@pytest.fixture
def booking(world: World) -> Booking:
    calendar = world.calendar(location="Room 5, https://meet.example.com/x", description="Bring tea", reminder=60)
    return world.book(world.link(calendar), NINE, timezone="America/New_York")


def text(mail: EmailMessage) -> str:
    return str(mail.get_body(("plain",)).get_content()).replace("\r\n", "\n")  # type: ignore[union-attr]


def html(mail: EmailMessage) -> str:
    return str(mail.get_body(("html",)).get_content())  # type: ignore[union-attr]


def invitation(mail: EmailMessage) -> tuple[str, bytes]:
    """Return the method that the mail says the invitation has, and the invitation."""
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    (attached,) = [part for part in mail.iter_attachments() if part.get_content_type() == "application/ics"]
    assert attached.get_payload(decode=True) == part.get_payload(decode=True)
    assert attached.get_filename() == "appointment.ics"
    assert part.get_param("component") == "VEVENT"
    assert str(part.get_param("charset")).upper() == "UTF-8"
    return str(part.get_param("method")), part.get_payload(decode=True)  # type: ignore[return-value]


def as_owner(world: World, booking: Booking, verb: str, *args: Any) -> None:
    with world.inside():
        getattr(changes, verb)(OwnerActor(booking.owner_id, booking.id), *args, notify=True)


def test_the_confirmation_as_the_invitee_reads_it(
    world: World, worker: Worker, office: PostOffice, booking: Booking
) -> None:
    worker.send_due()
    (mail,) = office.to(JANES)
    assert (
        text(mail)
        == f"""\
Your appointment is confirmed

When:    Monday, 30 November 2026, 4:00–4:30
         New York (UTC−5)
         that is Monday, 30 November, 10:00, Berlin (UTC+1)
What:    30-minute meeting
With:    Olivia Ownerson
Where:   Room 5, https://meet.example.com/x
About:   Bring tea
Contact: olivia@example.com

See, move or cancel it:
https://book.example.com/booking/{world.manage_token(booking)}

This address is yours alone: whoever has it can change the appointment.
"""
    )
    assert mail["Subject"] == "30-minute meeting with Olivia Ownerson, Mon 30 Nov, 4:00 (Confirmed)"
    assert mail["From"] == "Olivia Ownerson <book@example.com>"
    assert mail["X-From"] == "book@example.com"
    assert mail["To"] == JANES
    assert mail["Reply-To"] == "Olivia Ownerson <olivia@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] == "Mon, 30 Nov 2026 07:00:00 +0000"


def test_the_owners_mail_has_what_the_invitee_typed_and_the_owners_own_page(
    world: World, worker: Worker, office: PostOffice, booking: Booking
) -> None:
    worker.send_due()
    (mail,) = office.to(OLIVIAS)
    assert (
        text(mail)
        == """\
Jane Doe booked an appointment

When:     Monday, 30 November 2026, 10:00–10:30
          Berlin (UTC+1)
For them: Monday, 30 November, 4:00
          New York (UTC−5)
What:     30-minute meeting
Name:     Jane Doe
Email:    jane@example.com
Phone:    +49 30 1
Notes:    About
          the garden

Open the appointment:
https://book.example.com/bookings/1
"""
    )
    assert mail["Subject"] == "30-minute meeting with Jane Doe, Mon 30 Nov, 10:00 (Booked)"
    assert mail["Reply-To"] == "Jane Doe <jane@example.com>"
    assert world.manage_token(booking) not in mail.as_string()


def test_the_one_time_link_is_in_no_mail(world: World, worker: Worker, office: PostOffice) -> None:
    token = world.link()
    world.book(token, NINE)
    worker.send_due()
    assert len(office.taken) == 2
    assert token not in "".join(mail.as_string() for mail in office.taken)
    assert "/b/" not in "".join(text(mail) + html(mail) for mail in office.taken)


@pytest.mark.parametrize(
    ("act", "invitee", "owner"),
    [
        (
            lambda world, booking: world.move(booking, TEN),
            "Your appointment was moved\n\nYou moved it to another time.\n",
            "Jane Doe moved the appointment\n",
        ),
        (
            lambda world, booking: as_owner(world, booking, "reschedule", TEN),
            "Your appointment was moved\n\nOlivia Ownerson moved it to another time.\n",
            "You moved the appointment with Jane Doe\n",
        ),
        (
            lambda world, booking: world.cancel(booking, "Ill"),
            "Your appointment is cancelled\n\nYou cancelled it.\n",
            "Jane Doe cancelled the appointment\n\nThe time is free for others now.\n",
        ),
        (
            lambda world, booking: as_owner(world, booking, "cancel", "The roof fell in"),
            "Your appointment is cancelled\n\nOlivia Ownerson cancelled it.\n",
            "You cancelled the appointment with Jane Doe\n\nThe time is free for others now.\n",
        ),
    ],
)
def test_mails_about_a_change_name_the_person_who_made_it(
    world: World,
    worker: Worker,
    office: PostOffice,
    booking: Booking,
    act: Callable[[World, Booking], None],
    invitee: str,
    owner: str,
) -> None:
    worker.send_due()
    act(world, booking)
    worker.send_due()
    to_jane, to_olivia = text(office.to(JANES)[1]), text(office.to(OLIVIAS)[1])
    assert to_jane.startswith(invitee)
    assert to_olivia.startswith(owner)
    assert ("Before:  Monday, 30 November, 4:00\n" in to_jane) == ("moved" in invitee)
    assert ("Reason:  The roof fell in" in to_jane) == ("roof" in to_olivia)
    assert ("Where:" in to_jane) == ("moved" in invitee)


def test_a_mail_tells_of_the_moment_it_was_written_for(
    world: World, worker: Worker, office: PostOffice, booking: Booking
) -> None:
    """It is written, and in a worker's hand, when the appointment is moved."""
    with world.inside():
        message = outbox.lease_next(utcnow())
    world.move(booking, TEN)
    with world.inside():
        mail = compose(message, worker._server, utcnow())
    assert message.recipient == "invitee"
    assert "4:00–4:30" in text(mail)
    assert strict_ical.read(invitation(mail)[1]).events[0].dtstart == NINE


def told(world: World, worker: Worker, booking: Booking) -> None:
    """Book, move, cancel and put back, with a mail about each."""
    worker.send_due()
    for change in (
        lambda: world.move(booking, TEN),
        lambda: world.cancel(booking),
        lambda: world.move(booking, ELEVEN),
    ):
        change()
        worker.send_due()


def test_the_invitees_invitation_is_one_and_its_cancellation_too(
    world: World, worker: Worker, office: PostOffice, booking: Booking
) -> None:
    told(world, worker, booking)
    found = []
    for mail in office.to(JANES):
        method, data = invitation(mail)
        calendar = strict_ical.read(data)
        (event,) = calendar.events
        assert calendar.method == method
        assert event.organizer.uri == f"mailto:{OLIVIAS}"
        assert [(person.uri, person.status, person.common_name) for person in event.attendees] == [
            (f"mailto:{JANES}", "ACCEPTED", None)
        ]
        found.append((method, event.uid, event.sequence, str(event.status.value), event.dtstart))
    uid = f"{booking.uid}@bookonce"
    assert found == [
        ("REQUEST", uid, 0, "CONFIRMED", NINE),
        ("REQUEST", uid, 1, "CONFIRMED", TEN),
        ("CANCEL", uid, 2, "CANCELLED", TEN),
        ("REQUEST", uid, 3, "CONFIRMED", ELEVEN),
    ]


def test_the_owners_entry_is_published_since_nobody_is_invited_by_themselves(
    world: World, worker: Worker, office: PostOffice, booking: Booking
) -> None:
    """It has the UID of the invitation and of the feed: one appointment, wherever it comes from."""
    told(world, worker, booking)
    found = []
    for mail in office.to(OLIVIAS):
        method, data = invitation(mail)
        calendar = strict_ical.read(data)
        (event,) = calendar.events
        assert (calendar.method, event.organizer, event.attendees) == (method, None, [])
        assert event.uid == f"{booking.uid}@bookonce"
        found.append(
            (method, event.sequence, str(event.status.value), event.transparency, event.dtstart, event.summary)
        )
    meeting = "30-minute meeting with Jane Doe"
    assert found == [
        ("PUBLISH", 0, "CONFIRMED", "OPAQUE", NINE, meeting),
        ("PUBLISH", 1, "CONFIRMED", "OPAQUE", TEN, meeting),
        ("PUBLISH", 2, "CANCELLED", "TRANSPARENT", TEN, f"Cancelled: {meeting}"),
        ("PUBLISH", 3, "CONFIRMED", "OPAQUE", ELEVEN, meeting),
    ]


ODD = {
    "name": 'Łukasz "Wuki"; von, Öß: 漢字 \\ 🦊',
    "notes": "a;b,c\\d\n\n" + "ß" * 300 + "\nBEGIN:VEVENT\nEND:VCALENDAR",
    "email": "łukasz+x@exämple.com",
}


def test_odd_letters_are_kept_and_break_nothing(world: World, worker: Worker, office: PostOffice) -> None:
    owner = world.owner(name='Olívia "O"; Ownerson, Dr.')
    calendar = world.calendar(owner, name="Über:leben; ok, \\n", location="漢" * 100, description="x\n" * 40)
    world.book(world.link(calendar), NINE, **ODD)
    assert worker.send_due() == 2
    (to_owner,) = office.to(OLIVIAS)
    assert ODD["name"] in text(to_owner)
    (event,) = strict_ical.read(invitation(to_owner)[1]).events
    assert ODD["notes"] in event.description
    assert event.summary == f"Über:leben; ok, \\n with {ODD['name']}"
    (to_invitee,) = [mail for mail in office.taken if mail is not to_owner]
    assert to_invitee["X-Rcpt"] == "łukasz+x@xn--exmple-cua.com"
    strict_ical.read(invitation(to_invitee)[1])


def test_html_is_escaped(world: World, worker: Worker, office: PostOffice) -> None:
    calendar = world.calendar(name="<b>Visit</b>", location='"><script>')
    world.book(world.link(calendar), NINE, name="<i>Jane</i>", notes="<img src=x>")
    worker.send_due()
    for mail in office.taken:
        assert not re.search("<b>|<i>|<script|<img", html(mail))
        assert not re.search(r'(?:src|href)="(?!https://book\.example\.com/|mailto:)', html(mail))


def test_mails_wear_the_owners_colour_and_logo(world: World, worker: Worker, office: PostOffice) -> None:
    owner = world.owner()
    with world.inside():
        change_accent(owner.id, "#aa3300")
        change_logo(owner.id, prepare_logo(drawn()))
    world.book(world.link(world.calendar(owner)), NINE)
    worker.send_due()
    assert len(office.taken) == 2
    for mail in office.taken:
        assert "#aa3300" in html(mail)
        assert f'src="cid:{LOGO_ID}"' in html(mail)
        (image,) = [part for part in mail.walk() if part.get_content_maintype() == "image"]
        assert image["Content-ID"] == f"<{LOGO_ID}>"
        assert image.get_content().startswith(b"\x89PNG")
        assert invitation(mail)


def test_without_a_look_a_mail_has_our_colour_and_no_picture(world: World, worker: Worker, office: PostOffice) -> None:
    world.book(world.link(world.calendar()), NINE)
    worker.send_due()
    for mail in office.taken:
        assert LIGHT.accent in html(mail)
        assert "<img" not in html(mail)


def test_a_leaf_shows_the_day_where_the_recipient_is_struck_out_when_it_is_cancelled(
    world: World, worker: Worker, office: PostOffice
) -> None:
    late = at("2026-11-30 15:00")
    booking = world.book(world.link(world.calendar()), late, timezone="Pacific/Auckland")
    worker.send_due()
    as_owner(world, booking, "cancel", "")
    worker.send_due()
    leaves = {to: [re.findall(r'class="leaf-\w+"[^>]*>(\w+)<', html(mail)) for mail in office.to(to)] for to in BOTH}
    assert leaves == {JANES: [["Dec", "1"]] * 2, OLIVIAS: [["Nov", "30"]] * 2}
    for to in BOTH:
        assert ["line-through" in html(mail) for mail in office.to(to)] == [False, True]


def test_a_mail_without_an_appointment_has_no_leaf(app: Flask) -> None:
    content = EmailContent("Subject", "Heading", "", (), None, "")
    someone = Mailbox("", JANES)
    with app.app_context(), force_locale("en"):
        assert '<td class="leaf' not in html(write(content, someone, someone, NINE))


def test_the_html_names_the_language_that_the_mail_is_in(app: Flask) -> None:
    content = EmailContent("Subject", "Heading", "", (), None, "")
    someone = Mailbox("", JANES)
    with app.app_context(), force_locale("de"):
        assert '<html lang="de">' in html(write(content, someone, someone, NINE))


def test_a_name_of_the_sender_that_is_set_stands_in_every_mail(
    sqlite_url: str, office: PostOffice, app_on: Callable[..., Flask]
) -> None:
    world = World(app_on(sqlite_url, SMTP_URL=office.url, MAIL_FROM="Practice, Dr. O <book@example.com>"))
    world.book(world.link(), NINE)
    Worker(world.app, world.app.config["BOOKONCE"].mail).send_due()
    assert {mail["From"].addresses[0].display_name for mail in office.taken} == {"Practice, Dr. O"}


def test_with_another_key_mail_goes_out_without_the_address_that_nobody_knows(
    sqlite_url: str, office: PostOffice, app_on: Callable[..., Flask]
) -> None:
    settings = {"SMTP_URL": office.url, "MAIL_FROM": "book@example.com"}
    world = World(app_on(sqlite_url, **settings))
    world.book(world.link(), NINE)
    later = app_on(sqlite_url, SECRET_KEY=KEY[::-1], **settings)
    Worker(later, later.config["BOOKONCE"].mail).send_due()
    (mail,) = office.to(JANES)
    assert "/booking/" not in mail.as_string()
    assert "Monday, 30 November 2026" in text(mail)
    strict_ical.read(invitation(mail)[1])


# Reminders


def reminded(worker: Worker, office: PostOffice) -> list[str]:
    """Return who was reminded when the worker looks now, however short ago it did."""
    worker._remind_at = at("2026-01-01 00:00")
    before = len(office.taken)
    worker.send_due()
    return [mail["X-Rcpt"] for mail in office.taken[before:] if mail["Subject"].endswith(" (Reminder)")]


def test_the_invitee_is_reminded_once_when_the_calendar_says(
    worker: Worker, office: PostOffice, booking: Booking, frozen: time_machine.Traveller
) -> None:
    assert reminded(worker, office) == []
    frozen.move_to(at("2026-11-30 07:59"))
    assert reminded(worker, office) == []
    frozen.move_to(at("2026-11-30 08:00"))
    assert reminded(worker, office) == [JANES]
    assert reminded(worker, office) == []
    mail = office.to(JANES)[-1]
    assert text(mail).startswith("Your appointment is coming up\n")
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_a_reminder_follows_the_appointment(
    world: World, worker: Worker, office: PostOffice, booking: Booking, frozen: time_machine.Traveller
) -> None:
    world.move(booking, ELEVEN)
    frozen.move_to(at("2026-11-30 08:30"))
    assert reminded(worker, office) == []
    frozen.move_to(at("2026-11-30 10:00"))
    assert reminded(worker, office) == [JANES]
    world.move(booking, at("2026-11-30 13:00"))
    frozen.move_to(at("2026-11-30 12:00"))
    assert reminded(worker, office) == [JANES]


def test_a_cancelled_appointment_is_not_reminded_of(
    world: World, worker: Worker, office: PostOffice, booking: Booking, frozen: time_machine.Traveller
) -> None:
    office.answers["RCPT"] = "450 Later"
    frozen.move_to(at("2026-11-30 08:00"))
    assert reminded(worker, office) == []  # it is written, and could not be sent
    world.cancel(booking)
    office.answers.clear()
    frozen.move_to(at("2026-11-30 08:30"))
    assert reminded(worker, office) == []
    assert reminded(worker, office) == []
    assert world.execute("SELECT state FROM messages WHERE kind = 'reminder'") == [("dropped",)]


def test_a_booking_made_after_the_time_of_its_reminder_gets_none(
    world: World, worker: Worker, office: PostOffice, frozen: time_machine.Traveller
) -> None:
    calendar = world.calendar(reminder=60 * 24, hours="mon-sun 00:00-24:00")
    world.book(world.link(calendar), NINE)
    world.book(world.link(calendar), at("2026-12-01 06:30"), email="late@example.com")
    world.book(world.link(calendar), at("2026-12-01 09:00"), email="early@example.com")
    for hour in range(7, 24):
        frozen.move_to(at(f"2026-11-30 {hour:02}:30"))
        assert reminded(worker, office) == (["early@example.com"] if hour == 9 else [])


def test_a_calendar_without_reminders_reminds_nobody_and_setting_it_counts_for_what_is_booked(
    world: World, worker: Worker, office: PostOffice, frozen: time_machine.Traveller
) -> None:
    calendar = world.calendar(reminder=0)
    world.book(world.link(calendar), NINE)
    frozen.move_to(at("2026-11-30 08:30"))
    assert reminded(worker, office) == []
    world.execute("UPDATE calendars SET reminder = 60")
    assert reminded(worker, office) == [JANES]


def test_what_has_begun_is_not_reminded_of(
    worker: Worker, office: PostOffice, booking: Booking, frozen: time_machine.Traveller
) -> None:
    """However long the worker was away."""
    worker.send_due()
    frozen.move_to(NINE)
    assert reminded(worker, office) == []
