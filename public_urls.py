"""Absolute URLs for links, mails and feeds. They begin with BASE_URL, never with the Host header of a request."""

from urllib.parse import urlsplit

from flask import current_app

import config
from models import Booking, Link, Owner
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


def manage_token(booking: Booking) -> str | None:
    """Return the token of the booking's manage link; None if it was made with another key."""
    return bookings.manage_token(key(), booking)


def manage_address(token: str) -> str:
    """Return the address of the manage link with this token."""
    return _url("invitee.manage.show", token=token)


def appointment_address(booking: Booking) -> str:
    """Return the address of the owner's own page of the booking."""
    return _url("owner.bookings.show", booking_id=booking.id)


def requests_address() -> str:
    """Return the address of the owner's page of who asks for a new link."""
    return _url("owner.links.everywhere") + "?show=requests"


def feed_address(owner: Owner) -> str | None:
    """Return the address of the owner's feed; None if there is none, or it was made with another key."""
    token = feeds.feed_token(key(), owner)
    return token and _url("system.ics_feed.ics", token=token)


def setup_address(token: str) -> str:
    """Return the address of the set-up page for the first owner, with a token of `accounts/setup.py`."""
    return _url("auth.setup", token=token)


def _url(endpoint: str, **values: object) -> str:
    """Return a route's absolute address; `url_for` would need SERVER_NAME where there is no request."""
    return base() + current_app.url_map.bind("").build(endpoint, values)
