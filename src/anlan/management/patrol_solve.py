"""`anlan patrol solve`: how often to cover what against somebody who watches first."""

from pathlib import Path
from typing import Any, NoReturn

import click

from anlan.management.game_files import GameProblem, NamedGame, read_games
from anlan.management.output import as_json, write_json, write_table
from anlan.management.terminal import both

SHOWN = 20
"""So many problems, and so many targets of one game, are shown at the most; JSON has all targets."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@as_json
def solve(file: Path, as_json: bool) -> None:
    """Solve one security game or a list of them: what to cover how often.  求解安全博弈：各目标的设防频率。"""
    games, several, problems = read_games(file)
    if problems:
        refuse_problems(file, problems)
    answers = [_answer(named) for named in games]
    if as_json:
        write_json(answers if several else answers[0])
        return
    for answer in answers:
        _show(answer)


def _answer(named: NamedGame) -> dict[str, Any]:
    from anlan.kernels.patrol.games import TargetGame
    from anlan.kernels.patrol.matrix_games import best_commitment
    from anlan.kernels.patrol.target_games import best_coverage

    answer: dict[str, Any] = {"name": named.name} if named.name else {}
    if isinstance(named.game, TargetGame):
        found = best_coverage(named.game)
        return answer | {
            "coverage": found.coverage.tolist(),
            "attacked_target": found.attacked_target,
            "defender_utility": found.defender_utility,
            "attacker_utility": found.attacker_utility,
        }
    best = best_commitment(named.game)
    return (
        answer
        | {
            "commitment": best.mixture.tolist(),
            "response": best.response,
            "leader_value": best.leader_value,
            "follower_value": best.follower_value,
        }
        | ({"response_name": named.columns[best.response]} if named.columns else {})
    )


def refuse_problems(file: Path, problems: list[GameProblem]) -> NoReturn:
    """Say what is wrong with a file, and end with status 2."""
    for problem in problems[:SHOWN]:
        where = f"{file} {problem.where}".strip()
        click.echo(both(f"{where}：{problem.message.zh}", f"{where}: {problem.message.en}"), err=True)
    if more := len(problems) - SHOWN if len(problems) > SHOWN else 0:
        click.echo(both(f"另有 {more} 处。", f"and {more} more."), err=True)
    raise SystemExit(2)


def _show(answer: dict[str, Any]) -> None:
    if "coverage" in answer:
        shares, marked = answer["coverage"], answer["attacked_target"]
        columns = ("目标 target", "设防 coverage", "")
        worth = f"{round(answer['defender_utility'], 9):g} / {round(answer['attacker_utility'], 9):g}"
        title = both(f"防守方/攻击方收益 {worth}", f"defender / attacker {worth}")
        mark = both("攻击者选择", "attacked")
    else:
        shares, marked = answer["commitment"], None
        columns = ("行 row", "概率 probability", "")
        response, worth = (
            answer.get("response_name", answer["response"]),
            f"{round(answer['leader_value'], 9):g}",
        )
        title = both(f"对方应答 {response}，收益 {worth}", f"answered by {response}, worth {worth}")
        mark = ""
    order = sorted(range(len(shares)), key=lambda number: (number != marked, -shares[number], number))[:SHOWN]
    rows = [(number, f"{shares[number]:.4%}", mark if number == marked else "") for number in order]
    click.echo(f"{answer.get('name', '')} {title}".strip())
    write_table("", columns, rows)
    if len(shares) > SHOWN:
        left = len(shares) - SHOWN
        click.echo(both(f"另有 {left} 个，见 --json。", f"and {left} more, with --json."))
