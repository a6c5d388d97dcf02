"""All data of an owner in one ZIP file: a CSV and a JSON file for each table. Secrets are left out."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import IO, Any

from sqlalchemy import Column, LargeBinary, Table, select

from availability.opening_hours import format_windows
from availability.slots import Availability
from database import Base, db
from models import Logo, Owner
from parsing.csv_cells import safe_cell
from parsing.questions import Question

SECRETS = {"password_hash", "stamp"}
"""Columns that are no data of the owner's; so are those of bytes: hashes, salts, and the logo, which is a file."""


def write_export(owner_id: int, file: IO[bytes]) -> None:
    """Write the ZIP file with all rows of the owner. The caller has begun a snapshot, so that they fit together."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in Base.metadata.sorted_tables:
            key = table.c.id if table.name == Owner.__tablename__ else table.c.get("owner_id")
            columns = [column for column in table.columns if _is_data(column)]
            if key is not None and len(columns) > 1:
                _write_table(archive, table, columns, owner_id, key)
        if image := db.session.scalar(select(Logo.image).where(Logo.owner_id == owner_id)):
            archive.writestr("logo.webp", image)


def _is_data(column: Column[Any]) -> bool:
    return column.name not in SECRETS and not isinstance(column.type, LargeBinary)


def _write_table(
    archive: zipfile.ZipFile, table: Table, columns: Sequence[Column[Any]], owner_id: int, key: Column[Any]
) -> None:
    names = [column.name for column in columns]
    query = select(*columns).where(key == owner_id).order_by(*table.primary_key)
    with archive.open(f"{table.name}.csv", "w") as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(names)
        for row in _rows(query):
            writer.writerow([safe_cell(value if isinstance(value, str) else _as_json(value)) for value in row])
    with archive.open(f"{table.name}.json", "w") as raw, io.TextIOWrapper(raw, "utf-8") as text:
        text.write("[")
        for count, row in enumerate(_rows(query)):
            text.write(",\n" if count else "\n")
            text.write(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False))
        text.write("\n]\n")


def _rows(query: Any) -> Iterator[list[Any]]:
    for row in db.session.execute(query, execution_options={"yield_per": 1000}):
        yield [_plain(value) for value in row]


def _as_json(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _plain(value: Any) -> Any:
    """Return the value as JSON has it; instants are in UTC (RFC 3339)."""
    match value:
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return value.isoformat()
        case Availability():
            week = [format_windows(windows) for windows in value.week]
            return {"week": week, "overrides": {str(day): format_windows(ws) for day, ws in value.overrides.items()}}
        case Question():
            return {"question": value.label, "kind": value.kind, "options": value.options, "required": value.required}
        case tuple() | list():
            return [_plain(each) for each in value]
    return value
