"""An owner is told by mail, once, that another calendar fails for a day or must be connected again."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from support.feed_server import FeedServer, calendar
from support.smtp_server import PostOffice, post_office
from support.sources import Sources
from time_machine import Traveller

from models import Owner
from notifications.worker import Worker


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as office:
        yield office


@pytest.fixture
def app(database_url: str, office: PostOffice, app_on: Callable[..., Flask]) -> Flask:
    return app_on(database_url, SMTP_URL=office.url, MAIL_FROM="book@example.com")


@pytest.fixture
def worker(app: Flask) -> Worker:
    return Worker(app, app.config["BOOKONCE"].mail)


def test_a_calendar_that_fails_for_a_day_is_told_once_and_again_when_it_fails_again(
    owner: Owner, sources: Sources, feeds: FeedServer, worker: Worker, office: PostOffice, frozen: Traveller
) -> None:
    source = sources.add(owner, feeds.serve(calendar()), "Work")
    for mails in (1, 2):
        feeds.serve(b"", status=503)
        for hours, told in ((0, mails - 1), (23, mails - 1), (2, mails), (30, mails)):
            frozen.shift(timedelta(hours=hours))
            sources.read(source)
            worker.send_due()
            assert len(office.to(owner.email)) == told
        feeds.serve(calendar())
        assert sources.read(source)
    mail = office.to(owner.email)[0]
    words = mail.get_body(("plain",)).get_content()
    assert "can’t be read" in mail["Subject"]
    assert "Work" in mail["Subject"]
    assert "The server has a problem of its own (503)." in words
    assert "http://localhost/settings/sources" in words
    assert feeds.url() not in mail.as_string()


def test_what_must_be_connected_again_is_told_at_once(
    owner: Owner, sources: Sources, feeds: FeedServer, worker: Worker, office: PostOffice
) -> None:
    source = sources.add(owner, feeds.serve(calendar()), "Work")
    feeds.serve(b"", status=404)
    for _ in range(2):
        sources.read(source)
    assert worker.send_due() == 1
    assert "There is no calendar at this address" in office.to(owner.email)[0].get_body(("plain",)).get_content()
