"""`anlan scheme`: check the files of schemes, adopt one."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from anlan.engine.plain import plain_problem
from anlan.engine.policy import Problem
from anlan.engine.schemes import read_scheme, run_cases
from anlan.management.cli import prepare_tables
from anlan.management.output import WHEN, as_json, city_zone, in_terminal_language, write_json
from anlan.management.terminal import both, tell


@click.group()
def scheme() -> None:
    """Schemes: the plan as data.  方案。"""


@scheme.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DIR...")
@as_json
def check(folders: tuple[Path, ...], as_json: bool) -> None:
    """Read schemes, report every problem, and run their cases.  检查方案并运行用例。"""
    found: list[dict[str, Any]] = []
    for folder in folders:
        read, problems = read_scheme(folder)
        if read is not None and not problems:
            problems = run_cases(read)
        found.append(
            {
                "id": read.id if read else folder.name,
                "edition": read.edition if read else None,
                "rules": len(read.rules) if read else 0,
                "cases": len(read.cases) if read else 0,
                "problems": [plain_problem(problem) for problem in problems],
            }
        )
        if not as_json:
            _show(found[-1], problems)
    if as_json:
        write_json({"schemes": found})
    raise SystemExit(1 if any(one["problems"] for one in found) else 0)


@scheme.command()
@click.argument("name")
@click.option("--from", "valid_from", type=WHEN, help="自何时起  from when (default: now)")
def adopt(name: str, valid_from: datetime | None) -> None:
    """Adopt a scheme by its id in the schemes folder, or by its folder.  采用方案。"""
    from django.conf import settings

    from anlan.actions.schemes import adopt as adopt_edition
    from anlan.actions.schemes import store_folder

    prepare_tables()
    at = datetime.now(city_zone())
    folder = Path(name) if Path(name).is_dir() else settings.SCHEMES / name
    edition, problems = store_folder(folder, by=None, at=at)
    if edition is None:
        for problem in problems:
            click.echo(f"{problem.file}:{problem.line} {in_terminal_language(problem.message)}", err=True)
        raise SystemExit(1)
    if edition.adoptions.filter(valid_until__isnull=True).exists():
        tell(f"{edition.scheme} 已在采用。", f"{edition.scheme} is adopted already.")
        return
    adopt_edition(edition, valid_from=valid_from or at, by=None, at=at)
    tell(f"已采用 {edition.scheme} {edition.edition}。", f"adopted {edition.scheme} {edition.edition}.")


def _show(one: dict[str, Any], problems: Sequence[Problem]) -> None:
    rules, cases = one["rules"], one["cases"]
    click.echo(
        both(
            f"{one['id']}：规则 {rules}，用例 {cases}，问题 {len(problems)}",
            f"{rules} rules, {cases} cases, {len(problems)} problems",
        )
    )
    for problem in problems:
        click.echo(
            f"  {problem.file}:{problem.line} [{problem.rule}] {in_terminal_language(problem.message)}"
        )
        click.echo(f"      → {in_terminal_language(problem.mend)}")
