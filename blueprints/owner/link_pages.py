"""The lists of links, of one calendar and of all: filters, counts, search, one page after the other."""

import re
from zoneinfo import ZoneInfo

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from blueprints.responses import PAGE_SIZE, page_of, requested_address
from blueprints.view_models import BatchView, BookingView, CalendarView, LinkView, ListedLinkView, RequestView
from database import LARGEST_ID, utcnow
from models import Calendar, LinkState
from parsing.values import parse_positive_int
from public_urls import link_address
from scheduling.calendars import list_calendars
from scheduling.link_lists import MANY, LinkFilter, ListedLink, count_links, list_links, recent_batches
from scheduling.requests import count_open_requests, open_requests

MAX_SEARCH = 300
BATCHES = 50
REQUESTS = 100
_ADDRESS = re.compile(r"(?:.*/b/)?([A-Za-z0-9_-]{16,22})(?![A-Za-z0-9_-]).*", re.DOTALL)


def link_list(calendar: Calendar | None, status: int = 200, problem: str = "") -> ResponseReturnValue:
    """Show the links of the calendar, or of all, that the query asks for; what is invalid in it counts as absent."""
    args, now = request.args, utcnow()
    chosen, before = _filter(calendar), parse_positive_int(args.get("before"), LARGEST_ID)
    found, last = page_of(list_links(g.owner.id, chosen, now, PAGE_SIZE + 1, before))
    calendars = list_calendars(g.owner.id) if calendar is None else []
    asked = open_requests(g.owner.id, REQUESTS) if calendar is None else []
    if calendar is None:
        g.asked_for = len(asked)
    page = render_template(
        "links.html",
        calendar=calendar and CalendarView.of(calendar),
        calendars=[CalendarView.of(each) for each in calendars],
        batches=[BatchView.of(batch) for batch in recent_batches(g.owner.id, chosen.calendar_id, BATCHES)],
        chosen=chosen,
        words=args.get("q", "").strip()[:MAX_SEARCH],
        counts=count_links(g.owner.id, chosen, now),
        many=MANY,
        links=[listed_view(row) for row in found],
        older=last and last.link.id,
        begins=before is None,
        problem=problem,
        asked=[_request_view(each) for each in asked],
        here=requested_address(),
        now=now,
        zone=ZoneInfo(g.owner.timezone),
    )
    return page, status


def asked_for(owner_id: int) -> int:
    """Return how many requests for a new link wait, for the top bar; queried at most once per request."""
    if "asked_for" not in g:
        g.asked_for = count_open_requests(owner_id)
    return int(g.asked_for)


def request_list() -> ResponseReturnValue:
    """Show who asks for a new link."""
    return render_template(
        "requests.html",
        asked=[_request_view(each) for each in open_requests(g.owner.id, REQUESTS)],
        zone=ZoneInfo(g.owner.timezone),
    )


def listed_view(row: ListedLink) -> ListedLinkView:
    """Return a link as lists show it."""
    return ListedLinkView(
        link=LinkView.of(row.link, state=row.link.state(utcnow())),
        calendar_name=row.calendar_name,
        calendar_open=row.calendar_open,
        address=link_address(row.link),
        booking=BookingView.of(row.booking, calendar_name=row.calendar_name) if row.booking else None,
        batch=BatchView.of(row.batch) if row.batch else None,
        position=row.link.position,
    )


def _request_view(each: object) -> RequestView:
    link = each.link  # type: ignore[attr-defined]
    return RequestView.of(each, calendar_name=link.calendar.name, label=link.label)


def _filter(calendar: Calendar | None) -> LinkFilter:
    args = request.args
    words = args.get("q", "").strip()[:MAX_SEARCH]
    address = _ADDRESS.fullmatch(words)
    state = args.get("state", "")
    return LinkFilter(
        state=LinkState(state) if state in set(LinkState) else None,
        calendar_id=calendar.id if calendar else parse_positive_int(args.get("calendar"), LARGEST_ID),
        batch_id=parse_positive_int(args.get("batch"), LARGEST_ID),
        words=words,
        token=address[1] if address and (len(address[1]) == len(words) or "/b/" in words) else None,
    )
