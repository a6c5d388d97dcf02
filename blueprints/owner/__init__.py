"""The owner's pages. Every blueprint registered here requires a login, and a CSRF token for changes."""

from flask import Blueprint

from blueprints.login_required import require_owner
from blueprints.owner import (
    batches,
    bookings,
    browsers,
    busy_times,
    calendars,
    feed,
    links,
    mail,
    people,
    profile,
    sources,
)

bp = Blueprint("owner", __name__)
bp.before_request(require_owner)
for page in (batches, bookings, browsers, busy_times, calendars, feed, links, mail, people, profile, sources):
    bp.register_blueprint(page.bp)
