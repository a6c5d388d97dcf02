"""The lists of links, of one calendar and of all: filters, counts, search, one page after the other."""

import re
from collections.abc import Iterable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import g, render_template, request
from flask.typing import ResponseReturnValue

from blueprints.owner.link_rows import link_rows
from blueprints.responses import PAGE_SIZE, SEARCH_FROM, page_of, requested_address, url_pattern
from blueprints.view_models import RequestView
from database import LARGEST_ID, utcnow
from enums import LinkState
from i18n.bidi import isolate
from parsing.values import parse_positive_int
from scheduling.calendars import CalendarName, calendar_names
from scheduling.link_lists import MANY, LinkFilter, count_links, list_links, recent_batches
from scheduling.requests import open_requests
from scheduling.search import having

MAX_SEARCH = 300
BATCHES = 50
REQUESTS = 100
FEW = 3
_ADDRESS = re.compile(r"(?:.*/b/)?([A-Za-z0-9_-]{16,22})(?![A-Za-z0-9_-]).*", re.DOTALL)


def link_list(calendar: CalendarName | None, status: int = 200, problem: str = "") -> ResponseReturnValue:
    """Show the links of the calendar, or of all, that the query asks for; what is invalid in it counts as absent."""
    args, now, here, zone = request.args, utcnow(), requested_address(), ZoneInfo(g.owner.timezone)
    chosen, before = _filter(calendar), parse_positive_int(args.get("before"), LARGEST_ID)
    found, last = page_of(list_links(g.owner.id, chosen, now, PAGE_SIZE + 1, before))
    names = calendar_names(g.owner.id) if calendar is None else [calendar]
    asked = open_requests(g.owner.id, FEW) if calendar is None and g.owner.open_requests else []
    page = render_template(
        "links.html",
        calendar=calendar,
        choices=[(each.id, isolate(each.name), each.id == chosen.calendar_id) for each in names],
        open=[each.id for each in names if each.is_open],
        batches=recent_batches(g.owner.id, chosen.calendar_id, BATCHES),
        chosen=chosen,
        words=args.get("q", "").strip()[:MAX_SEARCH],
        totals=count_links(g.owner.id, chosen, now),
        many=MANY,
        rows=link_rows(found, here, now, zone, names_calendar=calendar is None, names_batch=chosen.batch_id is None),
        older=last and last.id,
        begins=before is None,
        problem=problem,
        asked=[_request_view(each) for each in asked],
        here=here,
        zone=zone,
    )
    return page, status


def request_list() -> ResponseReturnValue:
    """Show who asks for a new link."""
    return render_template(
        "requests.html",
        asked=[_request_view(each) for each in open_requests(g.owner.id, REQUESTS)],
        zone=ZoneInfo(g.owner.timezone),
    )


def new_link_list() -> ResponseReturnValue:
    """Show the calendars that take bookings, or those with the words of the query in their names."""
    words = request.args.get("q", "").strip()[:MAX_SEARCH]
    every, is_wanted = _open(calendar_names(g.owner.id)), having(words)
    return render_template(
        "new_links.html",
        open=[each for each in every if is_wanted(each.name)],
        words=words,
        has_search=len(every) >= SEARCH_FROM,
    )


class OpenCalendar(NamedTuple):
    """A calendar of which new links can be made, and where many of them are, or one is. `called` is for a sentence."""

    name: str
    called: str
    batch_url: str
    links_url: str
    id: int


def _open(names: Iterable[CalendarName]) -> list[OpenCalendar]:
    batch_url = url_pattern("owner.batches.create", "calendar_id")
    links_url = url_pattern("owner.links.index", "calendar_id")
    return [
        OpenCalendar(each.name, isolate(each.name), batch_url(each.id), links_url(each.id), each.id)
        for each in names
        if each.is_open
    ]


def _request_view(each: object) -> RequestView:
    link = each.link  # type: ignore[attr-defined]
    return RequestView.of(each, calendar_name=link.calendar.name, label=link.label)


def _filter(calendar: CalendarName | None) -> LinkFilter:
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
