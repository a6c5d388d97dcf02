"""Moving an appointment: the same picker and the same confirmation for its invitee and for its owner."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import make_response, redirect, request
from flask.typing import ResponseReturnValue

import config
from availability.month_view import Picker
from blueprints.responses import render_page
from blueprints.slot_picker import picker_around, picker_from_query, reader_zone
from blueprints.view_models import BookingView
from database import utcnow
from enums import Role
from forms.booking import CancelForm, CorrectionForm, RescheduleForm
from i18n import formatting
from i18n.bidi import isolate
from i18n.texts import gettext as _
from models import Booking, Change
from parsing.values import parse_instant
from scheduling.booking_queries import history
from scheduling.bookings import is_free
from scheduling.changes import Actor, cancel_error, change_deadline, reschedule, reschedule_error, wait_until
from scheduling.errors import (
    BookingErased,
    ChangeLimitReached,
    ChangeNotAllowed,
    RebookingNotAllowed,
    RescheduleLimitReached,
    SlotTaken,
    TooManyChanges,
)
from sources.access import current_access
from sources.asking import ask_before_moving


@dataclass(frozen=True)
class RescheduleContext:
    """Who moves the appointment, the URL of its page, and the view that says why it cannot be moved."""

    actor: Actor
    back: str
    refused: Callable[[Booking, type[ChangeNotAllowed]], ResponseReturnValue]


def choose(context: RescheduleContext) -> ResponseReturnValue:
    """Show the picker as if the appointment's time were free, or ask whether to move it to `start`."""
    booking = context.actor.find()
    now = utcnow()
    if refusal := reschedule_error(context.actor, booking, now, history(booking)):
        return context.refused(booking, refusal)
    if not request.args.keys() & {"start", "date", "month"}:
        return _picker(context, booking, picker_around(booking, booking.starts_at))
    if "start" not in request.args:
        return _picker(context, booking, picker_from_query(booking))
    start = parse_instant(request.args["start"])
    if start is None or not is_free(booking.calendar, booking.rules, start, now, moving=booking):
        return _picker(context, booking, picker_around(booking, start, gone=True), 409)
    zone = reader_zone(booking.calendar)
    end = start + booking.rules.duration
    shared = _shared_context(context.actor, booking)
    return render_page("move.html", **shared, back=context.back, start=start, end=end, zone=zone)


def move(context: RescheduleContext, keep_zone: bool = False) -> ResponseReturnValue:
    """Move the appointment. With `keep_zone` the invitee keeps their time zone: it was the owner who chose."""
    form = RescheduleForm()
    start = parse_instant(form.start.data)
    try:
        if form.validate():
            timezone = "" if keep_zone else form.timezone.data or ""
            booking = context.actor.find()
            ask_before_moving(current_access(), booking.owner_id, booking.rules, start)
            reschedule(context.actor, start, timezone, notify=config.current().sends_mail)
            return redirect(context.back, code=303)
        booking = context.actor.find()
        if refusal := reschedule_error(context.actor, booking, utcnow(), history(booking)):
            return context.refused(booking, refusal)
        return _picker(context, booking, picker_from_query(booking), 422)
    except SlotTaken:
        booking = context.actor.find()
        return _picker(context, booking, picker_around(booking, start, gone=True), 409)
    except ChangeNotAllowed as refusal:
        return context.refused(context.actor.find(), type(refusal))


def refused_page(
    page: ResponseReturnValue, refusal: type[ChangeNotAllowed], actor: Actor, booking: Booking
) -> ResponseReturnValue:
    """Return the page as the answer to a refused change: 409, or 429 with Retry-After if it can be made later."""
    now = utcnow()
    until = wait_until(actor, history(booking), now) if refusal is TooManyChanges else None
    response = make_response(page)
    response.status_code = 429 if until else 409
    if until:
        response.headers["Retry-After"] = str(math.ceil((until - now).total_seconds()))
    return response


def refusal_words(
    refusal: type[ChangeNotAllowed], actor: Actor, booking: Booking, changes: Sequence[Change], zone: ZoneInfo
) -> str:
    """Return in a sentence why the appointment cannot be changed; `zone` is the reader's."""
    owner = isolate(booking.calendar.owner.name)
    if refusal is ChangeLimitReached and actor.role is Role.OWNER:
        return str(
            _("This appointment was changed as often as it can be. You can still cancel it, and make a new link.")
        )
    if refusal is ChangeLimitReached:
        return str(_("This appointment was changed as often as it can be. Please contact %(name)s.", name=owner))
    if refusal is TooManyChanges:
        when = formatting.format_slot(wait_until(actor, changes, utcnow()) or utcnow(), zone)
        words = _("This was changed often within an hour. Please try again after %(when)s, or contact %(name)s.")
        return str(words % {"when": when, "name": owner})
    if refusal is BookingErased:
        return str(_("Its details were erased, so it can’t be put back."))
    if refusal is RescheduleLimitReached:
        return str(_("This appointment was moved as often as it can be."))
    if refusal is RebookingNotAllowed:
        return str(_("A cancelled appointment can’t be put back here."))
    if booking.starts_at <= utcnow() or change_deadline(actor, booking) == booking.starts_at:
        return str(_("This appointment has begun: it can’t be changed here any more."))
    return str(_("It is too close to its start: it can’t be changed here any more."))


def booking_context(
    actor: Actor,
    booking: Booking,
    changes: Sequence[Change],
    refusal: type[ChangeNotAllowed] | None,
    form: CancelForm | None,
    correction: CorrectionForm | None = None,
) -> dict[str, Any]:
    """Return what the appointment's page says to either side: the appointment, and what `actor` can do about it."""
    now = utcnow()
    no_move = reschedule_error(actor, booking, now, changes)
    no_cancel = cancel_error(actor, booking, now, changes) if booking.is_confirmed else no_move
    if no_cancel in (TooManyChanges, ChangeLimitReached):
        refusal = no_cancel
    typed = form is not None and refusal is TooManyChanges
    zone = ZoneInfo(booking.calendar.owner.timezone if actor.role is Role.OWNER else booking.timezone)
    return _shared_context(actor, booking) | {
        "cancellable": booking.is_confirmed and (not no_cancel or typed),
        "movable": not no_move and booking.calendar.takes_bookings,
        "refusal": refusal and refusal_words(refusal, actor, booking, changes, zone),
        "form": form or CancelForm(formdata=None),
        "correction": correction or CorrectionForm(formdata=None, email=booking.email),
    }


def _shared_context(actor: Actor, booking: Booking) -> dict[str, Any]:
    return {
        "calendar": booking.calendar.public_calendar,
        "profile": booking.calendar.owner.public_profile,
        "booking": BookingView.of(booking, calendar_name=booking.calendar.name),
        "by_owner": actor.role is Role.OWNER,
    }


def _picker(context: RescheduleContext, booking: Booking, picker: Picker, status: int = 200) -> ResponseReturnValue:
    return render_page(
        "picker.html",
        status,
        **_shared_context(context.actor, booking),
        back=context.back,
        picker=picker,
        asks_zone="zones" in request.args,
        taken=status == 409,
        choose_first=status == 422,
    )
