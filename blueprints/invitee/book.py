"""The invitee's side of a link: the picker, the form, the booking. No cookie, no CSRF token: the address is the key."""

import secrets
from datetime import datetime

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

import config
from availability.month_view import Picker
from blueprints.responses import answer, gzip_response, wants_fragment
from blueprints.slot_picker import has_choice, picker_around, picker_from_query, reader_zone, slot_page
from database import utcnow
from forms.booking import BookingForm
from models import Booking, Calendar, Link
from parsing.values import parse_instant
from public_urls import key, manage_token
from scheduling.bookings import BookingRequest, book, find_by_request_id, is_free
from scheduling.errors import SlotTaken
from scheduling.links import get_link_by_token, require_active

bp = Blueprint("book", __name__)

TYPED = ("name", "email", "phone", "notes", "request_id")


@bp.get("/b/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show the picker, or the form for the slot that `start` names."""
    link = get_link_by_token(token)
    require_active(link, utcnow())
    return _look(link, token)


@bp.post("/b/<token>")
def create(token: str) -> ResponseReturnValue:
    """Book. A button of the form that says `look` shows other slots instead, and keeps what was typed."""
    form = BookingForm()
    looks = "look" in request.form
    if not looks and form.validate():
        try:
            return _confirmed(book(key(), token, _booking_request(form), notify=config.current().sends_mail))
        except SlotTaken:
            return _taken(get_link_by_token(token), token)
    link = get_link_by_token(token)
    if earlier := find_by_request_id(link, form.request_id.data or ""):
        return _confirmed(earlier)
    require_active(link, utcnow())
    if looks:
        return _look(link, token)
    start = parse_instant(form.start.data)
    return (
        _form(link, token, start, form, 422) if start else _picker(link, token, picker_from_query(link.calendar), 422)
    )


def _booking_request(form: BookingForm) -> BookingRequest:
    return BookingRequest(
        start=parse_instant(form.start.data),
        name=form.name.data,
        email=form.email.data,
        phone=form.phone.data or "",
        notes=form.notes.data or "",
        timezone=form.timezone.data or "",
        request_id=form.request_id.data or "",
        locale=str(get_locale()),
    )


def _confirmed(booking: Booking) -> ResponseReturnValue:
    token = manage_token(booking)
    if token is None:  # made with another key: there is a booking, but nobody can tell its address any more
        abort(410)
    return redirect(url_for("invitee.manage.show", token=token), code=303)


def _look(link: Link, token: str) -> ResponseReturnValue:
    if "start" not in request.args:
        picker = picker_from_query(link.calendar)
        return _picker(link, token, picker) if request.method == "POST" else _slots(link.calendar, picker)
    start = parse_instant(request.args["start"])
    if start is None or not is_free(link.calendar, start, utcnow()):
        return _taken(link, token, start)
    return _form(link, token, start, BookingForm())


def _slots(calendar: Calendar, picker: Picker) -> ResponseReturnValue:
    template = "_picker.html" if wants_fragment() else "picker.html"
    plain, compressed = slot_page(
        template,
        str(get_locale()),
        calendar.public_calendar,
        picker,
        finds_zone=not has_choice(request.args),
        asks_zone="zones" in request.args,
    )
    return gzip_response(plain, compressed)


def _taken(link: Link, token: str, start: datetime | None = None) -> ResponseReturnValue:
    """Answer 409 with other slots near the one that is gone, and with what was typed."""
    start = start or parse_instant(request.form.get("start"))
    return _picker(link, token, picker_around(link.calendar, start, gone=True), 409)


def _picker(link: Link, token: str, picker: Picker, status: int = 200) -> ResponseReturnValue:
    return answer(
        "picker",
        status,
        calendar=link.calendar.public_calendar,
        picker=picker,
        layout="invitee_page.html",
        asks_zone="zones" in request.args,
        path=url_for("invitee.book.show", token=token),
        typed=_typed() if request.method == "POST" else None,
        taken=status == 409,
        choose_first=status == 422,
    )


def _typed() -> dict[str, str]:
    """Return what was typed into the form, which goes along from page to page."""
    form = BookingForm()
    return {name: form[name].data or "" for name in TYPED}


def _form(link: Link, token: str, start: datetime, form: BookingForm, status: int = 200) -> ResponseReturnValue:
    request_id = "" if form.request_id.errors else form.request_id.data
    return answer(
        "book",
        status,
        calendar=link.calendar,
        start=start,
        zone=reader_zone(link.calendar),
        form=form,
        path=url_for("invitee.book.show", token=token),
        request_id=request_id or secrets.token_urlsafe(16),
    )
