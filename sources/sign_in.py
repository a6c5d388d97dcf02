"""Access to an account that an owner signs in to: an access token works for an hour, and is renewed before it ends."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import select, update

from database import lock_owner, transaction, utcnow
from enums import SourceKind
from models import Source
from remote_calendars.reading import ProblemCode, ReadingFailed
from remote_calendars.services import SERVICES
from sources.access import Access, Ask, Json
from sources.secret_box import CanNotOpen, Secret, seal, unseal

RENEW_BEFORE = timedelta(minutes=20)
"""More than there is between two readings, so that a booking, which has no time to renew it, finds one that works."""


def row_name(source: Source) -> str:
    """Return the name by which a source's secret is bound to its row."""
    return f"sources {source.owner_id} {source.id}"


def sign_in(
    access: Access, kind: SourceKind, redirect_uri: str, code: str, verifier: str, writing: bool, ask: Ask
) -> Secret:
    """Return the secret of an account whose owner came back with a code. Raises ReadingFailed."""
    asked = {"redirect_uri": redirect_uri, "code": code, "verifier": verifier}
    said = ask({"kind": "oauth exchange", **_to_service(access, kind), **asked})
    said["scope"] = said["scope"] or " ".join(SERVICES[kind].scopes(writing))  # RFC 6749, section 5.1
    if not SERVICES[kind].may_read(said["scope"]):
        raise ReadingFailed(ProblemCode.CONSENT, "scope")
    return _with_tokens(Secret(""), said, utcnow())


def may_write(kind: SourceKind, secret: Secret | None) -> bool:
    """Return whether appointments may be written into the account."""
    if secret is None or not kind.has_sign_in:
        return kind is SourceKind.CALDAV
    return SERVICES[kind].may_write(secret.scope)


def works_at(secret: Secret, now: datetime) -> bool:
    """Return whether its access token has not ended."""
    return secret.access_until > now.timestamp()


def opened(source: Source, access: Access) -> Secret:
    """Return how a source is reached. Raises ReadingFailed after a change of the server's key."""
    try:
        return unseal(access.key, row_name(source), source.secret)
    except CanNotOpen:
        raise ReadingFailed(ProblemCode.KEY) from None


def ask_source(source: Source, access: Access, ask: Ask, request: Callable[[Secret], Json]) -> Json:
    """Return the answer to a request that is made with a source's secret. Raises ReadingFailed.

    An access token that ends soon, or that is refused, is renewed, once.
    """
    secret = opened(source, access)
    if not source.kind.has_sign_in:
        return ask(request(secret))
    is_new = not works_at(secret, utcnow() + RENEW_BEFORE)
    if is_new:
        secret = _renew(source, access, secret, ask)
    try:
        return ask(request(secret))
    except ReadingFailed as failure:
        if failure.code != ProblemCode.LOGIN:
            raise
        if is_new:
            raise ReadingFailed(ProblemCode.CONSENT, failure.detail) from None
    try:
        return ask(request(_renew(source, access, secret, ask)))
    except ReadingFailed as failure:
        raise _as_consent(failure) from None


def give_back(access: Access, kind: SourceKind, secret: Secret, ask: Ask) -> None:
    """Tell the service that the token is not needed any more; if that fails, the owner can do it there."""
    with suppress(ReadingFailed):
        if access.app(kind).revoke_url:
            ask({"kind": "oauth revoke", "refresh": secret.refresh, **_to_service(access, kind)})


def _renew(source: Source, access: Access, secret: Secret, ask: Ask) -> Secret:
    """Return the secret with new tokens. They are stored before they are used, since the old ones may have ended."""
    said, refusal = None, None
    try:
        said = ask({"kind": "oauth renew", "refresh": secret.refresh, **_to_service(access, source.kind)})
    except ReadingFailed as failure:
        if failure.code != ProblemCode.CONSENT:
            raise
        refusal = failure
    with transaction() as session:
        lock_owner(source.owner_id)
        mine = (Source.owner_id == source.owner_id, Source.id == source.id)
        there = session.scalar(select(Source.secret).where(*mine))
        if there is not None and there != source.secret:  # another process was first, or the owner connected it again
            source.secret, refusal = there, None
        elif there is not None and said:
            source.secret = seal(access.key, row_name(source), _with_tokens(secret, said, utcnow()))
            session.execute(update(Source).where(*mine).values(secret=source.secret))
    if refusal:
        raise refusal
    return opened(source, access)


def _with_tokens(secret: Secret, said: Json, now: datetime) -> Secret:
    until = (now + timedelta(seconds=min(max(said["seconds"], 0), 86_400))).timestamp()
    return secret.with_tokens(said["refresh"], said["access"], until, said["scope"] or secret.scope)


def _as_consent(failure: ReadingFailed) -> ReadingFailed:
    return ReadingFailed(ProblemCode.CONSENT, failure.detail) if failure.code == ProblemCode.LOGIN else failure


def _to_service(access: Access, kind: SourceKind) -> Json:
    return {"app": access.app(kind).to_json(), "networks": access.network_names()}
