"""What pages and the command line say of a source: problems, and what was not understood of an event."""

from datetime import date

from enums import SourceKind
from i18n.bidi import isolate
from i18n.formatting import format_day
from i18n.texts import gettext as _
from models import Source
from remote_calendars.reading import Note, NoteCode, ProblemCode


def kind_text(kind: SourceKind) -> str:
    """Return what kind of calendar a source is."""
    texts = {
        SourceKind.ICS: _("iCalendar feed"),
        SourceKind.CALDAV: _("CalDAV"),
        SourceKind.GOOGLE: _("Google Calendar"),
        SourceKind.MICROSOFT: _("Microsoft 365"),
    }
    return texts[kind]


def problem_text(code: str, detail: str) -> str:
    """Return one or two sentences: what went wrong, and what to do."""
    texts = {
        ProblemCode.ADDRESS: _("This is not an address such as https://calendar.example.com/private.ics."),
        ProblemCode.NOT_HTTPS: _("The address must begin with https://, so that nobody else can read along."),
        ProblemCode.NOT_PUBLIC: _(
            "%(host)s is not on the public internet. If it is in your own network, the server's administrator can "
            "allow it with SOURCE_NETWORKS.",
            host=detail,
        ),
        ProblemCode.NO_HOST: _("There is no server named %(host)s. Check the address.", host=detail),
        ProblemCode.NO_ANSWER: _("%(host)s did not answer properly. It is tried again.", host=detail),
        ProblemCode.CERTIFICATE: _(
            "The certificate of %(host)s is not valid, so it may be somebody else's server.", host=detail
        ),
        ProblemCode.TIMEOUT: _("The server took too long. It is tried again."),
        ProblemCode.LOGIN: _(
            "The server asks for a sign-in, or does not accept this one (%(status)s). Connect it again, with an app "
            "password if your provider has them.",
            status=detail,
        ),
        ProblemCode.CONSENT: _(
            "Bookonce may not see this account, or not any more (%(status)s). Connect it again.", status=detail
        ),
        ProblemCode.CLIENT: _(
            "The provider does not accept this server’s registration (%(status)s). Tell the server’s administrator.",
            status=detail,
        ),
        ProblemCode.NOT_FOUND: _(
            "There is no calendar at this address (%(status)s). Copy the address again from your calendar, and connect "
            "it again.",
            status=detail,
        ),
        ProblemCode.REFUSED: _("The server refused to answer (%(status)s). Check the address.", status=detail),
        ProblemCode.SERVER: _("The server has a problem of its own (%(status)s). It is tried again.", status=detail),
        ProblemCode.REDIRECTS: _("The address leads from one address to the next, without an end."),
        ProblemCode.TOO_LARGE: _("The calendar is larger than %(size)s MB. Share a smaller one.", size=detail),
        ProblemCode.WEB_PAGE: _(
            "This address answers with a web page, not with a calendar. It may ask for a sign-in: copy the secret "
            "address of the calendar itself."
        ),
        ProblemCode.NO_CALENDAR: _("This address does not answer with a calendar."),
        ProblemCode.NOT_CALDAV: _("This server does not speak CalDAV at this address. Check the address."),
        ProblemCode.NO_CALENDARS: _("There is no calendar in this account."),
        ProblemCode.CUT_OFF: _("The calendar came cut off: its end is missing. It is tried again."),
        ProblemCode.TOO_MUCH: _("There is too much in this calendar to work out. Share a smaller one."),
        ProblemCode.KEY: _("The server's key has changed, so the address can't be read any more. Connect it again."),
        ProblemCode.CRASHED: _("The calendar could not be worked out within the server's limits. It is tried again."),
    }
    return texts.get(ProblemCode(code), code) if code in set(ProblemCode) else code


def source_problem(source: Source) -> str:
    """Return why the last reading of a source failed, or '' if it did not."""
    return problem_text(source.problem, source.problem_detail) if source.problem else ""


def note_text(note: Note) -> str:
    """Return a sentence about one event: which it is, what was not understood, and what was made of it."""
    texts = {
        NoteCode.ZONE: _("nobody knows its time zone “%(name)s”, so yours is taken", name=isolate(note.detail)),
        NoteCode.START: _("its start can't be read, so it does not count"),
        NoteCode.END: _("its end can't be read, so it counts for an hour, or for a day"),
        NoteCode.BACKWARDS: _("it ends before it begins, so it does not count"),
        NoteCode.RULE: _("how it repeats is not fully understood; check that its times are blocked here"),
        NoteCode.OFTEN: _("it repeats every second; only its first time counts"),
        NoteCode.SLOW: _("how it repeats takes too long to work out; only its first time counts"),
        NoteCode.BROKEN: _("it can't be read, so it does not count"),
    }
    return str(_("%(event)s: %(what)s.", event=_event(note.title, note.day), what=texts[note.code]))


def _event(title: str, day: date | None) -> str:
    named = _("“%(title)s”", title=isolate(title)) if title else _("An event without a title")
    return str(_("%(event)s on %(day)s", event=named, day=format_day(day)) if day else named)
