"""What commands write: one JSON document or a readable table; and the times they read."""

import json
import os
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from anlan.engine.policy import Text
from anlan.management.terminal import both

as_json = click.option("--json", "as_json", is_flag=True, help="输出 JSON  write one JSON document")


class When(click.ParamType["datetime"]):
    """A date (its first moment) or a time from 2000 to 2199; without an offset it is the city's local time."""

    name = "when"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            found = _read(str(value))
        except ValueError:
            self.fail(
                both(
                    f"无法读懂时间“{value}”，请写成 2026-11-23 或 2026-11-23T19:30+08:00，"
                    f"年份 {EARLIEST} 至 {LATEST}。",
                    f"cannot read the time '{value}'; write 2026-11-23 or 2026-11-23T19:30+08:00, "
                    f"of a year from {EARLIEST} to {LATEST}.",
                ),
                param,
                ctx,
            )
        return found


WHEN = When()
EARLIEST, LATEST = 2000, 2199
"""The years that can be asked about, so that no reckoning with them can overflow."""


def city_zone() -> ZoneInfo:
    """The city's time zone, from the environment as the settings read it."""
    return ZoneInfo(os.environ.get("ANLAN_TIME_ZONE") or "Asia/Shanghai")


def write_json(document: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str, allow_nan=False))


def write_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A readable table on standard output."""
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console(width=None if os.isatty(1) else 160, highlight=False).print(table)


def in_terminal_language(text: Text) -> str:
    """English where the terminal is set to it, otherwise Chinese."""
    return text.in_language("en" if _is_english() else "zh")


def joined(parts: Iterable[str]) -> str:
    """Several short sentences on one line, as the terminal's language joins them."""
    return ("; " if _is_english() else "；").join(parts)


def _is_english() -> bool:
    setting = os.environ.get("ANLAN_LANGUAGE") or os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return setting.lower().startswith("en")


def _read(text: str) -> datetime:
    if len(text) == len("2026-11-23"):
        found = datetime.combine(date.fromisoformat(text), time())
    else:
        found = datetime.fromisoformat(text)
    if not EARLIEST <= found.year <= LATEST:
        raise ValueError(text)
    return found if found.tzinfo else found.replace(tzinfo=city_zone())
