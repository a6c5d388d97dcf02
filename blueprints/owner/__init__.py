"""The owner's pages. Every blueprint that is registered here is behind the login and its CSRF check."""

from flask import Blueprint

from blueprints.login_required import require_owner
from blueprints.owner import bookings, busy_times, calendars, feed, links, mail, profile

bp = Blueprint("owner", __name__)
bp.before_request(require_owner)
for page in (bookings, busy_times, calendars, feed, links, mail, profile):
    bp.register_blueprint(page.bp)
