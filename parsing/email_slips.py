"""What somebody probably meant who typed an email address such as `jane@gmial.con`."""

COMMON = (
    "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "icloud.com",
    "me.com", "mac.com", "aol.com", "proton.me", "protonmail.com", "mail.com", "ymail.com", "zoho.com", "gmx.com",
    "gmx.de", "gmx.net", "gmx.at", "gmx.ch", "web.de", "t-online.de", "freenet.de", "posteo.de", "mailbox.org",
    "outlook.de", "hotmail.de", "live.de", "yahoo.de", "arcor.de", "hotmail.fr", "yahoo.fr", "orange.fr", "free.fr",
    "laposte.net", "wanadoo.fr", "sfr.fr", "libero.it", "hotmail.it", "yahoo.it", "hotmail.es", "yahoo.es",
    "hotmail.co.uk", "yahoo.co.uk", "btinternet.com", "bluewin.ch", "wp.pl", "o2.pl", "onet.pl", "interia.pl",
    "seznam.cz", "ziggo.nl", "kpnmail.nl", "telenet.be", "skynet.be", "comcast.net", "verizon.net", "att.net",
)  # fmt: skip
ENDINGS = {
    "con": "com", "cmo": "com", "ocm": "com", "vom": "com", "xom": "com", "comm": "com", "cim": "com", "cpm": "com",
    "nte": "net", "ent": "net", "ogr": "org", "rog": "org",
}  # fmt: skip
"""No top-level domains, but what is typed for one."""
SHORTEST = 6
"""Characters of a domain that is compared: of shorter ones, too many are a single letter apart."""


def likely_meant(email: str) -> str | None:
    """Return the address that was probably meant; None if the domain is a common one, or like none."""
    local, at, domain = email.rpartition("@")
    typed = domain.lower()
    if not at or typed in COMMON:
        return None
    name, _, ending = typed.rpartition(".")
    mended = f"{name}.{ENDINGS[ending]}" if ending in ENDINGS else typed
    if mended in COMMON:
        return f"{local}@{mended}"
    near = [common for common in COMMON if len(common) >= SHORTEST and _is_one_slip(mended, common)]
    if len(near) == 1:
        return f"{local}@{near[0]}"
    return f"{local}@{mended}" if mended != typed else None


def _is_one_slip(typed: str, meant: str) -> bool:
    """Return whether one letter is missing, too much or another one, or two neighbours are swapped."""
    start = next((i for i, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), min(len(typed), len(meant)))
    rest, wanted = typed[start:], meant[start:]
    swapped = rest[1::-1] + rest[2:] if len(rest) > 1 else rest
    return wanted in (rest[1:], swapped) or rest == wanted[1:] or (rest[1:] == wanted[1:] and len(rest) == len(wanted))
