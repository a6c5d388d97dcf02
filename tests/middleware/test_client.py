"""A proxy that was not named in TRUSTED_PROXIES is in the log, once."""

import logging
from collections.abc import Callable

import pytest
from flask import Flask
from support.world import World


@pytest.mark.parametrize(
    ("trusted", "peer", "warnings"),
    [("", "192.0.2.9", 1), ("10.0.0.0/8", "192.0.2.9", 1), ("", "", 1), ("192.0.2.9", "192.0.2.9", 0)],
)
def test_forwarded_for_by_whom_nobody_trusts_is_one_warning(
    sqlite_url: str,
    app_on: Callable[..., Flask],
    caplog: pytest.LogCaptureFixture,
    trusted: str,
    peer: str,
    warnings: int,
) -> None:
    browser = World(app_on(sqlite_url, TRUSTED_PROXIES=trusted)).browser()
    with caplog.at_level(logging.WARNING, "bookonce"):
        browser.get("/healthz", environ_base={"REMOTE_ADDR": peer})
        assert caplog.records == []
        for _ in range(3):
            headers = {"X-Forwarded-For": "198.51.100.1"}
            browser.get("/healthz", environ_base={"REMOTE_ADDR": peer}, headers=headers)
    assert [record.fields for record in caplog.records] == [{"peer": peer}] * warnings  # type: ignore[attr-defined]
    assert all("TRUSTED_PROXIES" in record.getMessage() for record in caplog.records)
