"""The people in a CSV: which column is what, and for each row a name, an email and when their link expires."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from parsing.csv_table import CsvTable
from parsing.email_addresses import clean_email, is_email
from parsing.invisible import strip_invisible_ends
from parsing.limits import MAX_EMAIL, MAX_LABEL, MAX_NAME
from parsing.values import parse_date

KNOWN = ("name", "email", "phone", "label", "expires")
_ALSO = {"e-mail": "email", "email address": "email", "e-mail address": "email", "full name": "name"}
_ALSO |= dict.fromkeys(("phone number", "telephone", "tel", "tel.", "mobile", "telefon"), "phone")
_LONGEST = {"name": MAX_NAME, "email": MAX_EMAIL, "label": MAX_LABEL}
MAX_FAULTS = 10


class PeopleFault(StrEnum):
    """What is wrong with a cell, or with the header."""

    NO_HEADER = "no header"
    TWICE = "twice"
    EMAIL = "email"
    DATE = "date"
    LONG = "long"
    SIGN = "sign"


@dataclass(frozen=True)
class CellFault:
    """A fault on a line of the file, in a column."""

    line: int
    column: str
    fault: PeopleFault
    text: str


class PeopleError(ValueError):
    """Rows that can't be used; `faults` are the first ones."""

    def __init__(self, faults: Sequence[CellFault]) -> None:
        super().__init__("; ".join(f"line {fault.line}, {fault.column}: {fault.fault}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class Person:
    """One row: what of it is known. `expires` is None if the row says nothing."""

    line: int
    cells: tuple[str, ...]
    name: str
    email: str
    phone: str
    label: str
    expires: date | None


def columns_of(columns: Sequence[str]) -> dict[str, int]:
    """Return the place of each known column that the header names, in any case. Raises PeopleError."""
    places: dict[str, int] = {}
    for place, column in enumerate(columns):
        words = strip_invisible_ends(column).casefold()
        name = _ALSO.get(words, words)
        if name not in KNOWN:
            continue
        if name in places:
            raise PeopleError([CellFault(1, column, PeopleFault.TWICE, column)])
        places[name] = place
    if not places:
        raise PeopleError([CellFault(1, "", PeopleFault.NO_HEADER, columns[0])])
    return places


def read_people(table: CsvTable) -> list[Person]:
    """Return a person for each row of the table. Raises PeopleError."""
    places, faults, people = columns_of(table.columns), [], []
    for row in table.rows:
        texts = {name: strip_invisible_ends(row.cells[place]) for name, place in places.items()}
        texts["email"] = clean_email(texts.get("email", ""))
        faults += [
            CellFault(row.line, table.columns[places[name]], fault, texts[name][:60])
            for name in places
            if (fault := _fault(name, texts[name]))
        ]
        if len(faults) >= MAX_FAULTS:
            break
        name, email = texts.get("name", ""), texts["email"]
        people.append(
            Person(
                line=row.line,
                cells=row.cells,
                name=name,
                email=email,
                phone=texts.get("phone", ""),
                label=texts.get("label") or name,
                expires=_day(texts.get("expires", "")),
            )
        )
    if faults:
        raise PeopleError(faults[:MAX_FAULTS])
    return people


def repeated_emails(people: Sequence[Person]) -> list[str]:
    """Return the addresses that more than one row has."""
    counted = Counter(person.email.casefold() for person in people if person.email)
    return [email for email, count in counted.items() if count > 1]


def _day(text: str) -> date | None:
    """Return the day in `2026-12-31`, or in `31.12.2026` and `31.12.26`: where dots are, the day is always first."""
    if day := parse_date(text):
        return day
    for pattern in ("%d.%m.%Y", "%d.%m.%y"):
        with suppress(ValueError):
            return datetime.strptime(text, pattern).replace(tzinfo=UTC).date()
    return None


def _fault(name: str, text: str) -> PeopleFault | None:
    if not text or name == "phone":
        return None
    if len(text) > _LONGEST.get(name, MAX_LABEL):
        return PeopleFault.LONG
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        return PeopleFault.SIGN
    if name == "email" and not is_email(text):
        return PeopleFault.EMAIL
    if name == "expires" and _day(text) is None:
        return PeopleFault.DATE
    return None
