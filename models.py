"""All tables: column types, named constraints, and properties that use their own row only.

The database itself refuses what must never happen: a second booking of a link, two appointments of one owner at once, a
reference to another owner's row. `docs/decisions/` says why the code checks it as well.
"""

from database import Base
from database.stamps import renew_stamps
from tables.bookings import CANCELLED, CONFIRMED, Booking, Change
from tables.busy_times import ANSWERS_AT_ONCE, BusyTime, CalendarEntry, ImportedTime, Source
from tables.calendars import Calendar, slot_rules
from tables.links import ACTIVE, NOTED, OPEN_REQUEST, UNUSED, Batch, Link, LinkRequest, RequestAttempt
from tables.messages import AccountMessage, Delivery, Mail, MailTable, Message
from tables.owners import Logo, Owner, Practice
from tables.sign_in import AccountToken, BrowserSession, KnownPlace, LoginAttempt, SetupToken

__all__ = [
    "ACTIVE",
    "ANSWERS_AT_ONCE",
    "AccountMessage",
    "AccountToken",
    "Batch",
    "Booking",
    "BrowserSession",
    "BusyTime",
    "CANCELLED",
    "CONFIRMED",
    "Calendar",
    "CalendarEntry",
    "Change",
    "Delivery",
    "ImportedTime",
    "KnownPlace",
    "Link",
    "LinkRequest",
    "LoginAttempt",
    "Logo",
    "Mail",
    "MailTable",
    "Message",
    "NOTED",
    "OPEN_REQUEST",
    "Owner",
    "Practice",
    "RequestAttempt",
    "STAMPED",
    "SetupToken",
    "Source",
    "UNUSED",
    "slot_rules",
]

# What a slot page depends on, beside the owner's own row and the link: a new source of busy times belongs here.
STAMPED = tuple(table.__tablename__ for table in (Booking, BusyTime, Calendar, ImportedTime))
renew_stamps(Base.metadata, STAMPED)
