"""Files of beats to be walked: read with everything that is wrong with them at once, minutes made into slots."""

import json
from itertools import pairwise
from math import ceil
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from anlan.engine.policy import Text
from anlan.kernels.patrol.beats import Beat, Beats, Windows
from anlan.management.game_files import GameProblem
from anlan.management.patrol_shapes import LONGEST_MIN, CadenceInput, PatrolPlanInput

_WORDS: dict[str, Text] = {
    "missing": Text(zh="缺少，请补上。", en="is missing; add it."),
    "square": Text(
        zh="walk_min 应是方阵，每个巡查点一行一列。",
        en="walk_min must be square, a row and a column for each checkpoint.",
    ),
    "times": Text(
        zh=f"walk_min 的时间应在 0 至 {LONGEST_MIN} 分钟之间。",
        en=f"walk_min holds times from 0 to {LONGEST_MIN} minutes.",
    ),
    "attack": Text(zh="attack_min 不能长于 shift_min。", en="attack_min may not be longer than shift_min."),
}


def read_beats(path: Path) -> tuple[PatrolPlanInput | None, list[GameProblem]]:
    """What the file says, or all that is wrong with it."""
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, RecursionError) as error:
        return None, [GameProblem("", Text(zh=f"无法读取：{error}", en=f"cannot be read: {error}"))]
    except json.JSONDecodeError as error:
        message = Text(
            zh=f"第 {error.lineno} 行不是有效的 JSON：{error.msg}",
            en=f"line {error.lineno} is not JSON: {error.msg}",
        )
        return None, [GameProblem("", message)]
    try:
        given = PatrolPlanInput.model_validate(document, strict=False)
    except ValidationError as error:
        return None, [_problem(dict(one)) for one in error.errors(include_url=False)]
    return given, _clashes(given)


def problem_of(given: PatrolPlanInput) -> tuple[Beats, int]:
    """The kernel's problem, and the seconds of its slots. Walking, dwell round up; windows, shift round inwards."""
    slot_s = given.slot_s or (60 if _whole_minutes(given) else 30)

    def slots(minutes: float) -> int:
        return ceil(minutes * 60 / slot_s - 1e-9)

    length = int(given.shift_min * 60 / slot_s + 1e-9)
    beats = tuple(
        Beat(
            name=beat.id,
            values=tuple(one.value for one in beat.checkpoints),
            walk=tuple(tuple(slots(time) for time in row) for row in beat.walk_min),
            dwell=tuple(max(slots(one.dwell_min), 1) for one in beat.checkpoints),
            windows=tuple(
                _windows(given.cadence if one.cadence is None else one.cadence, length, slot_s)
                for one in beat.checkpoints
            ),
            guards=beat.guards,
        )
        for beat in given.beats
    )
    return Beats(beats, length, min(max(slots(given.attack_min), 1), length), given.spare_guards), slot_s


def _windows(cadence: list[CadenceInput], length: int, slot_s: int) -> Windows:
    windows = []
    for one in sorted(cadence, key=lambda one: one.from_min):
        start = one.from_min
        until = length * slot_s / 60 if one.to_min is None else min(one.to_min, length * slot_s / 60)
        while start < until - 1e-9:
            end = min(start + one.every_min, until)
            opens, closes = ceil(start * 60 / slot_s - 1e-9), int(end * 60 / slot_s + 1e-9)
            if opens < closes:
                windows.append((opens, closes))
            start = end
    return tuple(windows)


def _whole_minutes(given: PatrolPlanInput) -> bool:
    cadences = [
        *given.cadence,
        *(one for beat in given.beats for place in beat.checkpoints for one in place.cadence or []),
    ]
    times = [
        given.shift_min, given.attack_min,
        *(time for one in cadences for time in (one.every_min, one.from_min, one.to_min or 0)),
        *(place.dwell_min for beat in given.beats for place in beat.checkpoints),
        *(time for beat in given.beats for row in beat.walk_min for time in row),
    ]  # fmt: skip
    return all(float(time).is_integer() for time in times)


def _clashes(given: PatrolPlanInput) -> list[GameProblem]:
    """What each member allows but all together do not: names given twice, windows over one another."""
    found = []
    names = [beat.id for beat in given.beats]
    for number, beat in enumerate(given.beats):
        if beat.id in names[:number]:
            found.append(_said(f"beats[{number}].id", f"“{beat.id}”重复。", f"'{beat.id}' is given twice."))
        places = [one.id for one in beat.checkpoints]
        for index, one in enumerate(beat.checkpoints):
            where = f"beats[{number}].checkpoints[{index}]"
            if one.id in places[:index]:
                found.append(_said(f"{where}.id", f"“{one.id}”重复。", f"'{one.id}' is given twice."))
            if one.cadence is not None:
                found += _overlaps(one.cadence, f"{where}.cadence")
    return [*_overlaps(given.cadence, "cadence"), *found]


def _overlaps(cadence: list[CadenceInput], where: str) -> list[GameProblem]:
    bands = sorted((one.from_min, LONGEST_MIN if one.to_min is None else one.to_min) for one in cadence)
    if any(start >= end for start, end in bands):
        return [_said(where, "to_min 应晚于 from_min。", "to_min must be after from_min.")]
    if any(later[0] < earlier[1] for earlier, later in pairwise(bands)):
        return [_said(where, "各时段不能重叠。", "the bands may not overlap.")]
    return []


def _problem(error: dict[str, Any]) -> GameProblem:
    where = ""
    for part in error["loc"]:
        where += f"[{part}]" if isinstance(part, int) else f".{part}" if where else str(part)
    kind = str(error["type"])
    word = str(error["msg"]).removeprefix("Value error, ") if kind == "value_error" else kind
    if word in _WORDS:
        return GameProblem(where, _WORDS[word])
    limits = {key: value for key, value in error.get("ctx", {}).items() if isinstance(value, int | float)}
    if limits:
        limit = next(iter(limits.values()))
        sign = {"greater_than": ">", "greater_than_equal": "≥", "less_than": "<", "less_than_equal": "≤"}.get(
            kind
        )
        if sign:
            return _said(where, f"应{sign} {limit:g}。", f"must be {sign} {limit:g}.")
        return _said(
            where, f"个数不合要求（{limit:g}）。", f"does not have the number of items asked ({limit:g})."
        )
    return _said(where, "类型不对。", f"is of the wrong sort: {error['msg']}.")


def _said(where: str, zh: str, en: str) -> GameProblem:
    return GameProblem(where, Text(zh=zh, en=en))
