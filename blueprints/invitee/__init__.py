"""The invitee's pages. No cookie, no CSRF token: the token in the address is the key."""

from flask import Blueprint

from blueprints.invitee import book, manage

bp = Blueprint("invitee", __name__)
for page in (book, manage):
    bp.register_blueprint(page.bp)
