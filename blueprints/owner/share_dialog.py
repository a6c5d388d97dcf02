"""The share dialog: the address of a link, and its label."""

from urllib.parse import urlsplit

from flask import g, request
from flask.typing import ResponseReturnValue

from blueprints.responses import render_page
from blueprints.view_models import CalendarView, LinkView
from database import utcnow
from forms.calendar import LabelForm
from models import Link
from parsing.hosts import is_loopback
from public_urls import base, key, link_address
from scheduling import links
from scheduling.calendars import get_calendar
from scheduling.errors import CalendarClosed


def create_and_share(calendar_id: int, label: str = "") -> ResponseReturnValue:
    """Create a link of the owner's calendar and show it."""
    try:
        (link,) = links.create_links(key(), g.owner.id, calendar_id, label=label)
    except CalendarClosed:
        calendar = get_calendar(g.owner.id, calendar_id)
        return render_page("share_closed.html", 409, calendar=CalendarView.of(calendar))
    return share(links.get_link(g.owner.id, link.id))


def share(link: Link, again: bool = False, form: LabelForm | None = None, status: int = 200) -> ResponseReturnValue:
    """Show a link; `again` if it was not created just now."""
    return render_page(
        "share.html",
        status,
        link=LinkView.of(link, state=link.state(utcnow()), booking=None),
        calendar=CalendarView.of(link.calendar),
        address=link_address(link),
        is_local_only=is_loopback(urlsplit(base()).hostname) and not is_loopback(urlsplit(request.host_url).hostname),
        again=again,
        form=form or LabelForm(formdata=None, obj=link),
    )
