"""Any order of everything that can be done, over two owners: each step ends as a small model says, and after each the
promises hold. The model has its own, simple statement of the rule for slots."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from hypothesis import Phase
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from support.cases import how_many, same_each_time
from support.world import JANE, World, at, starts, z

from accounts.owners import add_owner
from availability.opening_hours import parse_availability
from database import db, snapshot, transaction
from models import Booking, Link
from scheduling import bookings, busy_times, calendars, changes, links
from scheduling.bookings import BookingRequest
from scheduling.changes import Actor, InviteeActor, OwnerActor
from scheduling.errors import (
    BookingError,
    CalendarClosed,
    ChangeDeadlinePassed,
    ChangeLimitReached,
    LinkExpired,
    LinkNotActive,
    LinkRevoked,
    LinkUsed,
    RebookingNotAllowed,
    RescheduleLimitReached,
    SlotTaken,
    TooManyChanges,
)
from scheduling.integrity import findings

pytestmark = pytest.mark.slow

NOW = at("2026-11-30 08:00")
MIDNIGHT = at("2026-11-30 00:00")
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass
class ModelCalendar:
    """What a calendar says; times of a day are minutes after midnight, in UTC."""

    id: int
    owner: int
    opens: int = 9 * 60
    closes: int = 12 * 60
    duration: int = 60
    step: int = 30
    buffer_before: int = 0
    buffer_after: int = 0
    min_notice: int = 0
    horizon: int = 2
    daily_limit: int | None = None
    change_notice: int = 0
    max_moves: int | None = None
    allow_rebooking: bool = True
    is_open: bool = True
    archived: bool = False

    @property
    def takes_bookings(self) -> bool:
        return self.is_open and not self.archived


@dataclass
class ModelLink:
    """A link and, if it was used, its booking."""

    id: int
    token: str
    calendar: ModelCalendar
    expires: datetime
    revoked: bool = False
    booking: "ModelBooking | None" = None
    request_id: str = ""


@dataclass
class ModelBooking:
    """A booking, with what it takes from its owner."""

    id: int
    manage: str
    calendar: ModelCalendar
    starts: datetime
    blocks: tuple[datetime, datetime]
    confirmed: bool = True
    changes: int = 0
    moves: int = 0
    """By its invitee."""
    by_invitee: list[datetime] = field(default_factory=list)
    """When its invitee changed it."""

    def as_row(self, link: ModelLink) -> tuple[Any, ...]:
        return link.id, self.starts, *self.blocks, self.confirmed, self.changes


@dataclass
class Model:
    """All there is, and what may be done with it."""

    now: datetime = NOW
    calendars: list[ModelCalendar] = field(default_factory=list)
    links: list[ModelLink] = field(default_factory=list)
    busy: list[tuple[int, int, datetime, datetime]] = field(default_factory=list)
    """The busy times that owners blocked: id, owner, start, end."""

    def bookings(self) -> Iterator[ModelBooking]:
        yield from (link.booking for link in self.links if link.booking)

    def is_free(self, calendar: ModelCalendar, start: datetime, moving: ModelBooking | None = None) -> bool:
        """The rule for slots, for windows that are the same every day, in UTC."""
        midnight = start.replace(hour=0, minute=0)
        minutes = (start - midnight) / MINUTE
        on_grid = minutes >= calendar.opens and (minutes - calendar.opens) % calendar.step == 0
        within = minutes + calendar.duration <= calendar.closes
        in_time = self.now + calendar.min_notice * MINUTE <= start
        reachable = (midnight - self.now.replace(hour=0, minute=0)) / DAY <= calendar.horizon
        others = [b for b in self.bookings() if b.confirmed and b is not moving]
        begins, ends = blocked(calendar, start)
        owners = [b.blocks for b in others if b.calendar.owner == calendar.owner]
        owners += [interval for _id, owner, *interval in self.busy if owner == calendar.owner]
        clashes = any(busy_from < ends and begins < busy_until for busy_from, busy_until in owners)
        same_day = sum(b.calendar is calendar and b.starts.date() == start.date() for b in others)
        full = calendar.daily_limit is not None and same_day >= calendar.daily_limit
        return calendar.takes_bookings and on_grid and within and in_time and reachable and not clashes and not full

    def first_slots(self, calendar: ModelCalendar) -> list[str]:
        """Return the free starts of the first day that has any, as pages have them."""
        midnight = self.now.replace(hour=0, minute=0)
        for day in range(calendar.horizon + 1):
            starts = (midnight + day * DAY + minutes * MINUTE for minutes in range(0, 1440, 15))
            if free := [z(start) for start in starts if self.is_free(calendar, start)]:
                return free
        return []

    def aimed(self, calendar: ModelCalendar, start: datetime, aim: bool) -> datetime:
        """Return `start`, some days later if days have passed; when aiming, the first slot from there that is near."""
        start += (self.now.date() - MIDNIGHT.date()).days * DAY
        if not aim:
            return start
        near = (start + i * 15 * MINUTE for i in range(4 * 48))
        return next((each for each in near if self.is_free(calendar, each)), start)

    def why_not(self, link: ModelLink, start: datetime) -> type[BookingError] | None:
        """Return how booking with the link is refused, None if it is not."""
        if link.booking:
            return LinkUsed
        if link.revoked:
            return LinkRevoked
        if link.expires <= self.now:
            return LinkExpired
        if not link.calendar.takes_bookings:
            return CalendarClosed
        return None if self.is_free(link.calendar, start) else SlotTaken

    def why_not_change(self, booking: ModelBooking, by_owner: bool) -> type[BookingError] | None:
        """Return how cancelling would be refused, None if it is not."""
        notice = 0 if by_owner else booking.calendar.change_notice
        if booking.starts - notice * MINUTE <= self.now:
            return ChangeDeadlinePassed
        return None if by_owner else self.limit_error(booking, by_owner)

    def limit_error(self, booking: ModelBooking, by_owner: bool) -> type[BookingError] | None:
        """Return how a change that is one too many is refused, None if it is not."""
        if booking.changes >= 20:
            return ChangeLimitReached
        lately = sum(changed > self.now - 60 * MINUTE for changed in booking.by_invitee)
        return TooManyChanges if not by_owner and lately >= 5 else None

    def reschedule_error(self, booking: ModelBooking, start: datetime, by_owner: bool) -> type[BookingError] | None:
        """Return how moving or putting back would be refused, None if it is not."""
        notice = 0 if by_owner else booking.calendar.change_notice
        if booking.starts - notice * MINUTE <= self.now:
            return ChangeDeadlinePassed
        most = booking.calendar.max_moves
        if not by_owner and not booking.confirmed and not booking.calendar.allow_rebooking:
            return RebookingNotAllowed
        if not by_owner and most is not None and booking.moves >= most:
            return RescheduleLimitReached
        if limit := self.limit_error(booking, by_owner):
            return limit
        return None if self.is_free(booking.calendar, start, moving=booking) else SlotTaken


def blocked(calendar: ModelCalendar, start: datetime) -> tuple[datetime, datetime]:
    end = start + calendar.duration * MINUTE
    return start - calendar.buffer_before * MINUTE, end + calendar.buffer_after * MINUTE


STARTS = st.builds(
    lambda day, slot, off: MIDNIGHT + day * DAY + (9 * 60 + slot * 30 + off) * MINUTE,
    st.integers(0, 3), st.integers(-1, 7), st.sampled_from([0, 0, 0, 0, 0, 15]),
)  # fmt: skip
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "hours": st.sampled_from([(540, 720), (540, 600), (570, 750), (0, 1440)]),
        "duration": st.sampled_from([30, 60]),
        "step": st.sampled_from([15, 30, 60]),
        "buffer_before": st.sampled_from([0, 15]),
        "buffer_after": st.sampled_from([0, 30]),
        "min_notice": st.sampled_from([0, 60, 1440]),
        "horizon": st.sampled_from([0, 1, 2, 3]),
        "daily_limit": st.sampled_from([None, 1, 2]),
        "is_open": st.sampled_from([True, True, True, False]),
        "change_notice": st.sampled_from([0, 0, 60, 240]),
        "max_moves": st.sampled_from([None, None, 0, 1, 2]),
        "allow_rebooking": st.sampled_from([True, True, False]),
    },
)


class Machine(RuleBasedStateMachine):
    """The app beside its model; `seen` counts how each thing ended, over all examples."""

    world: World
    clock: time_machine.Traveller
    seen: dict[str, int]

    made = Bundle("made")

    @initialize()
    def begin(self) -> None:
        self.clock.move_to(NOW)
        for table in ("busy_times", "changes", "bookings", "links", "calendars", "owners"):
            self.world.execute(f"DELETE FROM {table}")
        self.model = Model()
        for email in ("olivia@example.com", "oscar@example.com"):
            owner = quick_owner(self.world, email)
            for most, allow_rebooking in ((None, False), (1, True)):
                made = self.world.calendar(
                    owner,
                    "mon-sun 09:00-12:00",
                    timezone="UTC",
                    duration=60,
                    step=30,
                    horizon=2,
                    link_days=1,
                    max_moves=most,
                    allow_rebooking=allow_rebooking,
                )
                self.model.calendars.append(
                    ModelCalendar(made.id, owner.id, max_moves=most, allow_rebooking=allow_rebooking)
                )

    @rule(target=made, which=st.integers(0, 3))
    def make_a_link(self, which: int) -> ModelLink:
        calendar = self.model.calendars[which]
        link = ModelLink(0, "", calendar, self.model.now + DAY)
        with self.world.inside():
            expected = None if calendar.takes_bookings else CalendarClosed
            made = self.outcome(expected, links.create_links, self.world.key, calendar.owner, calendar.id)
            if made:
                link.id, link.token = made[0].id, str(links.link_token(self.world.key, made[0]))
                self.model.links.append(link)
        return link

    @rule(link=made, start=STARTS, aim=st.booleans(), request=st.sampled_from(["one", "one", "two", ""]))
    def book(self, link: ModelLink, start: datetime, aim: bool, request: str) -> None:
        """The first with it wins; the same request again leads to the same booking, another is refused."""
        if not link.token:
            return
        start = self.model.aimed(link.calendar, start, aim)
        retry = link.booking if request and request == link.request_id else None
        expected = None if retry else self.model.why_not(link, start)
        with self.world.inside():
            booking_request = BookingRequest(start, **(JANE | {"request_id": request}))
            booking = self.outcome(expected, bookings.book, self.world.key, link.token, booking_request, notify=False)
            if retry and booking:
                assert booking.id == retry.id
                self.count("a retry")
            elif booking:
                blocks = blocked(link.calendar, start)
                link.booking = ModelBooking(booking.id, str(booking.manage_token), link.calendar, start, blocks)
                link.request_id = request

    @rule(target=made, which=st.integers(0, 3), start=STARTS)
    def make_and_book(self, which: int, start: datetime) -> ModelLink:
        """Most links are used as soon as they are made."""
        link = self.make_a_link(which)
        self.book(link, start, aim=True, request="one")
        return link

    @rule(link=made, minutes=st.sampled_from([-60, -30, 30, 60]))
    def nudge(self, link: ModelLink, minutes: int) -> None:
        """Move it by so little that the new time overlaps the old one."""
        if link.booking:
            self.move(link.booking, link.booking.starts + minutes * MINUTE, by_owner=False)

    @rule(link=made, start=STARTS)
    def come_too_late(self, link: ModelLink, start: datetime) -> None:
        if link.token and not link.booking:
            self.model.now = max(self.model.now, link.expires)
            self.clock.move_to(self.model.now)
            self.book(link, start, aim=True, request="one")

    @rule(link=made)
    def wait_until_it_begins(self, link: ModelLink) -> None:
        if link.booking and self.model.now < link.booking.starts < self.model.now + DAY:
            self.model.now = link.booking.starts
            self.clock.move_to(self.model.now)

    @rule(link=made, start=STARTS, aim=st.booleans(), by_owner=st.booleans())
    def move_or_put_back(self, link: ModelLink, start: datetime, aim: bool, by_owner: bool) -> None:
        if link.booking:
            self.move(link.booking, self.model.aimed(link.booking.calendar, start, aim), by_owner)

    @rule(which=st.integers(0, 3), start=STARTS, minutes=st.sampled_from([15, 60, 600]))
    def block(self, which: int, start: datetime, minutes: int) -> None:
        """What is booked within it stays."""
        owner = self.model.calendars[which].owner
        start = self.model.aimed(self.model.calendars[which], start, aim=False)
        with self.world.inside():
            busy = busy_times.add_busy_time(owner, start, start + minutes * MINUTE)
        self.model.busy.append((busy.id, owner, start, start + minutes * MINUTE))

    @precondition(lambda self: self.model.busy)
    @rule(which=st.integers(0, 99))
    def delete_busy_time(self, which: int) -> None:
        busy_id, owner, *_ = self.model.busy.pop(which % len(self.model.busy))
        with self.world.inside():
            busy_times.delete_busy_time(owner, busy_id)

    def move(self, booking: ModelBooking, start: datetime, by_owner: bool) -> None:
        stays = booking.confirmed and booking.starts == start
        expected = None if stays else self.model.reschedule_error(booking, start, by_owner)
        with self.world.inside():
            self.outcome(expected, changes.reschedule, actor(booking, by_owner), start, notify=False)
        if not stays and not expected:
            booking.starts, booking.blocks = start, blocked(booking.calendar, start)
            booking.confirmed = True
            booking.changes += 1
            booking.moves += not by_owner
            booking.by_invitee += [] if by_owner else [self.model.now]

    @rule(link=made, start=STARTS, by_owner=st.booleans())
    def change_minds(self, link: ModelLink, start: datetime, by_owner: bool) -> None:
        """Move it, cancel it, put it back, move it again."""
        for cancels in (False, True, False, False):
            if link.booking and cancels:
                self.call_off(link.booking, by_owner)
            elif link.booking:
                self.move(link.booking, self.model.aimed(link.booking.calendar, start, aim=True), by_owner=False)

    @rule(link=made, by_owner=st.booleans())
    def cancel(self, link: ModelLink, by_owner: bool) -> None:
        if link.booking:
            self.call_off(link.booking, by_owner)

    def call_off(self, booking: ModelBooking, by_owner: bool) -> None:
        late = self.model.why_not_change(booking, by_owner) if booking.confirmed else None
        with self.world.inside():
            self.outcome(late, changes.cancel, actor(booking, by_owner), notify=False)
        if booking.confirmed and not late:
            booking.confirmed = False
            booking.changes += 1
            booking.by_invitee += [] if by_owner else [self.model.now]

    @rule(link=made)
    def revoke(self, link: ModelLink) -> None:
        if not link.token:
            return
        active = not link.booking and not link.revoked and link.expires > self.model.now
        with self.world.inside():
            self.outcome(None if active else LinkNotActive, links.revoke, link.calendar.owner, link.id)
        link.revoked = link.revoked or active

    @rule(which=st.integers(0, 3), changes=CHANGES)
    def change_a_calendar(self, which: int, changes: dict[str, Any]) -> None:
        calendar, fields = self.model.calendars[which], dict(changes)
        if hours := fields.pop("hours", None):
            calendar.opens, calendar.closes = hours
            words = "-".join(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in hours)
            fields["availability"] = parse_availability([f"mon-sun {words}"])
        for name, value in changes.items():
            if name != "hours":
                setattr(calendar, name, value)
        with self.world.inside():
            calendars.change_calendar(calendar.owner, calendar.id, **fields)

    @rule(which=st.integers(0, 3), archive=st.booleans())
    def archive_or_restore(self, which: int, archive: bool) -> None:
        calendar = self.model.calendars[which]
        if archive and not any(link.calendar is calendar for link in self.model.links):
            return  # it would be deleted for good
        with self.world.inside():
            (calendars.remove_calendar if archive else calendars.restore_calendar)(calendar.owner, calendar.id)
        calendar.archived = archive

    @rule(minutes=st.sampled_from([1, 30, 240, 1440, 1440]))
    def time_passes(self, minutes: int) -> None:
        self.model.now += minutes * MINUTE
        self.clock.move_to(self.model.now)

    def outcome(self, expected: type[BookingError] | None, verb: Any, *args: Any, **kwargs: Any) -> Any:
        """Do it, and see that it ends as expected; return what it returns."""
        result, refused = None, None
        try:
            result = verb(*args, **kwargs)
        except BookingError as refusal:
            refused = type(refusal)
        assert refused is expected
        self.count(refused.__name__ if refused else verb.__name__)
        return result

    def count(self, what: str) -> None:
        self.seen[what] = self.seen.get(what, 0) + 1

    @invariant()
    def the_promises_hold(self) -> None:
        with self.world.inside(), snapshot(db.engine) as connection:
            assert [finding for finding in findings(connection) if finding.broken] == []

    @invariant()
    def the_rows_are_as_the_model_says(self) -> None:
        if not hasattr(self, "model"):
            return
        with self.world.inside():
            there = {b.id: as_row(b) for b in db.session.scalars(select(Booking))}
            states = {link.id: str(link.state(self.model.now)) for link in db.session.scalars(select(Link))}
        assert there == {link.booking.id: link.booking.as_row(link) for link in self.model.links if link.booking}
        assert states == {link.id: self.state(link) for link in self.model.links}

    @invariant()
    def the_slot_page_shows_what_is_free(self) -> None:
        """The page may have been kept at an earlier step."""
        links = self.model.links if hasattr(self, "model") else []
        active = (link for link in reversed(links) if self.state(link) == "active" and link.calendar.takes_bookings)
        if link := next(active, None):
            visitor = FlaskClient(self.world.app, self.world.app.response_class)
            assert starts(visitor.get(f"/b/{link.token}")) == self.model.first_slots(link.calendar)
            self.count("a slot page")

    def state(self, link: ModelLink) -> str:
        if link.booking:
            return "used"
        return "revoked" if link.revoked else "expired" if link.expires <= self.model.now else "active"


def actor(booking: ModelBooking, by_owner: bool) -> Actor:
    """Return the actor that changes the booking."""
    return OwnerActor(booking.calendar.owner, booking.id) if by_owner else InviteeActor(booking.manage)


def as_row(booking: Booking) -> tuple[Any, ...]:
    blocks = booking.blocked_from, booking.blocked_until
    return booking.link_id, booking.starts_at, *blocks, booking.is_confirmed, booking.sequence


def quick_owner(world: World, email: str) -> Any:
    """Return an owner whose password nobody knows: to hash one would take longer than a whole example."""
    with world.inside(), transaction() as session:
        return add_owner(session, email, "O", "UTC", "-")


def run(world: World, clock: Any, examples: int, base: type[Machine] = Machine, shrink: bool = True) -> dict[str, int]:
    """Run so many examples of up to 50 steps; return how often each thing ended how."""
    machine = type("Bound", (base,), {"world": world, "clock": clock, "seen": {}})
    run_state_machine_as_test(
        machine,
        settings=same_each_time(examples, stateful_step_count=50, phases=[Phase.generate, Phase.shrink][: 1 + shrink]),
    )
    seen: dict[str, int] = machine.seen
    return seen


@pytest.mark.generated
@pytest.mark.long
def test_everything_ends_as_the_model_says_and_the_promises_hold(world: World, frozen: Any) -> None:
    on_sqlite = world.app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    seen = run(world, frozen, examples=how_many(150 if on_sqlite else 20))
    if not on_sqlite:
        return  # fewer, since each step takes longer: not enough to have seen it all
    for outcome in (
        "book", "cancel", "reschedule", "revoke", "a retry", "LinkUsed", "LinkRevoked", "LinkExpired", "CalendarClosed",
        "SlotTaken", "ChangeDeadlinePassed", "LinkNotActive", "RescheduleLimitReached", "RebookingNotAllowed",
        "a slot page",
    ):  # fmt: skip
        assert seen.get(outcome, 0) >= 1, (outcome, seen)


def test_control_a_stray_script_is_noticed_at_its_first_step(sqlite_url: str, app_on: Any, frozen: Any) -> None:
    world = World(app_on(sqlite_url))

    class WithStray(Machine):
        @rule()
        def write_past_the_app(self) -> None:
            self.world.execute("UPDATE links SET used_at = created_at WHERE revoked_at IS NULL")

    with pytest.raises(AssertionError):
        run(world, frozen, 20, WithStray, shrink=False)


def test_control_a_page_that_is_kept_too_long_is_noticed(sqlite_url: str, app_on: Any, frozen: Any) -> None:
    world = World(app_on(sqlite_url))
    world.execute("DROP TRIGGER renew_stamp_bookings_insert")
    with pytest.raises(AssertionError):
        run(world, frozen, 20, shrink=False)
