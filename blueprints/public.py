"""The invitee's side of a link: the picker, the form, the booking. No cookie, no CSRF token: the address is the key."""

import secrets
from datetime import datetime

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

from addresses import key, manage_token
from availability.month_view import Picker
from blueprints.answers import answer, asks_for_fragment, compressed_if_taken
from blueprints.picking import asked_for, instead_of, reader_zone, slot_page
from clock import utcnow
from database import db
from forms import BookingForm
from models import Booking, Calendar, Link
from reading import read_instant
from scheduling.bookings import Wish, book, is_free, made_by
from scheduling.links import find, require_active
from scheduling.refusals import SlotTaken

bp = Blueprint("public", __name__)

TYPED = ("name", "email", "phone", "notes", "request_id")


@bp.get("/b/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show the picker, or the form for the slot that `start` names."""
    link = find(db.session(), token)
    require_active(link, utcnow())
    return _look(link, token)


@bp.post("/b/<token>")
def create(token: str) -> ResponseReturnValue:
    """Book. A button of the form that says `look` shows other slots instead, and keeps what was typed."""
    form = BookingForm()
    looks = "look" in request.form
    if not looks and form.validate():
        try:
            return _confirmed(book(key(), token, _wish(form)))
        except SlotTaken:
            return _taken(find(db.session(), token), token)
    link = find(db.session(), token)
    if earlier := made_by(db.session(), link, form.request_id.data or ""):
        return _confirmed(earlier)
    require_active(link, utcnow())
    if looks:
        return _look(link, token)
    start = read_instant(form.start.data)
    return _form(link, token, start, form, 422) if start else _picker(link, token, asked_for(link.calendar), 422)


def _wish(form: BookingForm) -> Wish:
    return Wish(
        start=read_instant(form.start.data),
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
    return redirect(url_for("manage.show", token=token), code=303)


def _look(link: Link, token: str) -> ResponseReturnValue:
    if "start" not in request.args:
        picker = asked_for(link.calendar)
        return _picker(link, token, picker) if request.method == "POST" else _slots(link.calendar, picker)
    start = read_instant(request.args["start"])
    if start is None or not is_free(db.session(), link.calendar, start, utcnow()):
        return _taken(link, token, start)
    return _form(link, token, start, BookingForm())


def _slots(calendar: Calendar, picker: Picker) -> ResponseReturnValue:
    template = "_picker.html" if asks_for_fragment() else "picker.html"
    plain, compressed = slot_page(
        template,
        str(get_locale()),
        calendar.offer,
        picker,
        finds_zone=not request.args,
        asks_zone="zones" in request.args,
    )
    return compressed_if_taken(plain, compressed)


def _taken(link: Link, token: str, start: datetime | None = None) -> ResponseReturnValue:
    """Answer 409 with other slots near the one that is gone, and with what was typed."""
    start = start or read_instant(request.form.get("start"))
    return _picker(link, token, instead_of(link.calendar, start, gone=True), 409)


def _picker(link: Link, token: str, picker: Picker, status: int = 200) -> ResponseReturnValue:
    return answer(
        "picker",
        status,
        calendar=link.calendar.offer,
        picker=picker,
        layout="invitee_page.html",
        asks_zone="zones" in request.args,
        path=url_for("public.show", token=token),
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
        path=url_for("public.show", token=token),
        request_id=request_id or secrets.token_urlsafe(16),
    )
