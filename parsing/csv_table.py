"""A CSV file as people save it: which encoding and separator it has, its columns and its rows; and back again.

UTF-8 with or without BOM, UTF-16 with BOM, and cp1252 as Excel writes it; commas, semicolons or tabs.
"""

import codecs
import csv
import re
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO

SEPARATORS = (",", ";", "\t")
MAX_ROWS = 5000
MAX_COLUMNS = 100
MAX_CELL = 5000
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_EXCELS_HINT = re.compile(r'"?sep=([,;\t])"?\r?\n', re.IGNORECASE)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet would run."""


class CsvFault(StrEnum):
    """Why a text can't be read as CSV."""

    EMPTY = "empty"
    ENCODING = "encoding"
    NUL = "nul"
    QUOTE = "quote"
    TOO_LONG = "too long"
    COLUMNS = "columns"
    ROWS = "rows"
    WIDE_ROW = "wide row"
    NO_ROWS = "no rows"


class CsvError(ValueError):
    """The text can't be read; `line` is the line of the file, from 1."""

    def __init__(self, fault: CsvFault, line: int) -> None:
        super().__init__(f"line {line}: {fault}")
        self.fault, self.line = fault, line


@dataclass(frozen=True)
class CsvRow:
    """The cells of one row, as many as there are columns, and the line of the file on which it begins."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class CsvTable:
    """What was read. `encoding` is Python's name of it: `utf-8`, `utf-8-sig`, `utf-16-le`, `utf-16-be` or `cp1252`."""

    columns: tuple[str, ...]
    rows: tuple[CsvRow, ...]
    encoding: str
    separator: str


def read_csv(content: bytes | str) -> CsvTable:
    """Return the table in a file's bytes, or in a text that was pasted. Raises CsvError."""
    text, encoding = (content.removeprefix("\ufeff"), "utf-8") if isinstance(content, str) else _decode(content)
    if not text.strip():
        raise CsvError(CsvFault.EMPTY, 1)
    if "\0" in text:
        raise CsvError(CsvFault.NUL, text.count("\n", 0, text.index("\0")) + 1)
    hint = _EXCELS_HINT.match(text)
    skipped = 1 if hint else 0
    text = text[hint.end() :] if hint else text
    separator = hint[1] if hint else _separator(text)
    columns, *rows = _records(text, separator, skipped)
    for row in rows:
        if any(row.cells[len(columns.cells) :]):
            raise CsvError(CsvFault.WIDE_ROW, row.line)
    width = len(columns.cells)
    padded = tuple(CsvRow(row.line, (*row.cells, *[""] * width)[:width]) for row in rows)
    if not padded:
        raise CsvError(CsvFault.NO_ROWS, columns.line)
    return CsvTable(columns.cells, padded, encoding, separator)


def write_csv(rows: list[list[str]], encoding: str, separator: str) -> bytes:
    """Return the rows, the first of which names the columns, as a file in this encoding and with this separator."""
    out = StringIO(newline="")
    csv.writer(out, delimiter=separator).writerows(rows)
    bom = next((bom for bom, name in _BOMS if name == encoding and name != "utf-8-sig"), b"")
    return bom + out.getvalue().encode(encoding, "replace")


def harmless(text: str) -> str:
    """Return a text of ours so that a spreadsheet does not run it as a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _decode(content: bytes) -> tuple[str, str]:
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            try:
                return content.removeprefix(bom).decode("utf-8" if encoding == "utf-8-sig" else encoding), encoding
            except UnicodeDecodeError as error:
                raise CsvError(CsvFault.ENCODING, _line_of(error)) from None
    try:
        return content.decode(), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), "cp1252"
    except UnicodeDecodeError as error:
        raise CsvError(CsvFault.ENCODING, _line_of(error)) from None


def _line_of(error: UnicodeDecodeError) -> int:
    return error.object.count(b"\n", 0, error.start) + 1


def _separator(text: str) -> str:
    """Return the separator that the first line has most of, outside quotation marks."""
    counts, quoted = dict.fromkeys(SEPARATORS, 0), False
    for sign in text:
        if sign == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif sign in "\r\n":
            break
        elif sign in counts:
            counts[sign] += 1
    return max(SEPARATORS, key=lambda sign: counts[sign])


def _records(text: str, separator: str, skipped: int) -> list[CsvRow]:
    """Return the rows that have anything in them, the header first."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True)
    found: list[CsvRow] = []
    line = skipped + 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append(_record(line, cells, first=not found))
            if len(found) > MAX_ROWS + 1:
                raise CsvError(CsvFault.ROWS, line)
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        raise CsvError(CsvFault.TOO_LONG if "limit" in str(error) else CsvFault.QUOTE, line) from None
    return found


def _record(line: int, cells: list[str], first: bool) -> CsvRow:
    if len(cells) > MAX_COLUMNS and (first or any(cells[MAX_COLUMNS:])):
        raise CsvError(CsvFault.COLUMNS, line)
    if any(len(cell) > MAX_CELL for cell in cells):
        raise CsvError(CsvFault.TOO_LONG, line)
    return CsvRow(line, tuple(cells))
