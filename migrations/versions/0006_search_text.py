"""Searches fold letters that Unicode does not decompose, apostrophes and hyphens: what is stored is written anew."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ALIKE = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
    | dict.fromkeys("’‘ʼʻ′`´", "'")
    | dict.fromkeys("‐‑‒–—―−", "-")
)


def upgrade() -> None:
    _rewrite(ALIKE)


def downgrade() -> None:
    _rewrite({})


def _rewrite(alike: dict[int, str]) -> None:
    """Write the search text of every booking as `normalize_for_search` made it at this revision."""
    bookings = sa.table("bookings", sa.column("id"), sa.column("name"), sa.column("email"), sa.column("search_text"))
    connection = op.get_bind()
    for row in connection.execute(sa.select(bookings)).all():
        letters = unicodedata.normalize("NFKD", f"{row.name} {row.email}".casefold().translate(alike))
        text = "".join(
            letter if letter.isprintable() else " " for letter in letters if not unicodedata.combining(letter)
        )
        if text != row.search_text:
            connection.execute(sa.update(bookings).where(bookings.c.id == row.id).values(search_text=text))
