"""What the child process is told and says, as JSON."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from remote_calendars.reading import Note, NoteCode, Reading, Scope

Json = dict[str, Any]


def scope_to_json(scope: Scope) -> Json:
    """Return a scope as JSON has it."""
    return {
        "since": scope.since.timestamp(),
        "until": scope.until.timestamp(),
        "zone": scope.zone.key,
        "own_uids": sorted(scope.own_uids),
        "own_addresses": sorted(scope.own_addresses),
    }


def scope_from_json(said: Json) -> Scope:
    """Return the scope that JSON says."""
    return Scope(
        datetime.fromtimestamp(said["since"], UTC),
        datetime.fromtimestamp(said["until"], UTC),
        ZoneInfo(said["zone"]),
        frozenset(said["own_uids"]),
        frozenset(said["own_addresses"]),
    )


def reading_to_json(reading: Reading) -> Json:
    """Return a reading as JSON has it."""
    return {
        "busy": [[start.timestamp(), end.timestamp()] for start, end in reading.busy],
        "count": reading.count,
        "notes": notes_to_json(reading.notes),
        "more_notes": reading.more_notes,
        "digest": reading.digest,
    }


def reading_from_json(said: Json) -> Reading:
    """Return the reading that JSON says."""
    return Reading(
        [(datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(end, UTC)) for start, end in said["busy"]],
        said["count"],
        notes_from_json(said["notes"]),
        said["more_notes"],
        said["digest"],
    )


def notes_to_json(notes: list[Note]) -> list[list[str]]:
    """Return notes as JSON has them."""
    return [[note.code, note.title, note.day.isoformat() if note.day else "", note.detail] for note in notes]


def notes_from_json(said: list[list[str]]) -> list[Note]:
    """Return the notes that JSON says."""
    return [
        Note(NoteCode(code), title, date.fromisoformat(day) if day else None, detail)
        for code, title, day, detail in said
    ]
