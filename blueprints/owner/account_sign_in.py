"""Signing in to Google or Microsoft, so that an account's calendars can be read, and coming back from there (OAuth 2).

Coming back is a GET that changes something, as the services demand; its state makes it good once, in this session only.
"""

import re

from flask import Blueprint, flash, g, redirect, request
from flask.typing import ResponseReturnValue

from blueprints import pending_sign_ins
from blueprints.pending_sign_ins import SignIn
from blueprints.responses import redirect_to
from enums import SourceKind
from i18n.bidi import isolate
from i18n.texts import gettext as _
from models import Source
from public_urls import sign_in_address
from remote_calendars.reading import ProblemCode, ReadingFailed
from remote_calendars.services import SERVICES, authorization_url
from scheduling.errors import NotFound
from sources import connections
from sources.access import ask_soon, current_access
from sources.connections import MOST, TooManySources
from sources.sign_in import may_write, sign_in
from sources.words import kind_text, problem_text

bp = Blueprint("account_sign_in", __name__, url_prefix="/settings/sources/<any(google, microsoft):service>")


@bp.get("/connect")
def connect(service: str) -> ResponseReturnValue:
    """Lead to the page of the service at which the owner agrees: to reading, and to writing where it is wanted."""
    access, kind = current_access(), SourceKind(service)
    source_id = request.args.get("source", type=int)
    source = connections.get_source(g.owner.id, source_id) if source_id else None
    if source and source.kind is not kind:
        raise NotFound
    if service not in access.apps:
        flash(_("%(service)s is not set up on this server.", service=kind_text(kind)))
        return redirect_to("owner.sources.index")
    writes = source is not None and (source.write_to or may_write(kind, connections.secret_of(access, source)))
    writing = bool(writes) or request.args.get("write") == "1"
    state, verifier = pending_sign_ins.begin(service, source.id if source else None, writing)
    back = sign_in_address(service)
    return redirect(authorization_url(SERVICES[service], access.apps[service], writing, back, state, verifier), 303)


@bp.get("/callback")
def callback(service: str) -> ResponseReturnValue:
    """Connect the account with which the owner comes back, or say why it can't be."""
    begun = pending_sign_ins.take(service, request.args.get("state", ""))
    if begun is None:
        flash(_("This sign-in is too old, or was used already, or began in another browser. Please start again."))
    elif "code" not in request.args:
        flash(_refusal(kind_text(SourceKind(service)), request.args.get("error", "")))
    elif source := _connect(begun, request.args["code"]):
        return redirect_to("owner.sources.edit", source_id=source.id)
    return redirect_to("owner.sources.index")


def _connect(begun: SignIn, code: str) -> Source | None:
    access, kind = current_access(), SourceKind(begun.service)
    back = sign_in_address(begun.service)
    try:
        secret = sign_in(access, kind, back, code, begun.verifier, begun.writing, ask_soon)
        source = connections.connect_account(access, g.owner.id, kind, secret, begun.source_id, ask_soon)
    except ReadingFailed as failure:
        flash(_problem(kind_text(kind), failure))
    except TooManySources:
        flash(_("You have %(count)s other calendars: no more can be connected.", count=MOST))
    except NotFound:
        flash(_("That calendar was removed in the meantime. Please start again."))
    else:
        flash(_success(source, begun.writing, may_write(kind, secret)))
        return source
    return None


def _success(source: Source, wanted_writing: bool, may_write: bool) -> str:
    name = isolate(source.name)
    if wanted_writing and not may_write:
        return _("“%(name)s” is connected. You did not allow writing, so no appointments are written there.", name=name)
    if wanted_writing and not source.write_to:
        return _("“%(name)s” is connected. Choose below into which calendar appointments are written.", name=name)
    return _("“%(name)s” is connected. Choose below which of its calendars count.", name=name)


def _refusal(service: str, error: str) -> str:
    if error == "access_denied":
        return _("You did not agree at %(service)s, so nothing was connected.", service=service)
    code = error if re.fullmatch(r"[a-z_]{1,40}", error) else "?"
    return _("%(service)s did not let you in (%(error)s). Nothing was connected.", service=service, error=code)


def _problem(service: str, failure: ReadingFailed) -> str:
    if failure.code == ProblemCode.CONSENT and failure.detail == "scope":
        return _(
            "%(service)s may not say when you are busy, so nothing was connected. Start again, and tick all boxes.",
            service=service,
        )
    words = problem_text(failure.code, failure.detail)
    return _("%(service)s could not be connected. %(problem)s", service=service, problem=words)
