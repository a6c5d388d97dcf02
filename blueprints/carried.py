"""What was typed into a form whose session had ended: the sign-in page carries it along, signed by the server.

After signing in as the same owner, it is shown with one button that sends it. It is never sent by itself, never for
another owner, and never with a password. Files are not carried.
"""

from dataclasses import dataclass

from flask import current_app, request, session
from itsdangerous import BadData, URLSafeTimedSerializer

from accounts.sessions import SignedIn
from blueprints.responses import requested_address

OWNER_ID = "owner_id"
LIFETIME = 24 * 3600
"""For how long it can be sent, in seconds."""
MAX_LENGTH = 40_000
"""Of the signed text, in characters: the login takes no larger form, since anybody can send it one."""


@dataclass
class Carried:
    """A form as it was sent: its path, and its fields in their order."""

    owner_id: int
    path: str
    fields: list[tuple[str, str]]


def remember(owner: SignedIn) -> None:
    """Note in the cookie whose session this is, for when it will have ended."""
    if session.get(OWNER_ID) != owner.id:
        session[OWNER_ID] = owner.id


def pack() -> str:
    """Return the form of this request as one signed text; '' if whose session it was is unknown, or it is too long."""
    if OWNER_ID not in session:
        return ""
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name != "csrf_token" and "password" not in name.lower()
    ]
    text = str(_serializer().dumps([session[OWNER_ID], requested_address(), fields]))
    return text if len(text) <= MAX_LENGTH else ""


def unpack(text: str, owner: SignedIn) -> Carried | None:
    """Return what `pack` made, if this owner sent it within the last day; otherwise None."""
    try:
        owner_id, path, fields = _serializer().loads(text, max_age=LIFETIME)
    except BadData:
        return None
    return Carried(owner_id, path, [(name, value) for name, value in fields]) if owner_id == owner.id else None


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="carried-form")
