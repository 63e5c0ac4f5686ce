"""What `anlan serve` does to the data before it serves; every step is skipped when it is done already."""

from __future__ import annotations

import click
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from anlan.actions.cap_keys import own_key
from anlan.management.cli import COMMANDS, main
from anlan.management.terminal import both, tell


def migrate() -> None:
    """Bring the tables up to date."""
    executor = MigrationExecutor(connection)
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    tell("更新数据库结构 …", "bringing the database up to date …")
    call_command("migrate", interactive=False, verbosity=0)


def is_empty() -> bool:
    """Whether nobody and nothing has been entered yet."""
    return not any(apps.get_model("anlan", name).objects.exists() for name in ("User", "Place"))


def load_demo(schemes: tuple[str, ...]) -> None:
    """Fill the empty database with the demo city."""
    if "demo" in COMMANDS:
        tell("载入演示城市 …", "loading the demo city …")
        _call("demo", "load", *_scheme_options(schemes))


def adopt(schemes: tuple[str, ...]) -> None:
    """Adopt the schemes that were named, where they are not yet."""
    for scheme in schemes:
        _call("scheme", "adopt", scheme)


def ready_signing_key() -> None:
    """Make the key that signs CAP messages, where there is none yet."""
    own_key(at=timezone.now())


def explain_first_administrator() -> None:
    """Tell how a real installation gets its first account."""
    tell(
        "尚无账号：请运行 `anlan user create NAME --role administrator` 建立首位管理员。",
        "there is no account yet: make the first administrator with `anlan user create NAME --role administrator`.",
    )


def show_demo_accounts() -> None:
    """Print the accounts of the demo city, when this is one."""
    if "demo" in COMMANDS:
        _call("demo", "accounts")


def let_go() -> None:
    """Close the database before other processes use it."""
    connections.close_all()


def _scheme_options(schemes: tuple[str, ...]) -> list[str]:
    return [part for scheme in schemes for part in ("--scheme", scheme)]


def _call(*arguments: str) -> None:
    """Carry out another command of `anlan` in this process."""
    try:
        main.main(args=list(arguments), prog_name="anlan", standalone_mode=False)
    except click.ClickException as error:
        raise SystemExit(
            both("命令失败：", f"anlan {' '.join(arguments)}: {error.format_message()}")
        ) from error
