"""The `anlan` command: a table of commands, each imported only when it is called."""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass
from pathlib import Path

import click

from anlan.management.terminal import both


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command lives and what it does, so that `anlan --help` need not import it."""

    target: str
    chinese: str
    english: str
    needs_django: bool = True
    needs_tables: bool = False


COMMANDS: dict[str, Entry] = {
    "serve": Entry(
        "anlan.management.serve:serve",
        "启动网站和后台任务",
        "start the web server and the worker",
        needs_django=False,
    ),
    "worker": Entry("anlan.management.worker:worker", "只运行后台任务", "run the background worker alone"),
    "scheme": Entry("anlan.management.scheme:scheme", "检查、采用方案", "check and adopt schemes"),
    "why": Entry("anlan.management.why:why", "场所的职责及其依据", "what a place owes, and why"),
    "gaps": Entry("anlan.management.gaps:gaps", "缺口：应有而无证据", "what is missing", needs_tables=True),
    "import": Entry(
        "anlan.management.imports:imports",
        "导入场所或地图",
        "bring in places or a map extract",
        needs_tables=True,
    ),
    "patrol": Entry(
        "anlan.management.patrol:patrol",
        "不可预测的巡逻",
        "patrols that nobody can predict",
        needs_django=False,
    ),
    "cap": Entry(
        "anlan.management.cap:cap",
        "CAP 预警消息：检查、接收、证书",
        "CAP messages: check, take in, certificate",
        needs_django=False,
    ),
    "signals": Entry(
        "anlan.management.signals:signals",
        "情况报告：接收邮件、到期清除",
        "signals: take e-mails in, erase old words",
        needs_tables=True,
    ),
    "schema": Entry("anlan.management.schema:schema", "命令的 JSON Schema", "JSON Schema of a command"),
    "bench": Entry("anlan.management.bench:bench", "性能基准", "run the benchmarks"),
    "demo": Entry("anlan.management.demo:demo", "演示城市", "the demo city", needs_tables=True),
    "rebuild": Entry(
        "anlan.management.rebuild:rebuild", "重建投影", "make projections anew", needs_tables=True
    ),
    "user": Entry(
        "anlan.management.users:user",
        "账号：建立、授权、重设密码",
        "accounts: make, grant, set a password",
        needs_tables=True,
    ),
    "manage": Entry("anlan.management.manage:manage", "Django 管理命令", "pass a command on to Django"),
}


def start_django() -> None:
    """Load settings and models once; harmless when that has been done."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.project.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def prepare_tables() -> None:
    """Make or bring up to date the tables of this data folder, so that any command can be the first."""
    from anlan.management.preparation import migrate

    migrate()


class CommandTable(click.Group):
    """A group that knows its commands by name and imports the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return super().get_command(ctx, cmd_name)
        if entry.needs_django:
            start_django()
        if entry.needs_tables:
            prepare_tables()
        module, _, name = entry.target.partition(":")
        command = getattr(importlib.import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.target} is not a click command")
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, both(entry.chinese, entry.english)) for name, entry in COMMANDS.items()]
        with formatter.section("Commands 命令"):
            formatter.write_dl(rows)


def _use_folder(_ctx: click.Context, _option: click.Parameter, data: Path | None) -> None:
    """Name the data folder while options are read: settings are loaded as soon as the command is looked up."""
    if data is not None:
        os.environ["ANLAN_DATA"] = str(data.expanduser().resolve())


@click.group(
    cls=CommandTable, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110}
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    callback=_use_folder,
    expose_value=False,
    help="数据文件夹（默认 ./data 或 ANLAN_DATA）  folder of the data",
)
def main() -> None:
    """安澜：城市安全防范与应急准备。 Anlan: a city's plan, run."""


if __name__ == "__main__":
    main()
