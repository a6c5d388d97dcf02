"""For programs: health and metrics for monitors, the feed for calendar programs, stylesheets and logos for browsers."""

from flask import Blueprint

from blueprints.system import branding, health, ics_feed, metrics, styleguide

bp = Blueprint("system", __name__)
for page in (branding, health, ics_feed, metrics, styleguide):
    bp.register_blueprint(page.bp)
