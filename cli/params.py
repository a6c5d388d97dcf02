"""Click parameter types, and commands whose errors are one line on standard error and exit 1."""

import os
import sqlite3
from datetime import date, datetime
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from i18n.timezones import parse_timezone
from middleware.exception_log import error_code
from parsing.email_addresses import clean_email, is_email
from parsing.values import parse_date, parse_instant


class CommandError(click.ClickException):
    """An error in one line; click prints it to standard error and exits with 1."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


class _Strict:
    """Turns click's own usage errors and database errors into a CommandError."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        try:
            return super().make_context(*args, **kwargs)  # type: ignore[misc,no-any-return]
        except click.exceptions.NoArgsIsHelpError as error:
            raise CommandError(f"{error.ctx.command_path}: say what to do, see --help") from None
        except click.UsageError as error:
            raise CommandError(error.format_message()) from None

    def invoke(self, ctx: click.Context) -> Any:
        mask = os.umask(0o077)  # what a command writes, a new database above all, is for its own user
        try:
            return super().invoke(ctx)  # type: ignore[misc]
        except click.UsageError as error:
            raise CommandError(error.format_message()) from None
        except (DBAPIError, sqlite3.Error) as error:
            why = error_code(error)
            raise CommandError(f"The database does not answer as it should; try 'db upgrade': {why}") from None
        finally:
            os.umask(mask)


class Command(_Strict, click.Command):
    pass


class Group(_Strict, AppGroup):
    command_class = Command


class LineParam(click.ParamType[str]):
    """A text of one line with at most `max_length` characters; it may be empty only if `empty`."""

    name = "text"

    def __init__(self, max_length: int, empty: bool = False) -> None:
        self.max_length, self.empty = max_length, empty

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        value = value.strip()
        if not value and not self.empty:
            self.fail("must not be empty", param, ctx)
        if len(value) > self.max_length:
            self.fail(f"at most {self.max_length} characters", param, ctx)
        if not value.isprintable():
            self.fail("has a character that can't be used here", param, ctx)
        return value


class EmailParam(LineParam):
    name = "email"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        value = super().convert(clean_email(value), param, ctx)
        if not is_email(value):
            self.fail(f"{value!r} is not an email address", param, ctx)
        return value


class DateParam(click.ParamType[date]):
    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        day = value if isinstance(value, date) else parse_date(value)
        if day is None:
            self.fail(f"{value!r} is not a date such as 2026-12-24", param, ctx)
        return day


class InstantParam(click.ParamType[datetime]):
    name = "instant"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        at = value if isinstance(value, datetime) else parse_instant(value)
        if at is None:
            self.fail(f"{value!r} is not an instant such as 2026-12-24T09:00:00Z", param, ctx)
        return at


class TimezoneParam(click.ParamType[str]):
    name = "zone"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if parse_timezone(value) is None:
            self.fail(f"{value!r} is not a time zone such as Europe/Berlin", param, ctx)
        return value
