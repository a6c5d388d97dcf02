"""What programs read: monitors, calendar programs, and browsers that want a stylesheet or a logo."""

from flask import Blueprint

from blueprints.system import branding, health, ics_feed, metrics

bp = Blueprint("system", __name__)
for page in (branding, health, ics_feed, metrics):
    bp.register_blueprint(page.bp)
