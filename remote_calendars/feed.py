"""A feed's bytes become busy times, and a list of what in it was not understood. Pure: nothing is fetched or stored."""

import hashlib
import json
from collections.abc import Iterable, Iterator

from remote_calendars.content_lines import Component, Feed, parse_feed
from remote_calendars.events import Event, NotAnEvent
from remote_calendars.moments import Clock, parse_duration, parse_moment
from remote_calendars.reading import (
    MAX_NOTES,
    Interval,
    Note,
    NoteCode,
    ProblemCode,
    Reading,
    ReadingFailed,
    Scope,
    merged,
)
from remote_calendars.series import expand, grouped

MOST_TIMES = 100_000


def read_feed(data: bytes, scope: Scope) -> Reading:
    """Return the busy times of the feed within the scope. Raises ReadingFailed if it is no whole calendar."""
    return read_events(parse_feed(data), scope)


def digest_of(feed: Feed, scope: Scope) -> str:
    """Return a text that is the same for feeds that give the same reading, whatever else they say."""
    parts = [[str(scope.since), str(scope.until), scope.zone.key, feed.zone_name]]
    parts += [sorted(scope.own_uids), sorted(scope.own_addresses)]
    parts += [[component.kind, *map(str, component.lines), *component.raw] for component in feed.components]
    return hashlib.sha256(json.dumps(parts).encode("utf-8", "replace")).hexdigest()


def read_events(feed: Feed, scope: Scope) -> Reading:
    """Return what the feed's events make of the scope."""
    clock, notes = Clock(feed, scope.zone), list[Note]()
    events = list(_events(feed, clock, scope, notes))
    busy = {_clipped(interval, scope) for interval in _busy(events, clock, scope)}
    busy |= {_clipped(interval, scope) for interval in _free_busy(feed, clock)}
    busy = {(start, end) for start, end in busy if start < end}
    if len(busy) > MOST_TIMES:
        raise ReadingFailed(ProblemCode.TOO_MUCH)
    notes += _notes_of(events, scope)
    return Reading(merged(busy), len(busy), notes[:MAX_NOTES], max(len(notes) - MAX_NOTES, 0), digest_of(feed, scope))


def _events(feed: Feed, clock: Clock, scope: Scope, notes: list[Note]) -> Iterator[Event]:
    """Yield the events but our own; what is none becomes a note."""
    for component in feed.of_kind("VEVENT"):
        try:
            event = Event(component, clock)
        except NotAnEvent as error:
            notes.append(error.note)
        except (ValueError, OverflowError):
            notes.append(_broken(component))
        else:
            if event.uid not in scope.own_uids:
                yield event


def _busy(events: Iterable[Event], clock: Clock, scope: Scope) -> Iterator[Interval]:
    alone, series = grouped(events)
    for event in alone:
        if not event.is_free(scope.own_addresses):
            yield event.starts_at, event.ends_at
    total = 0
    for each in series:
        if all(event.is_free(scope.own_addresses) for event in (each.master, *each.overrides)):
            continue
        for event, interval in expand(each, clock, scope):
            if not event.is_free(scope.own_addresses):
                total += 1
                yield interval
        if total > MOST_TIMES:
            raise ReadingFailed(ProblemCode.TOO_MUCH)


def _free_busy(feed: Feed, clock: Clock) -> Iterator[Interval]:
    """Yield the busy periods of each VFREEBUSY (RFC 5545, section 3.8.2.6), which are in UTC."""
    for component in feed.of_kind("VFREEBUSY"):
        for line in component.all("FREEBUSY"):
            if line.parameters.get("FBTYPE", "BUSY").upper() == "FREE":
                continue
            for period in line.value.split(","):
                first, _, last = period.partition("/")
                start, end, duration = parse_moment(first), parse_moment(last), parse_duration(last)
                if start and end:
                    yield clock.instant(start), clock.instant(end)
                elif start and duration:
                    yield clock.instant(start), clock.later(start, duration)


def _clipped(interval: Interval, scope: Scope) -> Interval:
    return max(interval[0], scope.since), min(interval[1], scope.until)


def _notes_of(events: Iterable[Event], scope: Scope) -> Iterator[Note]:
    """Yield the notes of events that may matter: what is over, or comes later than is read, is nobody's concern."""
    for event in events:
        over = event.ends_at < scope.since and not event.repeats
        if event.notes and not over and event.starts_at < scope.until:
            yield from event.notes


def _broken(component: Component) -> Note:
    title = component.first("SUMMARY")
    return Note(NoteCode.BROKEN, title.text.strip()[:100] if title else "")
