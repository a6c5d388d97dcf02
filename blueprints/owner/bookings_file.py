"""The list of appointments as a CSV file."""

import io
from tempfile import SpooledTemporaryFile
from zoneinfo import ZoneInfo

from flask import Blueprint, g, send_file
from flask.typing import ResponseReturnValue

from blueprints.owner.bookings import asked_for
from blueprints.owner.privacy import IN_MEMORY
from database import begin_snapshot, utcnow
from scheduling.booking_files import write_bookings

bp = Blueprint("bookings_file", __name__)


@bp.get("/bookings.csv")
def csv_file() -> ResponseReturnValue:
    """Return the appointments that the list shows, all pages of it, in UTF-8 with a BOM, as spreadsheets want it."""
    (which, words), owner_id, zone = asked_for(), g.owner.id, ZoneInfo(g.owner.timezone)
    begin_snapshot()
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  (closed when it is sent)
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    write_bookings(text, owner_id, zone, which, utcnow(), words)
    text.detach()
    file.seek(0)
    return send_file(file, "text/csv", as_attachment=True, download_name="appointments.csv")
