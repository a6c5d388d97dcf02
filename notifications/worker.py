"""The worker that empties the outbox: a thread beside the server, or a process of its own; any number of both.

It outlives whatever happens to the mail server or to the database. What is not marked as sent is tried again.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from smtplib import SMTP

from flask import Flask
from sqlalchemy.exc import DBAPIError

from database import CommitUnknown, utcnow
from models import Message
from notifications import outbox
from notifications.email_message import compose
from notifications.reminders import enqueue_reminders
from notifications.smtp import PermanentFailure, Rejected, ServerUnavailable, close, connect, send
from parsing.mail_server import MailServer
from public_urls import host

LOOK_EVERY = 1.0
"""Seconds between two looks into the outbox."""
REMIND_EVERY = timedelta(seconds=30)
MAX_SERVER_PAUSE = timedelta(minutes=5)
"""A mail server that is away is left alone for so long at most."""


class Worker:
    """Sends what is due by one mail server."""

    def __init__(self, app: Flask, server: MailServer) -> None:
        self._app, self._server = app, server
        self._stopped = threading.Event()
        self._remind_at = utcnow()
        self._failures = 0

    def stop(self) -> None:
        """Let `run` come to its end after the message that it has in hand."""
        self._stopped.set()

    def run(self) -> None:
        """Send what is due, look again every second, and return when stopped."""
        well = True
        while not self._stopped.wait(LOOK_EVERY):
            try:
                self.send_due()
                well = True
            except (DBAPIError, CommitUnknown) as error:
                if well:
                    self._say(f"the database does not answer: {type(error).__name__}")
                well = False
            except Exception:
                if well:  # whatever it is: a thread that ends would end all mail, and nobody would know
                    self._app.logger.exception("Mail")
                well = False

    def send_due(self) -> int:
        """Send all that is due, reminders too; return how many messages the mail server took on."""
        sent = 0
        with self._app.app_context():
            self._remind(utcnow())
            if not outbox.is_due(utcnow()) or (connection := self._connection()) is None:
                return 0
            try:
                while not self._stopped.is_set() and (message := outbox.take(utcnow())):
                    sent += self._send(connection, message)
            except ServerUnavailable as away:
                self._say(str(away))
            finally:
                close(connection)
        return sent

    def _remind(self, now: datetime) -> None:
        if now >= self._remind_at:
            enqueue_reminders(now)
            self._remind_at = now + REMIND_EVERY

    def _connection(self) -> SMTP | None:
        """Return a connection. If there can be none now, no message is to blame, and all of them wait."""
        try:
            connection = connect(self._server, host())
        except ServerUnavailable as away:
            self._failures += 1
            wait = outbox.pause(self._failures, MAX_SERVER_PAUSE)
            self._say(f"{away}; the next try is in {wait.total_seconds():.0f} s")
            now = utcnow()
            outbox.put_all_off(now, now + wait, str(away))
            return None
        self._failures = 0
        return connection

    def _send(self, connection: SMTP, message: Message) -> bool:
        """Send the message and store the result; return whether it was accepted. Raises ServerUnavailable."""
        try:
            send(connection, self._server, compose(message, self._server, utcnow()))
        except Rejected as refusal:
            self._say(f"message {message.id} was not taken ({refusal.code}): its owner sees why")
            mark = outbox.mark_failed if isinstance(refusal, PermanentFailure) else outbox.put_off
            self._remember(mark, message, str(refusal))
        except ServerUnavailable as away:
            self._remember(outbox.put_off, message, str(away))
            raise
        except Exception as error:  # one that can't be written must not keep the others from being sent
            self._app.logger.exception("Mail: message %s can't be written", message.id)
            self._remember(outbox.mark_failed, message, f"It can't be written: {type(error).__name__}")
        else:
            self._remember(outbox.mark_sent, message)
            return True
        return False

    def _remember(self, mark: Callable[..., None], message: Message, *error: str) -> None:
        """Mark the message, also where the database is away for a while: it must not be sent twice for that."""
        for attempt in count():
            try:
                mark(message, utcnow(), *error)
                return
            except (DBAPIError, CommitUnknown):
                if not attempt:
                    self._say(f"what became of message {message.id} can't be noted: the database does not answer")
                if self._stopped.wait(LOOK_EVERY):
                    raise

    def _say(self, words: str) -> None:
        self._app.logger.warning("Mail: %s", words)
