"""A server of other people's calendars."""

from collections.abc import Iterator

import pytest
from support.feed_server import FeedServer, feed_server


@pytest.fixture
def feeds() -> Iterator[FeedServer]:
    """The server, without TLS, on 127.0.0.1."""
    with feed_server() as server:
        yield server
