"""Email addresses and telephone numbers as URLs. What somebody typed must not become another part of the URL."""

import re
import unicodedata
from html import unescape
from urllib.parse import quote

from jinja2 import utils
from markupsafe import Markup

from parsing.email_addresses import ORDINARY, is_email, split_address

MAX_DIGITS = 15  # ITU-T E.164
MIN_DIGITS = 3
SURELY_A_NUMBER = 6
"""Signs; a shorter number in a contact may be that of a room, or a year."""
_PLAIN = "!$'*+"
"""What a local part may hold beside letters and digits, and has no meaning in a URL."""
_MAIL_LINK = re.compile(r'<a href="mailto:[^"]*"[^>]*>(.*?)</a>', re.DOTALL)
_TRUNK_ZERO = re.compile(r"\(\s*0\s*\)")
_PARTS = re.compile(r"[,;|·\r\n]")
_NAME_OF_PART = re.compile(r"^\s*[^\W\d]+\.?:")
_SEPARATORS = re.compile(r"[\s().\-/\u2010-\u2015\u2212]")


def mailto_url(address: str) -> str | None:
    """Return `mailto:` with the address, percent-encoded (RFC 6068, section 2); None if it is no email address."""
    if not is_email(address):
        return None
    local, domain = split_address(address)
    return f"mailto:{quote(local, safe=_PLAIN)}@{quote(domain)}"


def tel_url(phone: str) -> str | None:
    """Return `tel:` with the digits of the number, after a `+` if it begins with one (RFC 3966, section 3).

    In `+49 (0)30 1234` the bracketed zero is left out, since it is dialled within the country only. None if the text is
    anything but one number: if it has words, an extension, two numbers, a code for the network.
    """
    text = unicodedata.normalize("NFKC", phone).strip()
    if text.startswith(("+", "00")):
        text = _TRUNK_ZERO.sub("", text, count=1)
    text = _SEPARATORS.sub("", text)
    plus, digits = ("+", text[1:]) if text.startswith("+") else ("", text)
    if not digits.isdecimal() or not MIN_DIGITS <= len(digits) <= MAX_DIGITS:
        return None
    return f"tel:{plus}{''.join(str(unicodedata.decimal(digit)) for digit in digits)}"


def contact_urls(text: str) -> dict[str, str]:
    """Return the first email address of a contact as `mailto`, and the first number as `tel`, each as a URL.

    A part of the text counts if it is nothing but that, perhaps after a word and a colon: `Tel.: +49 30 1234`.
    """
    found: dict[str, str] = {}
    for part in _PARTS.split(text):
        bare = _NAME_OF_PART.sub("", part, count=1).strip()
        if url := mailto_url(bare) or (tel_url(bare) if len(bare) >= SURELY_A_NUMBER else None):
            found.setdefault(url.partition(":")[0], url)
    return found


def urlize(text: str) -> Markup:
    """Return the text as HTML, its web and email addresses linked. Jinja's own filter leaves `mailto:` unescaped."""
    linked = utils.urlize(text, rel="noopener")  # it escapes the text
    return Markup(_MAIL_LINK.sub(lambda link: mail_link(unescape(link[1])), linked))  # noqa: S704


def mail_link(address: str) -> Markup:
    """Return the address as an HTML link; as text if it is no email address."""
    if ORDINARY.fullmatch(address):  # it means nothing else in a URL or in HTML
        return Markup(f'<a href="mailto:{address}">{address}</a>')  # noqa: S704
    url = mailto_url(address)
    return Markup('<a href="{}">{}</a>').format(url, address) if url else Markup("{}").format(address)


def tel_link(phone: str) -> Markup:
    """Return the telephone number as an HTML link; as text if it is not one number."""
    url = tel_url(phone)
    return Markup('<a href="{}">{}</a>').format(url, phone) if url else Markup("{}").format(phone)
