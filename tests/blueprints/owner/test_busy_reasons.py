"""The preview of a calendar says why a day has no times: blocked here, or busy in another calendar."""

import re

from support.feed_server import FeedServer, calendar
from support.sources import Sources
from support.world import HTMX, Browser, World, at

from models import Owner
from scheduling.busy_times import add_busy_time


def test_imported_times_are_shown_apart_from_blocked_ones(
    world: World, owner: Owner, browser: Browser, sources: Sources, feeds: FeedServer
) -> None:
    mine = world.calendar(owner)
    lunch, night = "DTSTART:20261201T110000Z\nDURATION:PT1H", "DTSTART:20261202T220000Z\nDURATION:PT3H"
    sources.add(owner, feeds.serve(calendar(lunch, night)), "Work")
    with world.inside():
        add_busy_time(owner.id, at("2026-12-03 23:00"), at("2026-12-04 23:00"), "Holiday")
    sent = {"name": "Visit", "duration": "30", "step": "30", "timezone": "Europe/Berlin", "horizon": "60"}
    sent |= {"hours_tue": "9-17", "buffer_before": "0", "buffer_after": "0", "min_notice": "0", "change_notice": "0"}
    page = browser.change(f"/settings/calendars/{mine.id}/preview", sent | {"reminder": "0"}, headers=HTMX).text
    lines = [re.sub("[\u2066-\u2069]", "", line) for line in re.findall(r'<span class="hint">([^<]*)</span>', page)]
    assert lines == [
        "12:00–13:00: busy in “Work”",
        "23:00–0:00: busy in “Work”",
        "0:00–2:00: busy in “Work”",
        "all day: blocked: Holiday",
    ]
