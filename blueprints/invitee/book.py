"""Booking with a link: the slot picker, the form, the booking itself."""

import secrets
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale

import config
import tokens
from availability.month_view import Picker
from blueprints.kept_pages import Choice, KeptPages, Key, Page, moment
from blueprints.responses import gzip_response, render_page
from blueprints.slot_picker import (
    choice_from_query,
    picker_around,
    picker_from_query,
    picker_of,
    reader_zone,
    slot_page,
)
from blueprints.spent_page import spent_page
from blueprints.view_models import PrivacyView
from database import begin_snapshot, db, utcnow
from forms.booking import BookingForm, ResendForm, answer_name, answers, booking_form, valid_booking
from forms.links import RequestForm
from i18n.texts import gettext as _
from middleware.booking_line import end_turn
from middleware.kept_pages import LOOKED
from models import Calendar, Link
from parsing.values import parse_instant
from public_urls import key, manage_token
from scheduling.bookings import BookingRequest, book, find_by_request_id, is_free
from scheduling.errors import LinkUnavailable, SlotTaken
from scheduling.link_forms import get_link_form
from scheduling.links import get_link_by_token, require_active
from scheduling.requests import Asked, TooManyRequests, request_link
from scheduling.resending import resend_manage_link
from scheduling.stamps import Stamped
from sources.access import current_access
from sources.asking import ask_before_booking

bp = Blueprint("book", __name__)

KEPT_FIELDS = ("name", "email", "phone", "notes", "request_id")


@bp.before_request
def require_link() -> None:
    """Answer 404 to a form for an unknown link before the form is parsed."""
    if request.method == "POST":
        g.asked = get_link_form(db.engine, (request.view_args or {})["token"])


@bp.get("/b/<token>")
def show(token: str) -> ResponseReturnValue:
    """Show the picker, or the form for the slot that `start` names."""
    if "start" not in request.args:
        return _slots(token)
    link = get_link_by_token(token)
    require_active(link, utcnow())
    return _form_for_slot(link)


@bp.post("/b/<token>")
def create(token: str) -> ResponseReturnValue:
    """Book. The form's `look` buttons show other slots instead, and keep what was typed."""
    browses = "look" in request.form
    if not browses and (data := valid_booking(g.asked)):
        return _book(token, data)
    form, link = booking_form(g.asked), get_link_by_token(token)
    if earlier := find_by_request_id(link, form.request_id.data or ""):
        return _redirect_to_booking(manage_token(earlier))
    require_active(link, utcnow())
    start = _requested_start()
    if browses and "start" in request.args:
        return _form_for_slot(link)
    if start is None or browses:
        return _picker(link, picker_from_query(link), 200 if browses else 422)
    form.validate()
    return _form(link, start, form, 422)


@bp.post("/b/<token>/resend")
def resend(token: str) -> ResponseReturnValue:
    """Mail the manage link to whoever booked; the answer is the same whether it is the booking's address or not."""
    form = ResendForm()
    email = (form.email.data or "") if form.validate() else ""
    used = resend_manage_link(token, email, notify=config.current().sends_mail)
    return redirect(url_for("invitee.book.show", token=token, sent=1 if used else None), code=303)


@bp.post("/b/<token>/request")
def ask(token: str) -> ResponseReturnValue:
    """Ask the owner of a spent link for a new one; the page that follows tells nothing about who booked."""
    form, link = RequestForm(), get_link_by_token(token)
    try:
        require_active(link, utcnow())
    except LinkUnavailable as refusal:
        if not form.validate():
            return spent_page(refusal, 422, form)
        try:
            asked = Asked(form.name.data, form.contact.data, form.note.data or "")
            request_link(token, asked, request.remote_addr or "", notify=config.current().sends_mail)
        except TooManyRequests as limit:
            page = spent_page(refusal, 429, form, _("This was asked often already. Please use the contact above."))
            page.headers["Retry-After"] = str(limit.wait)
            return page
        return redirect(url_for("invitee.book.show", token=token, asked=1), code=303)
    return redirect(url_for("invitee.book.show", token=token), code=303)


def _requested_start() -> datetime | None:
    """Return the slot to book, from the form, or the one to look at, from the query; None if it is not an instant."""
    books = request.method == "POST" and "look" not in request.form
    return parse_instant((request.form if books else request.args).get("start"))


def _book(token: str, data: dict[str, Any]) -> ResponseReturnValue:
    start = _requested_start()
    booking_request = BookingRequest(
        start=start,
        name=data["name"],
        email=data["email"],
        phone=data.get("phone") or "",
        notes=data.get("notes") or "",
        answers=answers(data, g.asked.questions),
        timezone=data["timezone"] or "",
        request_id=data["request_id"] or "",
        locale=str(get_locale()),
    )
    try:
        if g.asked.asks_calendars:
            end_turn(request.environ)
            ask_before_booking(current_access(), token, start)
        booked = book(key(), token, booking_request, notify=config.current().sends_mail)
    except SlotTaken:
        return _taken(get_link_by_token(token), start)
    return _redirect_to_booking(booked.manage_token)


def _redirect_to_booking(token: str | None) -> ResponseReturnValue:
    if token is None:  # made with another key: the booking exists, but its address cannot be derived any more
        abort(410)
    return redirect(url_for("invitee.manage.show", token=token), code=303)


def _form_for_slot(link: Link) -> ResponseReturnValue:
    start = _requested_start()
    if start is None or not is_free(link.calendar, link.rules, start, utcnow()):
        return _taken(link, start)
    return _form(link, start, booking_form(link.calendar, name=link.name, email=link.email))


def _slots(token: str) -> ResponseReturnValue:
    choice = choice_from_query()
    return gzip_response(*(_kept(token, choice) or _new_page(token, choice)))


def _kept(token: str, choice: Choice) -> Page | None:
    """Return the page if it is kept. The layer before Flask has looked for a plain one already."""
    if LOOKED not in request.environ:
        pages: KeptPages = current_app.extensions["kept_pages"]
        return pages.find(token, choice)
    if error := request.environ[LOOKED]:
        raise error
    return None


def _new_page(token: str, choice: Choice) -> Page:
    """Return the page of now, and keep it. Its stamp and all that it shows are read in one snapshot."""
    now = utcnow()
    begin_snapshot()
    link = get_link_by_token(token)
    require_active(link, now)
    shown = moment(now)
    picker = picker_of(link, choice, shown)
    page = slot_page(choice.template, choice.locale, link.public_calendar, picker, choice.finds_zone, choice.asks_zone)
    pages: KeptPages = current_app.extensions["kept_pages"]
    pages.keep(Key(Stamped.of(link), shown, choice), page)
    return page


def _taken(link: Link, start: datetime | None) -> ResponseReturnValue:
    """Answer 409 with the free slots nearest to the one that is gone, and keep what was typed."""
    return _picker(link, picker_around(link, start, gone=True), 409)


def _picker(link: Link, picker: Picker, status: int) -> ResponseReturnValue:
    return render_page(
        "picker.html",
        status,
        calendar=link.public_calendar,
        profile=link.calendar.owner.public_profile,
        picker=picker,
        asks_zone="zones" in request.args,
        typed=_typed(link.calendar) if request.method == "POST" else None,
        taken=status == 409,
        choose_first=status == 422,
    )


def _typed(calendar: Calendar) -> list[tuple[str, str]]:
    """Return the fields that stay while other slots are shown, with what was typed; a field may come several times."""
    form = booking_form(calendar)
    kept = [(name, form[name].data or "") for name in KEPT_FIELDS if name in form]
    names = [answer_name(question) for question in calendar.questions]
    return kept + [(name, value) for name in names for value in request.form.getlist(name)]


def _form(link: Link, start: datetime, form: BookingForm, status: int = 200) -> ResponseReturnValue:
    given = "" if form.request_id.errors else form.request_id.data
    request_id = given or secrets.token_urlsafe(16)
    return render_page(
        "book.html",
        status,
        calendar=link.public_calendar,
        profile=link.calendar.owner.public_profile,
        start=start,
        end=start + link.rules.duration,
        zone=reader_zone(link.calendar),
        form=form,
        questions=link.calendar.questions,
        keeps=PrivacyView.of(link.calendar.owner),
        request_id=request_id,
        kept_link=tokens.storage_name((request.view_args or {})["token"]),
        kept_booking=tokens.storage_name(tokens.digest(request_id)),
    )
