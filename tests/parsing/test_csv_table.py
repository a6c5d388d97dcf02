"""CSV as people save it: encodings, separators, what is refused with the line, and what comes back."""

import codecs
from datetime import date
from pathlib import Path

import pytest

from parsing.csv_people import PeopleError, PeopleFault, read_people, repeated_emails
from parsing.csv_table import MAX_COLUMNS, MAX_ROWS, CsvError, CsvFault, harmless, read_csv, write_csv

FILES = Path(__file__).parent / "files"
TEXT = "Name;E-Mail\nZoë;zoe@example.com\n"


def test_a_file_as_libreoffice_saves_it_in_cp1252_is_read_and_comes_back_byte_for_byte() -> None:
    content = (FILES / "spring-fair-libreoffice.csv").read_bytes()
    table = read_csv(content)
    assert (table.encoding, table.separator, len(table.rows)) == ("cp1252", ";", 40)
    people = read_people(table)
    assert (people[0].name, people[0].email) == ("Jürgen Müller", "juergen@example.com")
    assert people[0].cells[2:] == ("+49 30 1234", "Gärtnerei Müller; Sohn")
    rows = [list(table.columns), *[list(row.cells) for row in table.rows]]
    assert write_csv(rows, table.encoding, table.separator).replace(b"\r\n", b"\n") == content


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8-sig"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("cp1252"), "cp1252"),
        (TEXT, "utf-8"),
        ("\ufeff" + TEXT, "utf-8"),
    ],
)
def test_each_encoding_is_found_and_written_again(content: bytes | str, encoding: str) -> None:
    table = read_csv(content)
    assert (table.columns, table.rows[0].cells, table.encoding) == (
        ("Name", "E-Mail"),
        ("Zoë", "zoe@example.com"),
        encoding,
    )
    assert read_csv(write_csv([["Zoë"], ["é"]], encoding, ";")).columns == ("Zoë",)


@pytest.mark.parametrize(
    ("text", "separator", "columns"),
    [
        ("name,email\nA,a@example.com", ",", ("name", "email")),
        ("name\temail\nA\ta@example.com", "\t", ("name", "email")),
        ('"name, first";email\nA;a@example.com', ";", ("name, first", "email")),
        ("sep=;\r\nname;email,x\r\nA;b", ";", ("name", "email,x")),
        ("name\nA", ",", ("name",)),
    ],
)
def test_the_separator_is_found(text: str, separator: str, columns: tuple[str, ...]) -> None:
    table = read_csv(text)
    assert (table.separator, table.columns) == (separator, columns)


@pytest.mark.parametrize(
    ("content", "fault", "line"),
    [
        (b"", CsvFault.EMPTY, 1),
        (b" \r\n\r\n", CsvFault.EMPTY, 1),
        (b"name,email\n", CsvFault.NO_ROWS, 1),
        (b"name\nA\nB\0C\n", CsvFault.NUL, 3),
        ("name\nA\n".encode("utf-16-le"), CsvFault.NUL, 1),
        (codecs.BOM_UTF8 + b"name\nA\n\xff\xfe", CsvFault.ENCODING, 3),
        (b"name\nA\n\x81\xff", CsvFault.ENCODING, 3),
        (b'name,email\nA,"never\nends,\n', CsvFault.QUOTE, 2),
        (b'name\n"A" and more\n', CsvFault.QUOTE, 2),
        (b"name,email\nA,a@example.com\nB,b@example.com,more\n", CsvFault.WIDE_ROW, 3),
        (b",".join([b"name"] * 10_000) + b"\nA\n", CsvFault.COLUMNS, 1),
        (b"name\n" + b"A\n" * (MAX_ROWS + 1), CsvFault.ROWS, MAX_ROWS + 2),
        (b"name\n" + b"A" * 200_000 + b"\n", CsvFault.TOO_LONG, 2),
        (b"name\n" + b"A" * 5001 + b"\n", CsvFault.TOO_LONG, 2),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(content: bytes, fault: CsvFault, line: int) -> None:
    with pytest.raises(CsvError) as refused:
        read_csv(content)
    assert (refused.value.fault, refused.value.line) == (fault, line)


def test_as_many_columns_and_rows_as_allowed_are_read() -> None:
    assert len(read_csv(",".join(["name"] * MAX_COLUMNS) + "\nA").columns) == MAX_COLUMNS
    assert len(read_csv("name\n" + "A\n" * MAX_ROWS).rows) == MAX_ROWS


def test_the_lines_of_a_file_are_counted_over_quoted_line_breaks_and_empty_lines() -> None:
    table = read_csv('name,email\n"A\nB",a@example.com\n\n;\nC,no email\n')
    assert [row.line for row in table.rows] == [2, 5, 6]


@pytest.mark.parametrize(
    ("text", "fault", "line", "column"),
    [
        ("Jane Doe,jane@example.com\nJohn,john@example.com", PeopleFault.NO_HEADER, 1, ""),
        ("name,Name\nA,B", PeopleFault.TWICE, 1, "Name"),
        ("name,E-Mail\nA,a@example.com\nB,nowhere", PeopleFault.EMAIL, 3, "E-Mail"),
        ("name,expires\nA,12/31/2026", PeopleFault.DATE, 2, "expires"),
        ("name,label\nA," + "x" * 201, PeopleFault.LONG, 2, "label"),
        ('name\n"A\nB"', PeopleFault.SIGN, 2, "name"),
    ],
)
def test_a_wrong_cell_is_named_with_line_and_column(text: str, fault: PeopleFault, line: int, column: str) -> None:
    with pytest.raises(PeopleError) as refused:
        read_people(read_csv(text))
    (found,) = refused.value.faults
    assert (found.fault, found.line, found.column) == (fault, line, column)


@pytest.mark.parametrize(
    ("text", "day"), [("2026-12-31", 31), ("31.12.2026", 31), ("1.12.2026", 1), ("31.12.26", 31), ("01.12.26 ", 1)]
)
def test_a_date_with_dots_as_spreadsheets_show_it_begins_with_the_day(text: str, day: int) -> None:
    (person,) = read_people(read_csv(f"name;expires\nA;{text}\n"))
    assert person.expires == date(2026, 12, day)


def test_a_label_goes_before_the_name_and_an_email_twice_is_told() -> None:
    people = read_people(read_csv("LABEL,name,Email\n,Ann,a@example.com\nVIP,Bob,A@example.com\n"))
    assert [person.label for person in people] == ["Ann", "VIP"]
    assert repeated_emails(people) == ["a@example.com"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_a_text_of_ours_is_no_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless("Jane") == "Jane"
