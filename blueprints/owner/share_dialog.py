"""The share pop-up: one link, its address, for whom it is."""

from urllib.parse import urlsplit

from flask import g, request
from flask.typing import ResponseReturnValue

from blueprints.responses import answer
from database import utcnow
from forms.calendar import LabelForm
from models import Link
from parsing.hosts import is_loopback
from public_urls import base, key, link_address
from scheduling import links
from scheduling.calendars import get_calendar
from scheduling.errors import CalendarClosed


def create_and_share(calendar_id: int, label: str = "") -> ResponseReturnValue:
    """Make a link of the owner's calendar and show it."""
    try:
        (link,) = links.create_links(key(), g.owner.id, calendar_id, label=label)
    except CalendarClosed:
        return answer("share_closed", 409, calendar=get_calendar(g.owner.id, calendar_id))
    return share(links.get_link(g.owner.id, link.id))


def share(link: Link, again: bool = False, form: LabelForm | None = None, status: int = 200) -> ResponseReturnValue:
    """Show a link that was made; `again` if that was before."""
    return answer(
        "share",
        status,
        link=link,
        calendar=link.calendar,
        state=link.state(utcnow()),
        address=link_address(link),
        leads_nowhere=is_loopback(urlsplit(base()).hostname) and not is_loopback(urlsplit(request.host_url).hostname),
        again=again,
        form=form or LabelForm(formdata=None, obj=link),
    )
