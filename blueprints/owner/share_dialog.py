"""The share dialog: a link's address, the ways to send it, for whom it is and what it offers."""

from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import g, render_template, request, session
from flask.typing import ResponseReturnValue

from availability.month_view import upcoming_days
from availability.slots import DAY
from blueprints.login_required import SESSION_TOKEN
from blueprints.owner.wording import filled_in, mail_url, sms_url
from blueprints.responses import render_page, wants_fragment
from blueprints.view_models import CalendarView, LinkView
from database import utcnow
from forms.links import LinkForm
from models import Link
from parsing.hosts import is_loopback
from parsing.sms import sms_size
from public_urls import base, key, link_address
from scheduling import links
from scheduling.agenda import agenda
from scheduling.calendars import get_calendar
from scheduling.errors import CalendarClosed
from scheduling.link_lists import known_people
from scheduling.link_phones import phone_of
from scheduling.links import NO_DETAILS, LinkDetails

PARTS = {"share": "_share_content.html", "times": "_free_times.html"}
TABS = ("link", "text", "email", "qr")
PREVIEW_DAYS = 14
PEOPLE = 50


def create_and_share(calendar_id: int, details: LinkDetails = NO_DETAILS, reuse: bool = False) -> ResponseReturnValue:
    """Create a link of the owner's calendar and show it; with `reuse`, one that was not handed out yet."""
    try:
        link = links.share_link(key(), g.owner.id, calendar_id, details, session.get(SESSION_TOKEN, ""), reuse)
    except CalendarClosed:
        return calendar_closed(calendar_id)
    return share(links.get_link(g.owner.id, link.id))


def calendar_closed(calendar_id: int) -> ResponseReturnValue:
    """Say that nothing can be booked in the calendar."""
    calendar = get_calendar(g.owner.id, calendar_id)
    return render_page("share_closed.html", 409, calendar=CalendarView.of(calendar))


def share_as_asked(link: Link) -> ResponseReturnValue:
    """Show a link that somebody asked for, in the way in which they can be reached."""
    return share(link, tab="text" if phone_of(link) else "email" if link.email else "link")


def share(
    link: Link, again: bool = False, form: LinkForm | None = None, status: int = 200, tab: str = "link"
) -> ResponseReturnValue:
    """Show a link; `again` if it was not created just now. A `form` with errors keeps its options unfolded.

    `tab` is the way to send it that is shown, unless the request names another.
    """
    calendar, address, phone = link.calendar, link_address(link), phone_of(link)
    shown = request.values.get("tab", tab)
    wording = filled_in(link, calendar, g.owner.name, address or "")
    return _page(
        status,
        link=LinkView.of(link, state=link.state(utcnow())),
        calendar=CalendarView.of(calendar),
        address=address,
        is_local_only=is_loopback(urlsplit(base()).hostname) and not is_loopback(urlsplit(request.host_url).hostname),
        again=again,
        tab=shown if shown in TABS else "link",
        form=form or _as_it_is(link),
        unfolded=form is not None or "options" in request.args,
        wording=wording,
        sms=sms_size(wording.text),
        phone=phone,
        sms_url=sms_url(phone, wording.text),
        mail_url=mail_url(link.email, wording.subject, wording.email),
        people=known_people(g.owner.id, PEOPLE),
        free=_free_times(link) if "times" in request.args else None,
        zone=ZoneInfo(calendar.timezone),
    )


def _page(status: int, **context: Any) -> ResponseReturnValue:
    """Return the page, the dialog, or the part of the dialog that htmx asks for."""
    if wants_fragment() and (part := request.values.get("part")) in PARTS:
        return render_template(PARTS[part], modal=True, **context), status
    return render_page("share.html", status, **context)


def _as_it_is(link: Link) -> LinkForm:
    form = LinkForm(formdata=None, obj=link)
    form.starts.parse(ZoneInfo(link.calendar.timezone))
    return form


def _free_times(link: Link) -> list[object]:
    """Return the coming days with their free times, from which exact ones are picked."""
    calendar, now = link.calendar, utcnow()
    busy = agenda(calendar.owner_id, calendar.id, calendar.rules.zone, now, now + (PREVIEW_DAYS + 1) * DAY)
    return [day for day in upcoming_days(calendar.rules, busy, now, PREVIEW_DAYS) if day[1]]
