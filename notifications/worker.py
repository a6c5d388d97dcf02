"""The mail worker, which empties the outbox: a thread of the server, or a process of its own; any number of both.

It survives failures of the mail server and the database. A message that is not marked as sent is sent again.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from smtplib import SMTP

from flask import Flask
from sqlalchemy.exc import DBAPIError

from database import CommitUnknown, utcnow
from middleware.exception_log import error_code
from notifications import outbox
from notifications.email_message import compose
from notifications.leases import Mail
from notifications.reminders import enqueue_reminders
from notifications.smtp import PermanentFailure, Rejected, ServerUnavailable, close, connect, send
from parsing.mail_server import MailServer
from public_urls import host

POLL_INTERVAL = 1.0
"""Seconds between two checks of the outbox."""
REMIND_EVERY = timedelta(seconds=30)
MAX_SERVER_PAUSE = timedelta(minutes=5)
"""The longest pause before an unavailable mail server is tried again."""


class Worker:
    """Sends due messages through one mail server."""

    def __init__(self, app: Flask, server: MailServer) -> None:
        self._app, self._server = app, server
        self._stopped = threading.Event()
        self._remind_at = utcnow()
        self._failures = 0

    def stop(self) -> None:
        """Make `run` return after the current message."""
        self._stopped.set()

    def run(self) -> None:
        """Send due messages every second until stopped."""
        well = True
        while not self._stopped.wait(POLL_INTERVAL):
            try:
                self.send_due()
                well = True
            except (DBAPIError, CommitUnknown) as error:
                if well:
                    self._warn(f"the database does not answer: {error_code(error.__cause__ or error)}")
                well = False
            except Exception:
                if well:  # whatever it is: if the thread ended, all mail would stop unnoticed
                    self._app.logger.exception("Mail")
                well = False

    def send_due(self) -> int:
        """Send all due messages and reminders; return how many the mail server accepted."""
        sent = 0
        with self._app.app_context():
            self._remind(utcnow())
            if not outbox.has_due_message(utcnow()) or (connection := self._connection()) is None:
                return 0
            try:
                while not self._stopped.is_set() and (message := outbox.lease_next(utcnow())):
                    sent += self._send(connection, message)
            except ServerUnavailable as away:
                self._warn(away.for_log)
            finally:
                close(connection)
        return sent

    def _remind(self, now: datetime) -> None:
        if now >= self._remind_at:
            enqueue_reminders(now)
            self._remind_at = now + REMIND_EVERY

    def _connection(self) -> SMTP | None:
        """Return a connection; if the server is unavailable, postpone all due messages and return None."""
        try:
            connection = connect(self._server, host())
        except ServerUnavailable as away:
            self._failures += 1
            wait = outbox.pause(self._failures, MAX_SERVER_PAUSE)
            self._warn(f"{away.for_log}; the next try is in {wait.total_seconds():.0f} s")
            now = utcnow()
            outbox.postpone_all(now, now + wait, str(away))
            return None
        self._failures = 0
        return connection

    def _send(self, connection: SMTP, message: Mail) -> bool:
        """Send the message and store the result; return whether it was accepted. Raises ServerUnavailable."""
        try:
            send(connection, self._server, compose(message, self._server, utcnow()))
        except Rejected as refusal:
            self._warn(f"message {message.id} was not taken ({refusal.code}): its owner sees why")
            mark = outbox.mark_failed if isinstance(refusal, PermanentFailure) else outbox.postpone
            self._store(mark, message, str(refusal))
        except ServerUnavailable as away:
            self._store(outbox.postpone, message, str(away))
            raise
        except Exception as error:  # one broken message must not block the others
            self._app.logger.exception("Mail: message %s can't be written", message.id)
            self._store(outbox.mark_failed, message, f"It can't be written: {type(error).__name__}")
        else:
            self._store(outbox.mark_sent, message)
            return True
        return False

    def _store(self, mark: Callable[..., None], message: Mail, *error: str) -> None:
        """Mark the message; retry while the database is unavailable, so that the message is not sent twice."""
        for attempt in count():
            try:
                mark(message, utcnow(), *error)
                return
            except (DBAPIError, CommitUnknown):
                if not attempt:
                    self._warn(f"what became of message {message.id} can't be noted: the database does not answer")
                if self._stopped.wait(POLL_INTERVAL):
                    raise

    def _warn(self, text: str) -> None:
        self._app.logger.warning("Mail: %s", text)
