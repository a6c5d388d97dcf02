"""The owner's pages. Every blueprint registered here requires a login, and a CSRF token for changes."""

from flask import Blueprint

from blueprints.login_required import require_owner
from blueprints.owner import (
    account_sign_in,
    batches,
    bookings,
    bookings_file,
    browsers,
    busy_times,
    calendars,
    feed,
    links,
    look,
    mail,
    people,
    privacy,
    profile,
    questions,
    sources,
)

PAGES = (
    account_sign_in,
    batches,
    bookings,
    bookings_file,
    browsers,
    busy_times,
    calendars,
    feed,
    links,
    look,
    mail,
    people,
    privacy,
    profile,
    questions,
    sources,
)
ACCOUNT_PAGES = tuple(f"owner.{page.bp.name}" for page in (browsers, people, privacy, profile))
"""The blueprints of what is behind the face in the top bar; the other ones are settings."""

bp = Blueprint("owner", __name__)
bp.before_request(require_owner)
for page in PAGES:
    bp.register_blueprint(page.bp)
