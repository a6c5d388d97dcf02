"""The page of a link that can't be used: whom to contact, and the form to ask for a new one."""

from flask import Response, request

import tokens
from blueprints.responses import render_page
from forms.links import RequestForm
from i18n.texts import lazy_gettext as _l
from scheduling.errors import CalendarClosed, LinkExpired, LinkRevoked, LinkUnavailable, LinkUsed

WORDS = {
    LinkUnavailable: (_l("This link can’t be used"), _l("Nothing can be booked with it.")),
    LinkUsed: (_l("This link has already been used"), _l("A one-time link works for one booking.")),
    LinkExpired: (_l("This link has expired"), _l("A one-time link works for a limited time.")),
    LinkRevoked: (_l("This link is no longer valid"), _l("It was taken back before anybody booked with it.")),
    CalendarClosed: (
        _l("No appointments can be booked here at the moment"),
        _l("The calendar behind this link is closed."),
    ),
}


def spent_page(
    refusal: LinkUnavailable, status: int = 410, form: RequestForm | None = None, problem: str = ""
) -> Response:
    """Return the page; with a `form` that was refused, what was typed stays in it."""
    title, why = next(WORDS[kind] for kind in type(refusal).__mro__ if kind in WORDS)
    token = (request.view_args or {}).get("token", "")
    return render_page(
        "spent.html",
        status,
        title=title,
        why=why,
        profile=refusal.owner,
        used=isinstance(refusal, LinkUsed),
        token=token,
        kept_link=tokens.storage_name(token),
        form=form or RequestForm(formdata=None),
        problem=problem,
    )
