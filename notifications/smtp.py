"""Sending mail by SMTP (RFC 5321), and telling temporary from permanent failures."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from parsing.mail_server import MailServer
from parsing.values import printable_line

REPLY_TIMEOUT = 15.0
"""Seconds for one reply of the server."""
MESSAGE_TIMEOUT = 60.0
"""Seconds for a whole message."""

SERVICE_CLOSING = 421
MAILBOX_NAME_NOT_ALLOWED = 553


class ServerUnavailable(Exception):
    """The server takes no mail now, whatever the message: it can't be reached, or it refuses the login.

    The text may hold what the server said, and so personal data; `for_log` has the code of its reply instead.
    """

    def __init__(self, server: MailServer, why: str, code: int | None = None) -> None:
        super().__init__(f"{server}: {why}")
        self.for_log = f"{server}: {code or why}"


class Rejected(Exception):
    """The server refused this message. The text may contain personal data; the code does not."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class TemporaryFailure(Rejected):
    """The server may accept the message later."""


class PermanentFailure(Rejected):
    """The server will never accept the message."""


def connect(server: MailServer, own_name: str) -> smtplib.SMTP:
    """Return a connection for sending; `own_name` is our name in EHLO. Raises ServerUnavailable."""
    with _as_unavailable(server):
        return _connect(server, own_name)


def close(connection: smtplib.SMTP) -> None:
    """Close the connection. Errors from QUIT are ignored: accepted mail stays accepted."""
    with suppress(OSError, smtplib.SMTPException):
        connection.quit()
    connection.close()


def send(connection: smtplib.SMTP, server: MailServer, mail: EmailMessage) -> None:
    """Send the mail to its one recipient; return when the server has accepted it.

    Raises ServerUnavailable, TemporaryFailure, PermanentFailure. After ServerUnavailable it is unknown whether the mail
    was accepted: the reply may have been lost.
    """
    with _time_limit(MESSAGE_TIMEOUT, connection), _as_unavailable(server):
        try:
            connection.send_message(mail, server.address)
        except smtplib.SMTPRecipientsRefused as error:
            ((code, said),) = error.recipients.values()
            raise _rejection(server, code, said) from error
        except smtplib.SMTPDataError as error:
            raise _rejection(server, error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError:
            raise PermanentFailure(
                MAILBOX_NAME_NOT_ALLOWED, "the mail server can't write to such an address (SMTPUTF8)"
            ) from None


def _connect(server: MailServer, own_name: str) -> smtplib.SMTP:
    trust = ssl.create_default_context()
    if server.encrypted:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, own_name, timeout=REPLY_TIMEOUT, context=trust
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, own_name, timeout=REPLY_TIMEOUT)
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
    """Start TLS: with a password it is required and the certificate is verified; otherwise it is used if offered."""
    if not connection.has_extn("starttls"):
        if server.must_encrypt:
            raise ServerUnavailable(server, "offers no encryption (STARTTLS), and a password is not sent without")
        return
    if not server.must_encrypt:
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    connection.starttls(context=trust)
    connection.ehlo()


@contextmanager
def _as_unavailable(server: MailServer) -> Iterator[None]:
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise ServerUnavailable(server, _reply_text(error.smtp_code, error.smtp_error), error.smtp_code) from error
    except TimeoutError as error:
        raise ServerUnavailable(server, f"no answer within {REPLY_TIMEOUT:.0f} seconds") from error
    except smtplib.SMTPException as error:
        raise ServerUnavailable(server, f"{error}") from error
    except ssl.SSLCertVerificationError as error:
        raise ServerUnavailable(server, f"its certificate can't be trusted: {error.verify_message}") from error
    except ssl.SSLError as error:
        raise ServerUnavailable(server, f"no encrypted connection: {error.reason}") from error
    except socket.gaierror as error:
        raise ServerUnavailable(server, f"there is no such host: {error.strerror}") from error
    except OSError as error:
        raise ServerUnavailable(server, f"{error.strerror or error}") from error


def _rejection(server: MailServer, code: int, said: bytes | str) -> Exception:
    """Return the error of a reply (RFC 5321, sections 3.8, 4.2.1): 5xx permanent, 4xx temporary, 421 unavailable."""
    text = _reply_text(code, said)
    if code == SERVICE_CLOSING:
        return ServerUnavailable(server, text, code)
    return PermanentFailure(code, text) if code >= 500 else TemporaryFailure(code, text)


def _reply_text(code: int, said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return printable_line(f"{code} {text}")[:400]


@contextmanager
def _time_limit(seconds: float, connection: smtplib.SMTP) -> Iterator[None]:
    """Close the connection after that time, even if the server still sends: the worker's lease is not longer."""
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
