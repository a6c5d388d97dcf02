"""Which appointments are to be written into the owner's other calendar: a row for each, in its transaction."""

from datetime import datetime

from sqlalchemy import BigInteger, Connection, bindparam, text

from database import Instant
from models import Booking

# The same on both databases. If the owner has chosen no calendar, nothing is inserted.
_ENQUEUE = text("""
  INSERT INTO calendar_entries (owner_id, booking_id, source_id, calendar, due_at, attempts, problem)
  SELECT owner_id, :booking, id, write_to, :now, 0, '' FROM sources WHERE owner_id = :owner AND write_to <> ''
  ON CONFLICT (owner_id, booking_id) DO UPDATE SET
    due_at = excluded.due_at, attempts = 0, problem = '', written_at = NULL, leased_until = NULL
""").bindparams(
    bindparam("owner", type_=BigInteger), bindparam("booking", type_=BigInteger), bindparam("now", type_=Instant)
)


def enqueue_entry(connection: Connection, booking: Booking, now: datetime) -> None:
    """Let the appointment as it is now be written, moved or taken out in the owner's other calendar, if there is one.

    A change that was not written yet is overtaken by this one.
    """
    connection.execute(_ENQUEUE, {"owner": booking.owner_id, "booking": booking.id, "now": now})
