"""What invitees see of an owner and of a calendar: values that any page or mail can use without the database."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PublicProfile:
    """What invitees see of an owner. `accent` is a colour, `#1f5f4a`; `logo` is an image's digest; `practice` is
    the name of the owner's practice. All three may be ''.
    """

    name: str
    contact: str
    accent: str = ""
    logo: str = ""
    practice: str = ""


@dataclass(frozen=True)
class PublicCalendar:
    """What invitees see of a calendar; `duration` is in minutes."""

    name: str
    description: str
    location: str
    duration: int
    owner: PublicProfile
