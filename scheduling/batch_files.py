"""The CSV that a batch gives back: what came, and a `link` column."""

import json
from collections.abc import Callable

from models import Batch, Link
from parsing.csv_table import harmless, write_csv
from scheduling.batches import batch_cells, batch_links

LINK = "link"


def batch_file(batch: Batch, address: Callable[[Link], str | None]) -> bytes:
    """Return the columns that came and `link`, in their encoding and with their separator.

    Of a batch that was made by a count: number, label and link, in UTF-8 with a BOM, as spreadsheets want it.
    """
    if not batch.columns:
        numbered = [
            [str(row.link.position), harmless(row.link.label or batch.label), address(row.link) or ""]
            for row in batch_links(batch)
        ]
        return write_csv([["number", "label", LINK], *numbered], "utf-8-sig", ",")
    columns = json.loads(batch.columns)
    rows = [[*(cells or [""] * len(columns)), address(link) or ""] for link, cells in batch_cells(batch)]
    return write_csv([[*columns, LINK], *rows], batch.encoding, batch.separator)
