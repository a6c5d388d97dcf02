"""Many links at once: from a count or from a CSV, which is shown as it was understood before anything is made."""

from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from blueprints.owner.csv_words import csv_error_text, people_error_texts, row_error_text
from blueprints.owner.qr_codes import qr_inline
from blueprints.owner.share_dialog import calendar_closed
from blueprints.owner.undo import offer_undo
from blueprints.view_models import BatchView, BookingView, CalendarView, LinkView, ListedLinkView
from database import utcnow
from forms.links import BatchForm
from i18n.texts import gettext as _
from models import Batch, Calendar
from parsing.csv_people import PeopleError, Person, columns_of, read_people, repeated_emails
from parsing.csv_table import CsvError, CsvTable, read_csv, write_csv
from parsing.values import parse_instant, parse_positive_int
from public_urls import key, link_address
from scheduling import batches
from scheduling.batch_files import batch_file
from scheduling.batches import BatchLink, RowRefused
from scheduling.calendars import get_calendar
from scheduling.errors import CalendarClosed

bp = Blueprint("batches", __name__, url_prefix="/settings")

PREVIEW_ROWS = 20
A_SHEET = 100
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16-le", "utf-16-be", "cp1252")


@bp.route("/calendars/<id:calendar_id>/links/batch", methods=["GET", "POST"])
def create(calendar_id: int) -> ResponseReturnValue:
    """Show the form; make the links; with `preview`, show how a CSV was understood, and make none."""
    calendar = get_calendar(g.owner.id, calendar_id)
    form = BatchForm()
    if not form.is_submitted():
        return _form(calendar, form)
    if not form.validate():
        return _form(calendar, form, 422)
    try:
        if content := _submitted_csv(form):
            return _from_csv(calendar, form, content)
        if form.count.data is None:
            return _form(calendar, form, 422, [_("Say how many, or paste or choose a table.")])
        if "preview" in request.form:
            return _form(calendar, form)
        batch = batches.create_batch(key(), g.owner.id, calendar_id, form.count.data, form.label.data or "")
    except CalendarClosed:
        return calendar_closed(calendar_id)
    return _to_page(batch)


@bp.get("/batches/<id:batch_id>")
def show(batch_id: int) -> ResponseReturnValue:
    """Show a batch with all of its links."""
    batch = batches.get_batch(g.owner.id, batch_id)
    calendar = get_calendar(g.owner.id, batch.calendar_id)
    links = [_view(row, calendar, batch) for row in batches.batch_links(batch)]
    return render_template(
        "batch.html",
        batch=BatchView.of(batch),
        calendar=CalendarView.of(calendar),
        links=links,
        unused=sum(row.link.state in ("active", "expired") for row in links),
        booked=sum(row.link.state == "used" for row in links),
        repeated=repeated_emails([_as_person(row) for row in links]) if batch.columns else [],
        zone=ZoneInfo(g.owner.timezone),
    )


@bp.get("/batches/<id:batch_id>.csv")
def csv_file(batch_id: int) -> ResponseReturnValue:
    """Return the CSV as it came, with a `link` column; of a count, number, label and link."""
    content = batch_file(batches.get_batch(g.owner.id, batch_id), link_address)
    name = f'attachment; filename="links-{batch_id}.csv"'
    return Response(content, mimetype="text/csv", headers={"Content-Disposition": name})


@bp.get("/batches/<id:batch_id>/sheet")
def sheet(batch_id: int) -> ResponseReturnValue:
    """Show a page to be printed, with name and QR code of each link; a hundred at a time."""
    batch = batches.get_batch(g.owner.id, batch_id)
    calendar = get_calendar(g.owner.id, batch.calendar_id)
    first = parse_positive_int(request.args.get("from"), batch.count) or 1
    rows = [_view(row, calendar, batch) for row in batches.batch_links(batch)[first - 1 : first - 1 + A_SHEET]]
    return render_template(
        "batch_sheet.html",
        batch=BatchView.of(batch),
        calendar=CalendarView.of(calendar),
        rows=[(row, qr_inline(row.address)) for row in rows if row.address and row.link.state == "active"],
        following=first + A_SHEET if first + A_SHEET <= batch.count else None,
    )


@bp.post("/batches/<id:batch_id>/revoke")
def revoke(batch_id: int) -> ResponseReturnValue:
    """Revoke the unused links of a batch, which can be undone."""
    revoked_at, count = batches.revoke_unused(g.owner.id, batch_id)
    if not count:
        flash(_("There was no link to revoke: all are used or revoked already."))
    else:
        said = ngettext("%(num)s link was revoked.", "%(num)s links were revoked.", count)
        offer_undo(said, url_for("owner.batches.restore", batch_id=batch_id), revoked_at=revoked_at.isoformat())
    return redirect(url_for("owner.batches.show", batch_id=batch_id), code=303)


@bp.post("/batches/<id:batch_id>/restore")
def restore(batch_id: int) -> ResponseReturnValue:
    """Make those links active again that were revoked together."""
    revoked_at = parse_instant(request.form.get("revoked_at"))
    batch = batches.get_batch(g.owner.id, batch_id)
    count = batches.restore_revoked(g.owner.id, batch.id, revoked_at) if revoked_at else 0
    flash(ngettext("%(num)s link works again.", "%(num)s links work again.", count))
    return _to_page(batch)


def _submitted_csv(form: BatchForm) -> bytes | str:
    """Return the bytes of the chosen file, else what was pasted or shown in a preview; '' if there is neither."""
    file = request.files.get("file")
    return (file.read() if file else b"") or ((form.csv.data or "") if (form.csv.data or "").strip() else "")


def _from_csv(calendar: Calendar, form: BatchForm, content: bytes | str) -> ResponseReturnValue:
    try:
        table = _as_it_came(read_csv(content))
        people = read_people(table)
        if "preview" in request.form:
            batches.check_people(g.owner.id, calendar.id, people)
            return _preview(calendar, form, table, people)
        batch = batches.create_batch_of_people(
            key(), g.owner.id, calendar.id, table, people, form.label.data or _file_name()
        )
    except CsvError as error:
        problems = [csv_error_text(error)]
    except PeopleError as error:
        problems = people_error_texts(error)
    except RowRefused as refusal:
        problems = [row_error_text(refusal, ZoneInfo(calendar.timezone))]
    else:
        return _to_page(batch)
    return _form(calendar, form, 422, problems, content if isinstance(content, str) else "")


def _as_it_came(table: CsvTable) -> CsvTable:
    """Return the table with the encoding of the file that a preview was made of; the preview itself is UTF-8."""
    encoding = request.form.get("encoding", "")
    if table.encoding == "utf-8" and encoding in ENCODINGS and not request.files.get("file"):
        return CsvTable(table.columns, table.rows, encoding, table.separator)
    return table


def _file_name() -> str:
    file = request.files.get("file")
    name = (file.filename or "") if file else request.form.get("file_name", "")
    return "".join(sign for sign in name.rpartition(".")[0] or name if sign.isprintable())[:100]


def _preview(calendar: Calendar, form: BatchForm, table: CsvTable, people: list[Person]) -> ResponseReturnValue:
    text = write_csv([list(table.columns), *[list(row.cells) for row in table.rows]], "utf-8", table.separator)
    known = {place: name for name, place in columns_of(table.columns).items()}
    return render_template(
        "batch_preview.html",
        calendar=CalendarView.of(calendar),
        form=form,
        label=form.label.data or _file_name(),
        csv=text.decode(),
        encoding=table.encoding,
        separator=table.separator,
        columns=[(column, known.get(place, "")) for place, column in enumerate(table.columns)],
        people=people[:PREVIEW_ROWS],
        count=len(people),
        repeated=repeated_emails(people),
    )


def _form(
    calendar: Calendar, form: BatchForm, status: int = 200, problems: list[str] | None = None, csv: str = ""
) -> ResponseReturnValue:
    page = render_template(
        "batch_new.html",
        calendar=CalendarView.of(calendar),
        form=form,
        csv=csv or form.csv.data or "",
        problems=problems or [],
        most=batches.MAX_COUNT,
    )
    return page, status


def _to_page(batch: Batch) -> ResponseReturnValue:
    return redirect(url_for("owner.batches.show", batch_id=batch.id), code=303)


def _view(row: BatchLink, calendar: Calendar, batch: Batch) -> ListedLinkView:
    return ListedLinkView(
        link=LinkView.of(row.link, state=row.link.state(utcnow())),
        calendar_name=calendar.name,
        calendar_open=calendar.takes_bookings,
        address=link_address(row.link),
        booking=BookingView.of(row.booking, calendar_name=calendar.name) if row.booking else None,
        batch=BatchView.of(batch),
        position=row.link.position,
    )


def _as_person(row: ListedLinkView) -> Person:
    return Person(0, (), row.link.name, row.link.email, "", row.link.label, None)
