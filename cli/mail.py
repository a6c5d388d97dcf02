"""The mail commands: `work` runs the workers, `mail-test` checks the settings."""

import signal
import threading

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from cli.params import Command, CommandError, EmailParam
from config import current
from database import utcnow
from i18n.texts import gettext as _
from notifications.email_content import EmailContent
from notifications.email_message import write
from notifications.smtp import Rejected, ServerUnavailable, close, connect, send
from notifications.worker import Worker
from parsing.email_addresses import Mailbox
from parsing.limits import MAX_EMAIL
from parsing.mail_server import MailServer
from public_urls import base, host
from sources.worker import SourceWorker


@click.command("work", cls=Command)
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@with_appcontext
def work(once: bool) -> None:
    """Send mail and read other calendars until stopped, beside the server; `--once` prints how many mails were sent.

    Without SMTP_URL no mail is sent.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    server = current().mail
    sources = SourceWorker(app)
    if once:
        sources.read_due()
        click.echo(Worker(app, server).send_due() if server else 0)
        return
    workers: list[Worker | SourceWorker] = [Worker(app, server), sources] if server else [sources]
    stop = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)  # before the thread starts, so that this thread gets them
    threads = [threading.Thread(target=worker.run, name=type(worker).__name__) for worker in workers]
    for thread in threads:
        thread.start()
    if server:
        click.echo(_("Sending mail by %(server)s until told to stop.", server=server))
    else:
        click.echo(_("Reading other calendars until told to stop. SMTP_URL is not set, so no mail is sent."))
    signal.sigwait(stop)
    for worker in workers:
        worker.stop()
    for thread in threads:
        thread.join()


@click.command("mail-test", cls=Command)
@click.argument("address", type=EmailParam(MAX_EMAIL))
@with_appcontext
def mail_test(address: str) -> None:
    """Send a mail to ADDRESS to test SMTP_URL and MAIL_FROM; prints the server that accepted it."""
    server = _server()
    content = EmailContent(
        subject=_("Bookonce can send mail"),
        heading=_("It works"),
        opening=_("This mail was sent to try out the mail settings of Bookonce. There is nothing to do."),
        facts=((_("From"), base()), (_("By"), str(server))),
        action=None,
        closing="",
    )
    mail = write(content, Mailbox(server.name or "Bookonce", server.address), Mailbox("", address), utcnow())
    try:
        connection = connect(server, host())
        try:
            send(connection, server, mail)
        finally:
            close(connection)
    except (ServerUnavailable, Rejected) as refusal:
        raise CommandError(f"Not sent: {refusal}") from None
    click.echo(_("%(server)s has taken it on for %(address)s.", server=server, address=address))


def _server() -> MailServer:
    server = current().mail
    if server is None:
        raise CommandError("SMTP_URL: is not set, so no mail is sent.")
    return server
