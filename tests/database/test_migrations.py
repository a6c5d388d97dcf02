"""Migrations and models agree, on both databases; also in what Alembic does not compare by itself."""

from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text
from support.postgres import new_database

from database import Base, db

POSTGRES_SAYS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'
UNION ALL SELECT tablename, indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND tablename <> 'alembic_version'
UNION ALL SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT '', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1, 2, 3"""
SQLITE_SAYS = """
SELECT tbl_name, name, sql FROM sqlite_schema WHERE tbl_name <> 'alembic_version' AND type IN ('trigger', 'index')
ORDER BY 1, 2"""


def what_holds(app: Flask) -> list[tuple[str, ...]]:
    """Return the constraints, indexes and triggers of a database, white space folded."""
    with app.app_context(), db.engine.connect() as connection:
        rows = connection.execute(text(SQLITE_SAYS if db.engine.dialect.name == "sqlite" else POSTGRES_SAYS))
        found = [tuple(" ".join(str(value).split()) for value in row) for row in rows]
        for table in inspect(connection).get_table_names():
            found += [
                (table, str(check["name"]), check["sqltext"])
                for check in inspect(connection).get_check_constraints(table)
            ]
        return sorted(found)


def made_from_models(url: str, folder: Path, app_on: Callable[..., Flask], request: pytest.FixtureRequest) -> Flask:
    """Return the app over a database that the models made, without a migration."""
    if url.startswith("sqlite"):
        fresh = f"sqlite:///{folder / 'models.db'}"
    else:
        fresh = new_database(request.getfixturevalue("postgres_server"), "models")
    app = app_on(fresh)
    with app.app_context():
        Base.metadata.create_all(db.engine)
    return app


def test_migrations_and_models_agree(
    app: Flask, database_url: str, tmp_path: Path, app_on: Callable[..., Flask], request: pytest.FixtureRequest
) -> None:
    with app.app_context(), db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    other = made_from_models(database_url, tmp_path, app_on, request)
    assert what_holds(app) == what_holds(other)
    assert "one_owner_one_place" in str(what_holds(app))
    assert "renew_stamp" in str(what_holds(app))


def test_migrations_can_be_taken_back_and_run_again(app: Flask) -> None:
    before = what_holds(app)
    with app.app_context():
        downgrade(revision="base")
        assert what_holds(app) == []
        upgrade()
        upgrade()
    assert what_holds(app) == before
