"""The invitee's pages. They have no cookie and no CSRF token: the token in the URL is the credential."""

from flask import Blueprint

from blueprints.invitee import book, manage

bp = Blueprint("invitee", __name__)
for page in (book, manage):
    bp.register_blueprint(page.bp)
