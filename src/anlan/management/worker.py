"""`anlan worker`: takes jobs from the database and does them, until it is told to stop."""

import click
from django.core.management import call_command


@click.command()
@click.option("--batch", is_flag=True, help="做完现有任务即退出  stop when nothing is left to do")
def worker(batch: bool) -> None:
    """Run the background worker.  运行后台任务。"""
    call_command("db_worker", queue_name="*", batch=batch, interval=1, startup_delay=False)
