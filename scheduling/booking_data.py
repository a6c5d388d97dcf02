"""What is kept of an invitee in a booking, as values for JSON."""

from datetime import datetime
from typing import Any

from models import Booking
from scheduling.booking_queries import history


def booking_data(booking: Booking) -> dict[str, Any]:
    """Return the invitee's details, the appointment and its history. Instants are in UTC (RFC 3339)."""
    return {
        "name": booking.name,
        "email": booking.email,
        "phone": booking.phone,
        "notes": booking.notes,
        "answers": [{"question": question, "answer": answer} for question, answer in booking.answers],
        "timezone": booking.timezone,
        "language": booking.locale,
        "appointment": {
            "id": booking.uid,
            "what": booking.calendar.name,
            "starts": instant(booking.starts_at),
            "ends": instant(booking.ends_at),
            "status": str(booking.status),
            "booked": instant(booking.created_at),
        },
        "changes": [
            {
                "at": instant(change.created_at),
                "what": str(change.kind),
                "by": str(change.actor),
                "start_before": instant(change.start_before),
                "start_after": instant(change.start_after),
                "reason": change.reason,
            }
            for change in history(booking)
        ],
        "erasing_asked_for": instant(booking.erasure_asked_at),
        "erased": instant(booking.erased_at),
    }


def instant(at: datetime | None) -> str | None:
    """Return `2026-12-03T09:00:00Z`; None for None."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None
