"""Column types (UTC instants, availability as JSON, enums), common columns, and the base class of all tables."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Annotated, Any

from sqlalchemy import BigInteger, DateTime, Dialect, Enum, Integer, LargeBinary, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

from availability.slots import Availability, Notation, Window
from parsing.questions import Answers, Question, read_answers, read_questions, write_answers, write_questions

LARGEST_ID = 2**63 - 1


def utcnow() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.now(UTC)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored and returned in UTC. Raises ValueError for a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime is no instant")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Any:
        """Write SQLite's text in one step instead of three."""
        return _write_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Parse SQLite's text in one step instead of three: a page may read ten thousand instants."""
        return _read_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


class UnreadInstant(Instant):
    """An Instant that is returned as SQLite has it, in `INSTANT_TEXT`; PostgreSQL's driver has read it already."""

    cache_ok = True

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        """Leave SQLite's text as it is."""
        return None if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _write_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a naive datetime is no instant")
    return value.astimezone(UTC).isoformat(" ", "microseconds")[: -len("+00:00")]


def _read_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text + "+00:00")


INSTANT_TEXT = Notation(_write_text, _read_text)  # type: ignore[arg-type]
"""Instants as SQLite has them."""


class AvailabilityText(TypeDecorator[Availability]):
    """An Availability, stored as JSON in minutes after midnight."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Availability | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        week = [[[w.opens, w.closes] for w in windows] for windows in value.week]
        overrides = {d.isoformat(): [[w.opens, w.closes] for w in ws] for d, ws in value.overrides.items()}
        return json.dumps({"week": week, "overrides": overrides}, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Availability | None:
        return None if value is None else _read_availability(value)


@lru_cache(maxsize=1024)
def _read_availability(text: str) -> Availability:
    kept = json.loads(text)
    overrides = {date.fromisoformat(d): tuple(Window(*w) for w in ws) for d, ws in kept["overrides"].items()}
    return Availability(
        week=tuple(tuple(Window(*w) for w in windows) for windows in kept["week"]),
        overrides=MappingProxyType(overrides),
    )


class Instants(TypeDecorator[tuple[datetime, ...]]):
    """Aware datetimes of whole seconds, stored as one text: `2026-12-03T09:00:00Z 2026-12-04T09:00:00Z`, or ''."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[datetime, ...] | None, dialect: Dialect) -> str | None:
        return None if value is None else instants_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[datetime, ...] | None:
        return None if value is None else tuple(datetime.fromisoformat(part) for part in value.split())


def instants_text(instants: Iterable[datetime]) -> str:
    """Return instants as `Instants` stores them."""
    return " ".join(at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for at in instants)


class QuestionsText(TypeDecorator[tuple[Question, ...]]):
    """The questions of a calendar, stored as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[Question, ...] | None, dialect: Dialect) -> str | None:
        return None if value is None else write_questions(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Question, ...] | None:
        return None if value is None else read_questions(value)


class AnswersText(TypeDecorator[Answers]):
    """The answers in a booking, stored as JSON."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Answers | None, dialect: Dialect) -> str | None:
        return None if value is None else write_answers(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Answers | None:
        return None if value is None else read_answers(value)


def enum_text(kind: type[StrEnum], length: int | None = None) -> Enum:
    """Return the type of a text column that holds the values of `kind`; of this length, or that of the longest."""
    more = {} if length is None else {"length": length}
    return Enum(kind, native_enum=False, values_callable=lambda members: [str(member) for member in members], **more)


# SQLite generates keys only for INTEGER columns.
Id = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)]
ForeignId = Annotated[int, mapped_column(BigInteger)]
Timestamp = Annotated[datetime, mapped_column(Instant)]
Hash = Annotated[bytes, mapped_column(LargeBinary(32))]


class Base(DeclarativeBase):
    """The base of all tables. Constraints are named, so that errors and migrations can refer to them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def column_values(row: Base) -> dict[str, Any]:
    """Return the columns that were set of a row that is in no session, to insert it without one."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}
