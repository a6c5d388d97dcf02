"""The sentences for a CSV that can't be used; each names the line of the file."""

from zoneinfo import ZoneInfo

from forms.links import offer_error_text
from i18n.bidi import isolate
from i18n.texts import gettext as _
from parsing.csv_people import CellFault, PeopleError, PeopleFault
from parsing.csv_table import MAX_COLUMNS, MAX_ROWS, CsvError, CsvFault
from scheduling.batches import RowRefused


def csv_error_text(error: CsvError) -> str:
    """Return why the file can't be read."""
    words = {
        CsvFault.EMPTY: _("There is nothing in it."),
        CsvFault.ENCODING: _("This is no text in UTF-8, UTF-16 or cp1252."),
        CsvFault.NUL: _("There is a character that no text has: is it a spreadsheet? Save it as CSV first."),
        CsvFault.QUOTE: _("A quotation mark is opened and not closed, or something follows the closing one."),
        CsvFault.TOO_LONG: _("A cell is too long."),
        CsvFault.COLUMNS: _("At most %(most)s columns, please.", most=MAX_COLUMNS),
        CsvFault.ROWS: _("At most %(most)s rows, please.", most=MAX_ROWS),
        CsvFault.WIDE_ROW: _("This row has more cells than the first line has columns."),
        CsvFault.NO_ROWS: _("There is only the line with the names of the columns."),
    }
    return str(_("Line %(line)s: %(what)s", line=error.line, what=words[error.fault]))


def people_error_texts(error: PeopleError) -> list[str]:
    """Return what is wrong with the rows, a sentence each."""
    return [_cell_text(fault) for fault in error.faults]


def row_error_text(refusal: RowRefused, zone: ZoneInfo) -> str:
    """Return why a row's link can't be."""
    return str(_("Line %(line)s: %(what)s", line=refusal.line, what=offer_error_text(refusal, zone)))


def _cell_text(fault: CellFault) -> str:
    if fault.fault is PeopleFault.NO_HEADER:
        columns = "name, email, phone, label, expires"
        what = _("The first line must name the columns, at least one of these: %(columns)s.", columns=columns)
        return str(_("Line %(line)s: %(what)s", line=fault.line, what=what))
    text = isolate(fault.text)
    words = {
        PeopleFault.TWICE: _("There is more than one such column."),
        PeopleFault.EMAIL: _("%(text)s is not an email address.", text=text),
        PeopleFault.DATE: _("%(text)s is not a date such as 2026-12-31.", text=text),
        PeopleFault.LONG: _("%(text)s… is too long.", text=text),
        PeopleFault.SIGN: _("This has a character that can't be used here."),
    }
    column = isolate(fault.column)
    return str(_("Line %(line)s, column %(column)s: %(what)s", line=fault.line, column=column, what=words[fault.fault]))
