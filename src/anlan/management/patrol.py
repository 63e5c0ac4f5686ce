"""`anlan patrol`: what to guard how often, and rounds that nobody can predict. One module for each subcommand."""

import click

from anlan.management.patrol_plan import plan
from anlan.management.patrol_solve import solve


@click.group()
def patrol() -> None:
    """Unpredictable patrols.  不可预测的巡逻。"""


patrol.add_command(solve)
patrol.add_command(plan)
