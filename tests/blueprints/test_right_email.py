"""The right email: a likely slip is asked about, and either side may correct it; the confirmation goes out anew."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from support.smtp_server import PostOffice, post_office
from support.world import Browser, World, at

from models import Booking, Owner
from notifications.worker import Worker
from parsing.email_slips import likely_meant

NINE = at("2026-12-10 09:00")


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


@pytest.fixture
def app(database_url: str, office: PostOffice, app_on: Callable[..., Flask]) -> Flask:
    return app_on(database_url, SMTP_URL=office.url, MAIL_FROM="book@example.com")


def booked(world: World, owner: Owner, email: str = "jane@gmial.con") -> tuple[Booking, str]:
    """Return a booking and the path of its manage link."""
    booking = world.book(world.link(world.calendar(owner)), NINE, email=email)
    return booking, f"/booking/{world.manage_token(booking)}"


def send(world: World) -> int:
    return Worker(world.app, world.app.config["BOOKONCE"].mail).send_due()


def emails(world: World) -> list[str]:
    return [booking.email for booking in world.bookings()]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("jane@gmial.con", "jane@gmail.com"), ("Jane@GMAIL.con", "Jane@gmail.com"), ("j@gmal.com", "j@gmail.com"),
        ("j@gmaill.com", "j@gmail.com"), ("j@hotmial.com", "j@hotmail.com"), ("j@web.dee", "j@web.de"),
        ("j@t-onlin.de", "j@t-online.de"), ("j@x.example.con", "j@x.example.com"), ("j@outlok.com", "j@outlook.com"),
        ("j@gmail.com", None), ("j@mail.com", None), ("j@ymail.com", None), ("j@gmx.net", None), ("j@gmx.at", None),
        ("j@example.com", None), ("j@firm.de", None), ("j@me.com", None), ("j@hey.com", None), ("", None), ("x", None),
        ("j@", None), ("@gmial.con", "@gmail.com"),
    ],
)  # fmt: skip
def test_likely_slips(typed: str, meant: str | None) -> None:
    assert likely_meant(typed) == meant


def test_a_slip_is_asked_about_and_taken_with_one_press_and_needs_none_to_be_refused(
    world: World, owner: Owner, office: PostOffice, frozen: time_machine.Traveller
) -> None:
    _booking, manage = booked(world, owner)
    page = world.browser().get(manage)
    assert "Your appointment is confirmed" in page.text
    assert 'name="email" value="jane@gmail.com"' in page.text
    answer = world.browser().post(f"{manage}/email", data={"email": "jane@gmail.com"})
    assert (answer.status_code, answer.location) == (303, manage)
    assert emails(world) == ["jane@gmail.com"]
    assert "Did you mean" not in world.browser().get(manage).text
    assert send(world) == 2
    assert office.to("jane@gmial.con") == []
    (mail,) = office.to("jane@gmail.com")
    assert "(Confirmed)" in mail["Subject"]
    (event,) = (part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert "SEQUENCE:1" in event.get_content()
    other, asked = booked(world, world.owner("oscar@example.com"))
    frozen.shift(3600)
    assert "Did you mean" not in world.browser().get(asked).text
    assert other.email == "jane@gmial.con"


def test_the_owner_corrects_it_and_finds_it_by_the_right_one(
    world: World, owner: Owner, browser: Browser, office: PostOffice
) -> None:
    booking, manage = booked(world, owner, "old@example.org")
    assert send(world) == 2
    path = f"/bookings/{booking.id}/email"
    assert browser.change(path, {"email": "nope"}).status_code == 422
    assert browser.change(path, {"email": " Right@Example.org "}).status_code == 303
    assert emails(world) == ["Right@Example.org"]
    assert send(world) == 1
    assert len(office.to("Right@example.org")) == 1
    assert "Jane Doe" in browser.get("/bookings?q=right@example.org").text
    assert "Jane Doe" not in browser.get("/bookings?q=old@example.org").text
    assert browser.change(path, {"email": "Right@Example.org"}).status_code == 303
    assert send(world) == 0
    assert world.browser().get(manage).status_code == 200
    assert world.signed_in(world.owner("oscar@example.com")).change(path, {"email": "o@example.org"}).status_code == 404


def test_what_waits_for_the_wrong_address_is_not_sent(world: World, owner: Owner, office: PostOffice) -> None:
    _booking, manage = booked(world, owner, "wrong@example.org")
    world.browser().post(f"{manage}/email", data={"email": "right@example.org"})
    send(world)
    assert office.to("wrong@example.org") == []
    assert [len(office.to(each)) for each in ("right@example.org", owner.email)] == [1, 1]


def test_an_invitee_corrects_it_three_times_an_hour_and_ten_times_in_all(
    world: World, owner: Owner, frozen: time_machine.Traveller
) -> None:
    _booking, manage = booked(world, owner)
    statuses = []
    for i in range(14):
        answer = world.browser().post(f"{manage}/email", data={"email": f"j{i}@example.org"})
        statuses.append(answer.status_code)
        if answer.status_code == 409:
            assert "often" in answer.text
            frozen.shift(timedelta(hours=1))
    assert statuses == [303, 303, 303, 409] * 3 + [303, 409]
    assert emails(world) == ["j12@example.org"]


def test_a_cancelled_appointments_email_is_corrected_without_a_mail(
    world: World, owner: Owner, browser: Browser
) -> None:
    booking, manage = booked(world, owner)
    world.cancel(booking)
    send(world)
    assert world.browser().post(f"{manage}/email", data={"email": "right@example.org"}).status_code == 303
    assert send(world) == 0
    browser.change(f"/bookings/{booking.id}/erase")
    assert browser.change(f"/bookings/{booking.id}/email", {"email": "x@example.org"}).status_code == 409
    assert emails(world) == [""]


@pytest.mark.parametrize("email", ["", "nope", "a\0@example.com", "x" * 300])
def test_what_is_no_email_is_422_and_changes_nothing(world: World, owner: Owner, email: str) -> None:
    _booking, manage = booked(world, owner)
    answer = world.browser().post(f"{manage}/email", data={"email": email})
    assert answer.status_code == 422
    assert "Set-Cookie" not in answer.headers
    assert emails(world) == ["jane@gmial.con"]
