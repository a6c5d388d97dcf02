"""Absolute URLs for links, mails and feeds. They begin with BASE_URL, never with the Host header of a request."""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import current_app

import config
import tokens
from accounts.one_time_tokens import derive_token
from enums import TokenPurpose
from models import AccountMessage, AccountToken, Booking, Link
from scheduling import bookings, feeds, links


def key() -> str:
    """Return the server's secret key."""
    return config.current().secret_key


def base() -> str:
    """Return BASE_URL, without a trailing slash."""
    return config.current().base_url


def host() -> str:
    """Return the host of BASE_URL as a name for EHLO (RFC 5321, section 4.1.3)."""
    name = urlsplit(base()).hostname or "localhost"
    if ":" in name:
        return f"[IPv6:{name}]"
    return f"[{name}]" if name.replace(".", "").isdigit() else name


def link_address(link: Link) -> str | None:
    """Return the address of a link; None if it was made with another key."""
    token = links.link_token(key(), link)
    return token and _url("invitee.book.show", token=token)


def link_addresses() -> Callable[[bytes, bytes], str | None]:
    """Return a function from a link's salt and digest to its address, as `link_address`, for long lists."""
    secret, before = key(), _url("invitee.book.show", token="-").removesuffix("-")  # noqa: S106

    def address(salt: bytes, token_hash: bytes) -> str | None:
        token = tokens.derive_again(secret, links.PURPOSE, salt, token_hash)
        return token and before + token

    return address


def manage_token(booking: Booking) -> str | None:
    """Return the token of the booking's manage link; None if it was made with another key."""
    return bookings.manage_token(key(), booking)


def manage_address(token: str) -> str:
    """Return the address of the manage link with this token."""
    return _url("invitee.manage.show", token=token)


def appointment_address(booking_id: int) -> str:
    """Return the address of the owner's own page of the booking with this id."""
    return _url("owner.bookings.show", booking_id=booking_id)


def requests_address() -> str:
    """Return the address of the owner's page of who asks for a new link."""
    return _url("owner.links.everywhere") + "?show=requests"


def feed_address(salt: bytes | None, feed_hash: bytes | None) -> str | None:
    """Return the address of an owner's feed; None if there is none, or it was made with another key."""
    token = feeds.feed_token(key(), salt, feed_hash)
    return token and _url("system.ics_feed.ics", token=token)


def setup_address(token: str) -> str:
    """Return the address of the set-up page for the first owner, with a token of `accounts/setup.py`."""
    return _url("auth.setup", token=token)


def forgot_address() -> str:
    """Return the address of the page at which a new password is asked for."""
    return _url("auth.forgot")


def account_token(purpose: TokenPurpose, message: AccountMessage) -> str:
    """Return the token that a mail about an account tells, derived from the salt in its parameters."""
    return derive_token(purpose, bytes.fromhex(message.parameters["salt"]))


def reset_address(token: str) -> str:
    """Return the address at which a new password is set."""
    return _url("auth.reset", token=token)


def email_address(token: str) -> str:
    """Return the address at which a new email is confirmed."""
    return _url("auth.email", token=token)


def join_address(token: str) -> str:
    """Return the address at which a colleague accepts an invitation."""
    return _url("auth.join", token=token)


def invitation_token(invitation: AccountToken) -> str:
    """Return the token of an invitation, derived from its salt."""
    return derive_token(TokenPurpose.INVITATION, invitation.salt)


def sources_address() -> str:
    """Return the address of the owner's page of other calendars."""
    return _url("owner.sources.index")


def sign_in_address(service: str) -> str:
    """Return the address to which a service sends an owner back who signed in there; its operator registers it."""
    return _url("owner.account_sign_in.callback", service=service)


def _url(endpoint: str, **values: object) -> str:
    """Return a route's absolute address; `url_for` would need SERVER_NAME where there is no request."""
    return base() + current_app.url_map.bind("").build(endpoint, values)
