"""Handing mail in (RFC 5321): what the server answers, and what that means for the message."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from parsing.mail_server import MailServer

PATIENCE = 15.0
"""Seconds for one answer."""
MOST = 60.0
"""Seconds for one message in all."""

GOES_AWAY = 421
NO_SUCH_LETTERS = 553


class ServerUnavailable(Exception):
    """The server takes no mail now, whatever the message: it can't be reached, or it does not let us in."""


class Rejected(Exception):
    """The server does not take this message. Its words may name people; the code names nobody."""

    def __init__(self, code: int, words: str) -> None:
        super().__init__(words)
        self.code = code


class TemporaryFailure(Rejected):
    """It does not take it now."""


class PermanentFailure(Rejected):
    """It does not take it at all."""


def connect(server: MailServer, own_name: str) -> smtplib.SMTP:
    """Return a connection to hand mail in by; `own_name` is how we introduce ourselves. Raises ServerUnavailable."""
    with _refused_as_away(server):
        return _connect(server, own_name)


def close(connection: smtplib.SMTP) -> None:
    """End the connection; what was taken is taken, though the farewell fails."""
    with suppress(OSError, smtplib.SMTPException):
        connection.quit()
    connection.close()


def send(connection: smtplib.SMTP, server: MailServer, mail: EmailMessage) -> None:
    """Return when the server has accepted the mail to its one recipient.

    Raises ServerUnavailable, TemporaryFailure, PermanentFailure.

    After ServerUnavailable nobody knows whether it was taken: the answer may be what was lost.
    """
    with _no_longer_than(MOST, connection), _refused_as_away(server):
        try:
            connection.send_message(mail, server.address)
        except smtplib.SMTPRecipientsRefused as error:
            ((code, said),) = error.recipients.values()
            raise _refusal(server, code, said) from error
        except smtplib.SMTPDataError as error:
            raise _refusal(server, error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError:
            raise PermanentFailure(
                NO_SUCH_LETTERS, "the mail server can't write to such an address (SMTPUTF8)"
            ) from None


def _connect(server: MailServer, own_name: str) -> smtplib.SMTP:
    trust = ssl.create_default_context()
    if server.encrypted:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, own_name, timeout=PATIENCE, context=trust)
    else:
        connection = smtplib.SMTP(server.host, server.port, own_name, timeout=PATIENCE)
    try:
        connection.ehlo_or_helo_if_needed()
        if not server.encrypted:
            _encrypt(connection, server, trust)
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _encrypt(connection: smtplib.SMTP, server: MailServer, trust: ssl.SSLContext) -> None:
    """Change to TLS: with a password it must be, and with whom we think it is; else where it can be had."""
    if not connection.has_extn("starttls"):
        if server.must_encrypt:
            raise ServerUnavailable(f"{server}: offers no encryption (STARTTLS), and a password is not sent without")
        return
    if not server.must_encrypt:
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    connection.starttls(context=trust)
    connection.ehlo()


@contextmanager
def _refused_as_away(server: MailServer) -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise ServerUnavailable(f"{server}: {_words(error.smtp_code, error.smtp_error)}") from error
    except TimeoutError as error:
        raise ServerUnavailable(f"{server}: no answer within {PATIENCE:.0f} seconds") from error
    except smtplib.SMTPException as error:
        raise ServerUnavailable(f"{server}: {error}") from error
    except ssl.SSLCertVerificationError as error:
        raise ServerUnavailable(f"{server}: its certificate can't be trusted: {error.verify_message}") from error
    except ssl.SSLError as error:
        raise ServerUnavailable(f"{server}: no encrypted connection: {error.reason}") from error
    except socket.gaierror as error:
        raise ServerUnavailable(f"{server}: there is no such host: {error.strerror}") from error
    except OSError as error:
        raise ServerUnavailable(f"{server}: {error.strerror or error}") from error


def _refusal(server: MailServer, code: int, said: bytes | str) -> Exception:
    """Return what a refusal means (RFC 5321, sections 3.8 and 4.2.1): 5xx for good, 4xx for now, 421 that it leaves."""
    words = _words(code, said)
    if code == GOES_AWAY:
        return ServerUnavailable(f"{server}: {words}")
    return PermanentFailure(code, words) if code >= 500 else TemporaryFailure(code, words)


def _words(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return " ".join("".join(c if c.isprintable() else " " for c in f"{code} {text}").split())[:400]


@contextmanager
def _no_longer_than(seconds: float, connection: smtplib.SMTP) -> Iterator[None]:
    """Hang up after that time, however slowly the other side talks on: a worker has a message for so long only."""
    timer = threading.Timer(seconds, _hang_up, [connection])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(connection: smtplib.SMTP) -> None:
    if connection.sock:
        with suppress(OSError):
            connection.sock.shutdown(socket.SHUT_RDWR)
