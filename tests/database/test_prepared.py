"""What the driver runs gives what SQLAlchemy gives; texts of instants are compared as their instants are."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import DBAPIError
from support.world import World, at

from availability.slots import BusyTimes
from database import INSTANT_TEXT, db
from database.prepared import Prepared
from enums import BookingStatus
from models import Booking

NINE = at("2026-11-30 09:00")
INTERVALS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 9)))


def test_parameters_and_columns_pass_through_their_types(world: World) -> None:
    booking = world.book(world.link(), NINE)
    wanted = (booking.id, booking.starts_at, booking.answers, BookingStatus.CONFIRMED, booking.salt)
    columns = (Booking.id, Booking.starts_at, Booking.answers, Booking.status, Booking.salt)
    query = Prepared(select(*columns).where(Booking.starts_at == bindparam("start"), Booking.answers == ()))
    with world.inside(), db.engine.connect() as connection:
        assert query.row(db.engine, start=NINE) == query.row(connection, start=NINE) == wanted
        assert [tuple(row) for row in query.rows(connection, start=NINE)] == [wanted]
        assert query.row(connection, start=NINE).starts_at == NINE
        assert query.row(connection, start=NINE + timedelta(hours=1)) is None
        assert query.rows(connection, start=NINE + timedelta(hours=1)) == []


def test_what_the_database_refuses_is_an_error_of_sqlalchemy_without_parameters(world: World) -> None:
    world.book(world.link(), NINE)
    query = Prepared(select(func.no_such_function(Booking.id)).where(Booking.name == bindparam("name")))
    with world.inside(), pytest.raises(DBAPIError, match="no_such_function") as refused:
        query.row(db.engine, name="Jane Roe")
    assert "Jane" not in str(refused.value)


def test_a_statement_that_is_written_anew_for_each_list_is_refused() -> None:
    with pytest.raises(ValueError, match="anew"):
        Prepared(select(Booking.id).where(Booking.name.in_(["Jane", "Joe"])))


@given(INTERVALS, st.integers(0, 60), st.integers(1, 9))
def test_busy_times_as_texts_are_as_those_as_instants(busy: list[tuple[int, int]], begin: int, length: int) -> None:
    intervals = [(NINE + start * timedelta.resolution, NINE + (start + n) * timedelta.resolution) for start, n in busy]
    texts = [(INSTANT_TEXT.write(start), INSTANT_TEXT.write(end)) for start, end in intervals]
    as_instants, as_texts = BusyTimes(intervals), BusyTimes(texts, INSTANT_TEXT)
    span = NINE + begin * timedelta.resolution, NINE + (begin + length) * timedelta.resolution
    assert as_texts.meets(*span) == as_instants.meets(*span)
    assert list(as_texts.between(*span)) == list(as_instants.between(*span))
