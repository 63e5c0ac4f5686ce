"""`anlan patrol plan`: rounds that keep every window and cannot be foretold, with the numbers that prove it."""

from pathlib import Path
from time import perf_counter
from typing import Any

import click

from anlan.kernels.patrol.attacker import Proof
from anlan.kernels.patrol.beats import Infeasible, Rounds
from anlan.management.output import as_json, write_json, write_table
from anlan.management.patrol_files import problem_of, read_beats
from anlan.management.patrol_recount import recounted_file
from anlan.management.patrol_shapes import PatrolPlanInput
from anlan.management.patrol_solve import refuse_problems
from anlan.management.terminal import both, tell

BIN_MIN = 5
"""The next visit is foretold to within so many minutes."""


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), required=True, help="随机种子  seed of the draw")
@click.option(
    "--shifts", type=click.IntRange(1, 10_000), default=1, show_default=True, help="班次数  shifts drawn"
)
@click.option(
    "--seconds",
    type=click.FloatRange(0.1, 3600),
    default=40.0,
    show_default=True,
    help="求解时间  time to search",
)
@click.option(
    "--draws",
    type=click.IntRange(2, 10_000_000),
    default=100_000,
    show_default=True,
    help="攻击者观察的班次  shifts the attacker sees",
)
@as_json
def plan(file: Path, seed: int, shifts: int, seconds: float, draws: int, as_json: bool) -> None:
    """Plan rounds for beats; draw shifts; prove them against an attacker.  规划巡逻：抽取班次并给出证明。"""
    given, problems = read_beats(file)
    if given is None or problems:
        refuse_problems(file, problems)
    answer = _answer(given, seed, shifts, seconds, draws)
    if as_json:
        write_json(answer)
    else:
        _show(answer)
    raise SystemExit(0 if answer["feasible"] else 1)


def _answer(given: PatrolPlanInput, seed: int, shifts: int, seconds: float, draws: int) -> dict[str, Any]:
    from anlan.kernels.patrol.attacker import prove
    from anlan.kernels.patrol.baselines import baselines
    from anlan.kernels.patrol.drawing import draw
    from anlan.kernels.patrol.planning import plan as planned

    problem, slot_s = problem_of(given)
    begun = perf_counter()
    mix = planned(problem, seed=seed, seconds=seconds)
    spent = perf_counter() - begun
    if isinstance(mix, Infeasible):
        return {"feasible": False, "infeasible": f"infeasible: {_needs(mix)}", "needs_guards": mix.needs or None,
                "beat": mix.beat, "reason": mix.reason, "seconds": round(spent, 3)}  # fmt: skip
    tell("正在核验", "proving")
    bins = max(BIN_MIN * 60 // slot_s, 1)
    proof = prove(mix, draws=draws, seed=seed + 1, bin_slots=bins)
    recount = recounted_file(given, mix, slot_s, draws=draws, seed=seed + 1)
    drawn = [draw(mix, _seed(seed, number)) for number in range(shifts)]
    return {
        "feasible": True,
        "schedules": [
            {"shift": number, "seed": _seed(seed, number), "guards": _guards(given, rounds, slot_s)}
            for number, rounds in enumerate(drawn)
        ],
        "exploitability": proof.exploitability,
        "expected_loss": mix.loss,
        "upper_bound": mix.bound,
        "gap": mix.gap if mix.bound > 0 else None,
        "cadence_kept": proof.cadence_kept,
        "conditional_entropy_bits": proof.conditional_entropy_bits,
        "proof_draws": proof.draws,
        "recounted": recount.as_json() if recount else None,
        "baselines": {
            name: _numbers(one) for name, one in baselines(mix, seed=seed + 2, bin_slots=bins).items()
        },
        "slot_s": slot_s,
        "turns": mix.turns,
        "seconds": round(spent, 3),
    }


def _seed(seed: int, number: int) -> int:
    """Shift `number` of a plan has a seed of its own, so that it can be drawn again alone."""
    import numpy as np

    return int(np.random.SeedSequence([seed, number]).generate_state(1, np.uint64)[0])


def _needs(found: Infeasible) -> str:
    return (
        f"needs {found.needs} guards in beat {found.beat}"
        if found.needs
        else f"beat {found.beat} cannot be kept"
    )


def _numbers(proof: Proof) -> dict[str, float]:
    return {
        "exploitability": proof.exploitability,
        "cadence_kept": proof.cadence_kept,
        "conditional_entropy_bits": proof.conditional_entropy_bits,
    }


def _guards(given: PatrolPlanInput, rounds: Rounds, slot_s: int) -> list[dict[str, Any]]:
    return [
        {
            "beat": beat.id,
            "guard": number + 1,
            "spare": helped and number == len(guards) - 1,
            "visits": [
                {
                    "checkpoint": beat.checkpoints[visit.checkpoint].id,
                    "arrive_min": visit.arrive * slot_s / 60,
                    "leave_min": visit.leave * slot_s / 60,
                }
                for visit in one
            ],
        }
        for beat, guards, helped in zip(given.beats, rounds.beats, rounds.helped, strict=True)
        for number, one in enumerate(guards)
    ]


def _show(answer: dict[str, Any]) -> None:
    if not answer["feasible"]:
        needs = answer["needs_guards"]
        zh = f"需要 {needs} 名保安员" if needs else "无论多少保安员都无法满足"
        click.echo(both(f"不可行：{answer['beat']} {zh}。", f"{answer['infeasible']}: {answer['reason']}."))
        return
    click.echo(
        both(
            f"可利用度 {answer['exploitability']:.4g}，界 {answer['upper_bound']:.4g}，"
            f"频次保持 {answer['cadence_kept']:.2%}，条件熵 {answer['conditional_entropy_bits']:.2f} 比特。",
            f"exploitability {answer['exploitability']:.4g}, bound {answer['upper_bound']:.4g}, cadence kept "
            f"{answer['cadence_kept']:.2%}, conditional entropy {answer['conditional_entropy_bits']:.2f} bits.",
        )
    )
    recount = answer["recounted"]
    if recount:
        kept, seen = f"{recount['kept']:,}", f"{recount['draws']:,}"
        click.echo(
            both(
                f"职责引擎复核：{seen} 个抽取班次中 {kept} 个每个时间窗均有扫码。",
                f"Recounted by the duties engine: {kept} of {seen} drawn shifts leave no window without its scan.",
            )
        )
    rows = [
        (
            name,
            f"{one['exploitability']:.4g}",
            f"{one['cadence_kept']:.2%}",
            f"{one['conditional_entropy_bits']:.2f}",
        )
        for name, one in answer["baselines"].items()
    ]
    write_table("", ("基线 baseline", "可利用度 exploitability", "频次 cadence", "条件熵 bits"), rows)
    for schedule in answer["schedules"]:
        legs = [
            (
                guard["beat"],
                guard["guard"],
                visit["checkpoint"],
                _clock(visit["arrive_min"]),
                _clock(visit["leave_min"]),
            )
            for guard in schedule["guards"]
            for visit in guard["visits"]
        ]
        title = both(f"班次 {schedule['shift'] + 1}", f"shift {schedule['shift'] + 1}")
        write_table(
            title, ("片区 beat", "保安员 guard", "巡查点 checkpoint", "到达 arrive", "离开 leave"), legs
        )


def _clock(minutes: float) -> str:
    seconds = round(minutes * 60)
    return f"+{seconds // 3600}:{seconds // 60 % 60:02}" + (f":{seconds % 60:02}" if seconds % 60 else "")
