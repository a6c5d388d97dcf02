"""Races: everybody at once, from several processes of the real server that share one database."""

import threading
from collections.abc import Sequence
from itertools import cycle

from support.http_client import Answer, filled_in, post
from support.server_process import Server
from support.shop import Shop, tomorrow
from support.world import JANE

from proof.tally import Tally

BookingRequest = tuple[str, str]  # a link's token, and the start to book with it


def race(servers: Sequence[Server], wishes: Sequence[BookingRequest], request_id: str = "") -> list[Answer]:
    """Send all wishes at once, spread over the servers; return the answers in the wishes' order."""
    answers: list[Answer | None] = [None] * len(wishes)
    ready = threading.Barrier(len(wishes))

    def run(i: int, server: Server, token: str, start: str) -> None:
        form = filled_in(start) | ({"request_id": request_id} if request_id else {})
        ready.wait()
        answers[i] = post(server.address, f"/b/{token}", form)

    threads = [
        threading.Thread(target=run, args=(i, server, *booking_request))
        for i, (server, booking_request) in enumerate(zip(cycle(servers), wishes, strict=False))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [answer for answer in answers if answer]


def one_link(shop: Shop, servers: Sequence[Server], tally: Tally, racers: int) -> None:
    """Race for one link with a slot for everybody: one wins, the others read that it is used."""
    (calendar,) = shop.calendars()
    (token,) = shop.links(calendar, 1)
    answers = race(servers, [(token, tomorrow(30 * i)) for i in range(racers)])
    _count(tally, answers, refused=410)
    tally.double += max(0, len(_places(answers)) - 1)
    if not _places(answers):
        tally.burned += 1


def one_slot(shop: Shop, servers: Sequence[Server], tally: Tally, racers: int) -> None:
    """Race for one slot with a link for everybody: one wins, the others keep what they typed and book another."""
    (calendar,) = shop.calendars()
    links = shop.links(calendar, racers)
    answers = race(servers, [(token, tomorrow()) for token in links])
    _count(tally, answers, refused=409)
    tally.double += max(0, len(_places(answers)) - 1)
    _book_another(servers, tally, [token for token, answer in zip(links, answers, strict=True) if answer.status == 409])


def two_calendars(shop: Shop, servers: Sequence[Server], tally: Tally, racers: int) -> None:
    """Race for slots that overlap, in two calendars of one owner: those who win do not overlap, the others go on."""
    calendars = shop.calendars(2, duration=60, step=15, buffer_after=15)
    links = [token for pair in zip(*(shop.links(c, racers // 2) for c in calendars), strict=True) for token in pair]
    answers = race(servers, [(token, tomorrow(15 * (i % 6))) for i, token in enumerate(links)])
    _count(tally, answers, refused=409)
    tally.double += max(0, len(_places(answers)) - 2)  # within 75 min more than two of 75 min can't be
    losers = [token for token, answer in zip(links, answers, strict=True) if answer.status == 409]
    _book_another(servers, tally, losers, minutes=90)


def one_click(shop: Shop, servers: Sequence[Server], tally: Tally, racers: int) -> None:
    """Send one form many times at once: one booking, and everybody is led to it."""
    (calendar,) = shop.calendars()
    (token,) = shop.links(calendar, 1)
    answers = race(servers, [(token, tomorrow())] * racers, request_id="one click")
    _count(tally, answers, refused=303)
    tally.double += max(0, len(_places(answers)) - 1)


RACES = {
    "one link": one_link,
    "one slot": one_slot,
    "two calendars": two_calendars,
    "one click": one_click,
}


def _count(tally: Tally, answers: Sequence[Answer], refused: int) -> None:
    for answer in answers:
        tally.attempts += 1
        tally.confirmed += answer.status == 303
        tally.slowest = max(tally.slowest, answer.seconds)
        if answer.status not in (303, refused):
            tally.error(f"{answer.status} instead of 303 or {refused}")
        elif answer.seconds > 5:
            tally.error(f"an answer after {answer.seconds:.1f} s")
        elif answer.status == 409 and {name: answer.hidden().get(name) for name in JANE} != JANE:
            tally.error("409 without what was typed")


def _places(answers: Sequence[Answer]) -> set[str]:
    return {answer.location for answer in answers if answer.status == 303}


def _book_another(servers: Sequence[Server], tally: Tally, losers: Sequence[str], minutes: int = 30) -> None:
    """Let all who lost book again at once, each another slot: their links must still be good."""
    answers = race(servers, [(token, tomorrow(24 * 60 + minutes * i)) for i, token in enumerate(losers)])
    tally.attempts += len(answers)
    tally.confirmed += sum(answer.status == 303 for answer in answers)
    tally.slowest = max([tally.slowest, *(answer.seconds for answer in answers)])
    for answer in answers:
        if answer.status == 410:
            tally.burned += 1
        elif answer.status != 303:
            tally.error(f"{answer.status} for a second try")
