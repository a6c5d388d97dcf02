"""The commands for mail: a worker of its own, and a test of the settings."""

import signal
import threading

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_babel import gettext as _

from addresses import base, host
from clock import utcnow
from config import current
from emails import Person
from mail_server import MailServer
from messages.letters import Letter
from messages.mail import write
from messages.smtp import Away, Refused, connect, hand_in, leave
from messages.worker import Worker
from shell import Command, Email, OneLine


@click.command("work", cls=Command)
@click.option("--once", is_flag=True, help="Send what is due now, and end.")
@with_appcontext
def work(once: bool) -> None:
    """Send mail until told to stop, beside the server or instead of it; `--once` prints how many were sent."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    server = _server()
    worker = Worker(app, server)
    if once:
        click.echo(worker.send_due())
        return
    stop = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)  # before the thread, so that it is we who are told
    thread = threading.Thread(target=worker.run, name="mail")
    thread.start()
    click.echo(_("Sending mail by %(server)s until told to stop.", server=server))
    signal.sigwait(stop)
    worker.stop()
    thread.join()


@click.command("mail-test", cls=Command)
@click.argument("address", type=Email(254))
@with_appcontext
def mail_test(address: str) -> None:
    """Send a mail to ADDRESS, to prove SMTP_URL and MAIL_FROM; prints which server has taken it on."""
    server = _server()
    letter = Letter(
        subject=_("Bookonce can send mail"),
        heading=_("It works"),
        opening=_("This mail was sent to try out the mail settings of Bookonce. There is nothing to do."),
        facts=((_("From"), base()), (_("By"), str(server))),
        action=None,
        closing="",
    )
    mail = write(letter, Person(server.name or "Bookonce", server.address), Person("", address), utcnow())
    try:
        connection = connect(server, host())
        try:
            hand_in(connection, server, mail)
        finally:
            leave(connection)
    except (Away, Refused) as refusal:
        raise OneLine(f"Not sent: {refusal}") from None
    click.echo(_("%(server)s has taken it on for %(address)s.", server=server, address=address))


def _server() -> MailServer:
    server = current().mail
    if server is None:
        raise OneLine("SMTP_URL: is not set, so no mail is sent.")
    return server
