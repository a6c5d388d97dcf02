"""What invitees see of an owner and of a calendar; nothing else of them is on an invitee's page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Front:
    """An owner as their invitees know them. `accent` is a colour, `#1f5f4a`; `logo` names an image; both may be ''."""

    name: str
    contact: str
    accent: str = ""
    logo: str = ""


@dataclass(frozen=True)
class Offer:
    """What can be booked in a calendar, and with whom; `duration` is in minutes."""

    name: str
    description: str
    location: str
    duration: int
    owner: Front
