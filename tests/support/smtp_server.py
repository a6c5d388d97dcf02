"""A real SMTP server (aiosmtpd) that keeps what it takes, and misbehaves when it is told to."""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from support.server_process import free_port

USER, PASSWORD = "bookonce", "p@ss/word"


class PostOffice:
    """What arrived, in order; and what to answer: `answers` maps a verb to an answer other than 250."""

    def __init__(self) -> None:
        self.port = free_port()
        self.taken: list[EmailMessage] = []
        self.said_hello: list[str] = []
        self.signed_in: list[str] = []
        self.encrypted: list[bool] = []
        self.answers: dict[str, str] = {}
        self.hangs_at = ""
        self.loses_answers = False
        self.after_data: Callable[[], None] = lambda: None
        self.arrived = threading.Condition()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[EmailMessage]:
        """Return what was taken for this address."""
        return [mail for mail in self.taken if mail["X-Rcpt"] == address]

    def wait_for(self, count: int, seconds: float = 30) -> list[EmailMessage]:
        """Return what was taken, as soon as there is so much of it."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.taken) >= count, seconds), f"{len(self.taken)} of {count}"
        return list(self.taken)

    async def handle_EHLO(self, _server: Any, session: Session, _e: Any, hostname: str, responses: list[str]) -> Any:
        self.said_hello.append(hostname)
        session.host_name = hostname
        await self._maybe_hang("EHLO")
        return responses

    async def handle_MAIL(self, _s: Any, _session: Any, envelope: Envelope, address: str, options: Any) -> str:
        await self._maybe_hang("MAIL")
        if "MAIL" not in self.answers:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, _s: Any, _session: Any, envelope: Envelope, address: str, _options: Any) -> str:
        await self._maybe_hang("RCPT")
        answer = self.answers.get(f"RCPT {address}", self.answers.get("RCPT", "250 OK"))
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await self._maybe_hang("DATA")
        if "DATA" in self.answers:
            return self.answers["DATA"]
        mail = message_from_bytes(envelope.content or b"", policy=default)  # type: ignore[arg-type]
        (mail["X-Rcpt"],) = envelope.rcpt_tos
        mail["X-From"] = envelope.mail_from
        with self.arrived:
            self.taken.append(mail)  # type: ignore[arg-type]
            self.arrived.notify_all()
        self.encrypted.append(session.ssl is not None)
        self.after_data()
        if self.loses_answers:
            server.transport.abort()
        return "250 Taken"

    def sign_in(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        """Tell whether user and password are right."""
        assert isinstance(data, LoginPassword)
        self.signed_in.append(data.login.decode())
        return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False)

    async def _maybe_hang(self, verb: str) -> None:
        while self.hangs_at == verb:
            await asyncio.sleep(0.02)


@contextmanager
def post_office(tls: ssl.SSLContext | None = None, sign_in: bool = False, **more: Any) -> Iterator[PostOffice]:
    """Give a running post office; with `tls` it offers STARTTLS."""
    office = PostOffice()
    options = {"tls_context": tls} if tls else {}
    if sign_in:
        options |= {"authenticator": office.sign_in, "auth_required": True, "auth_require_tls": bool(tls)}
    controller = Controller(office, hostname="127.0.0.1", port=office.port, **(options | more))
    controller.start()
    try:
        yield office
    finally:
        office.hangs_at = ""
        controller.stop()
