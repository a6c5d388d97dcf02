"""For programs: health and metrics for monitors, the feed for calendars, stylesheets, logos and icons for browsers."""

from flask import Blueprint

from blueprints.system import app_icons, branding, health, ics_feed, metrics, styleguide

bp = Blueprint("system", __name__)
for page in (app_icons, branding, health, ics_feed, metrics, styleguide):
    bp.register_blueprint(page.bp)
