"""The migrations, for commands and for the start of a server. Whoever imports this loads Alembic, 12 MB."""

from pathlib import Path

from flask import Flask
from flask_migrate import Migrate

from database.session import db

FOLDER = Path(__file__).parent.parent / "migrations"


def add_migrations(app: Flask) -> Migrate:
    """Let Flask-Migrate know the app and our migrations; return its extension."""
    return Migrate(app, db, directory=str(FOLDER))
