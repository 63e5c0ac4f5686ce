"""`anlan rebuild`: make stored projections anew from the facts."""

from datetime import datetime

import click

from anlan.management.output import city_zone
from anlan.management.terminal import tell


@click.group()
def rebuild() -> None:
    """Make projections anew from the facts.  重建投影。"""


@rebuild.command()
def standing() -> None:
    """The latest evidence of each rule and place.  各职责的最新证据。"""
    from anlan.actions.standing import rebuild_standing

    count = rebuild_standing(at=datetime.now(city_zone()))
    tell(f"已重建 {count} 行。", f"rebuilt {count} rows.")


@rebuild.command()
def tallies() -> None:
    """The gaps at the end of each of the last days.  近日每日日终的缺口数。"""
    from anlan.actions.tallies import rebuild_tallies

    count = rebuild_tallies(at=datetime.now(city_zone()))
    tell(f"已重建 {count} 行。", f"rebuilt {count} rows.")
