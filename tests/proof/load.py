"""Invitees who book, move and cancel without a pause, and remember what they were told."""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from support.http_client import NO_ANSWER, Answer, filled_in, post
from support.server_process import Server
from support.shop import Shop, tomorrow

from models import Booking
from proof.tally import Tally
from scheduling.bookings import get_booking_by_token
from scheduling.errors import NotFound

STEP = 5
SLOTS = 4000
PAUSE = 0.05
UNSURE = (NO_ANSWER, 503)


@dataclass
class Case:
    """One link and what its invitee knows: what they sent last, and what was confirmed last."""

    token: str
    form: dict[str, str]
    manage: str = ""
    confirmed: str = ""
    unsure: list[str] = field(default_factory=list)


class Load:
    """Threads of invitees, each with links of their own, for one owner's two calendars."""

    def __init__(self, shop: Shop, tally: Tally, invitees: int = 6, links: int = 600) -> None:
        self.shop, self.tally = shop, tally
        calendars = shop.calendars(2, duration=STEP, step=STEP, buffer_after=STEP)
        tokens = [t for pair in zip(*(shop.links(c, links // 2) for c in calendars), strict=True) for t in pair]
        self.shares = [tokens[i::invitees] for i in range(invitees)]
        self.cases: list[Case] = []
        self.over = threading.Event()
        self.threads: list[threading.Thread] = []

    def begin(self, servers: Sequence[Server]) -> None:
        """Let them in; they go on until `end`, or until their links are used up."""
        self.threads = [
            threading.Thread(target=self._invitee, args=(servers[i % len(servers)].address, share, random.Random(i)))
            for i, share in enumerate(self.shares)
        ]
        for thread in self.threads:
            thread.start()

    def end(self) -> None:
        """Wait until every invitee has finished their request."""
        self.over.set()
        for thread in self.threads:
            thread.join()

    def settle(self, servers: Sequence[Server]) -> None:
        """Let everybody who got no answer try again, then compare what was confirmed with what is there.

        A token in a server's log is an error, too.
        """
        chance = random.Random(0)
        for case in self.cases:
            if not case.confirmed:
                self._try_again(servers[0].address, case, chance)
        said = "".join(server.said() for server in servers)
        self.tally.errors += sum(case.token in said for case in self.cases)
        with self.shop.world.inside():
            for case in self.cases:
                self._compare(case)

    def _invitee(self, address: str, share: Sequence[str], chance: random.Random) -> None:
        for token in share:
            if self.over.is_set():
                return
            case = Case(token, filled_in(_some_start(chance)))
            self.cases.append(case)
            self._book(address, case)
            while case.confirmed and not self.over.is_set() and chance.random() < 0.4:
                self._change(address, case, chance)

    def _book(self, address: str, case: Case) -> Answer:
        answer = self._post(address, f"/b/{case.token}", case.form, (303, 409))
        if answer.status == 303:
            case.manage, case.confirmed = answer.location, case.form["start"]
        return answer

    def _change(self, address: str, case: Case, chance: random.Random) -> None:
        """Move it, or cancel it. Without an answer, both the old and the new are right."""
        if chance.random() < 0.2:
            booking_request, answer = "cancelled", self._post(address, f"{case.manage}/cancel", {}, (303, 429))
        else:
            booking_request = _some_start(chance)
            answer = self._post(address, f"{case.manage}/reschedule", {"start": booking_request}, (303, 409, 429))
        if answer.status == 303:
            case.confirmed, case.unsure = booking_request, []
        elif answer.status in UNSURE:
            case.unsure.append(booking_request)

    def _post(self, address: str, path: str, form: dict[str, str], right: tuple[int, ...]) -> Answer:
        answer = post(address, path, form)
        self.tally.attempts += 1
        self.tally.confirmed += answer.status == 303
        self.tally.slowest = max(self.tally.slowest, answer.seconds)
        if answer.status not in (*right, *UNSURE):
            self.tally.error(f"{answer.status} for {path.rpartition('/')[2] if path.count('/') > 2 else 'a booking'}")
        if answer.status in UNSURE:
            time.sleep(PAUSE)
        if answer.status == 503 and "Retry-After" not in answer.headers:
            self.tally.error("503 without Retry-After")
        return answer

    def _try_again(self, address: str, case: Case, chance: random.Random) -> None:
        """Send the same form again: it leads to the booking, or says that the slot went; then take another."""
        for _ in range(50):
            answer = self._book(address, case)
            if answer.status != 409:
                break
            case.form["start"] = _some_start(chance)
        if answer.status == 410:
            self.tally.burned += 1
        elif answer.status != 303:
            self.tally.error(f"{answer.status} for a retry")

    def _compare(self, case: Case) -> None:
        if not case.manage:
            return
        try:
            booking: Booking = get_booking_by_token(case.manage.removeprefix("/booking/"))
        except NotFound:
            self.tally.lost += 1
            return
        is_now = "cancelled" if not booking.is_confirmed else booking.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        if is_now not in (case.confirmed, *case.unsure):
            self.tally.lost += 1


def _some_start(chance: random.Random) -> str:
    return tomorrow(STEP * chance.randrange(SLOTS))
