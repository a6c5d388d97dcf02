"""Parsing SMTP_URL and MAIL_FROM: the mail server and the sender."""

import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from parsing.email_addresses import is_email, split_address
from parsing.hosts import is_host, is_loopback

PORTS = {"smtps": 465, "smtp": 25}
SUBMISSION = 587
_NAMED = re.compile(r"([^<>]*)<([^<>]+)>\s*")


@dataclass(frozen=True)
class MailServer:
    """The SMTP server and the sender; the sender's `name` may be empty."""

    host: str
    port: int
    encrypted: bool
    user: str
    password: str = field(repr=False)
    address: str
    name: str

    @property
    def must_encrypt(self) -> bool:
        """Whether the connection must be encrypted: a password is sent in the clear to this machine only."""
        return bool(self.user) and not is_loopback(self.host)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def parse_mail_server(url: str, sender: str) -> MailServer:
    """Return what `SMTP_URL` and `MAIL_FROM` say. Raises ValueError, whose text never contains the password."""
    parts = _split(url)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if bool(user) != bool(password):
        raise ValueError("SMTP_URL: wants a user and a password, or neither")
    if not (user + password).isprintable() or not (user + password).isascii():
        raise ValueError("SMTP_URL: the user or the password has a character that can't be used here")
    if not sender and not is_email(user):
        raise ValueError("MAIL_FROM: must be set with SMTP_URL: the address that mail comes from")
    name, address = parse_sender(sender or user)
    default = SUBMISSION if user and parts.scheme == "smtp" else PORTS[parts.scheme]
    return MailServer(
        host=(parts.hostname or "").strip("[]"),
        port=parts.port or default,
        encrypted=parts.scheme == "smtps",
        user=user,
        password=password,
        address=address,
        name=name,
    )


def parse_sender(text: str) -> tuple[str, str]:
    """Return the name and address in `Practice <book@example.com>`; the name may be empty. Raises ValueError."""
    found = _NAMED.fullmatch(text)
    name, address = (found[1].strip().strip('"'), found[2]) if found else ("", text.strip())
    if not text.isprintable() or not is_email(address):
        raise ValueError(
            f"MAIL_FROM: {text!r} is not an address such as book@example.com or Practice <book@example.com>"
        )
    return name, "@".join(split_address(address))


def _split(url: str) -> SplitResult:
    wrong = ValueError(
        "SMTP_URL: is not an address such as smtp://mail.example.com or smtps://user:password@mail.example.com:465 "
        "(in user and password @ is %40, : is %3A, / is %2F, # is %23, ? is %3F, % is %25)"
    )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    if parts.scheme not in PORTS or not is_host(host) or port == 0 or parts.path.strip("/") or parts.query:
        raise wrong
    if parts.fragment or parts.netloc.count("@") > 1 or not url.isprintable() or " " in url:
        raise wrong
    return parts
