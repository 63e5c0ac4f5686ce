"""Shifts planned from a file, recounted by the duties engine: its cadence as a scheme, its checkpoints as places."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from anlan.engine.facts import Adoption, Basis, CheckpointSpan, FactVersion, SubjectFacts
from anlan.engine.patrol_recount import Recount, ShiftOwing, owing, recounted
from anlan.engine.patrol_shifts import ShiftSpan
from anlan.engine.schemes import read_scheme_texts
from anlan.kernels.patrol.planning import Mix
from anlan.management.patrol_shapes import CadenceInput, PatrolPlanInput

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
BEGINS = datetime(2026, 3, 9, tzinfo=UTC)
"""The shift begins with the day, so that its minutes are minutes of the day."""

HEAD = """
id: file
edition: "1"
title: {zh: 文件, en: File}
valid: {from: 2026-01-01}
status: in-force
languages: [zh, en]
"""
TERMS = """
roles: [{id: operator, title: {zh: 运营单位, en: Operator}}]
evidence: [{id: scan, title: {zh: 巡查点扫码, en: Scan}}]
"""
DUTY = """
rules:
  - id: patrol
    kind: duty
    who: operator
    cadence: CADENCE
    evidence: scan
    title: {zh: 巡查, en: Patrol}
    cites: {label: practice}
"""


def recounted_file(given: PatrolPlanInput, mix: Mix, slot_s: int, *, draws: int, seed: int) -> Recount | None:
    """The shifts that a seed draws, as the duties engine counts them; None if it cannot say the file's cadence."""
    from anlan.kernels.patrol.drawing import columns

    groups: dict[str, list[str]] = {}
    codes = [[f"{number}/{one.id}" for one in beat.checkpoints] for number, beat in enumerate(given.beats)]
    for beat, names in zip(given.beats, codes, strict=True):
        for one, name in zip(beat.checkpoints, names, strict=True):
            bands = _bands(given.cadence if one.cadence is None else one.cadence, given.shift_min)
            if bands is None:
                return None
            groups.setdefault(bands, []).append(name)
    shift = ShiftSpan("S1", BEGINS.date(), BEGINS, BEGINS + timedelta(minutes=given.shift_min))
    owings = [
        _owing(number, bands, names, shift) for number, (bands, names) in enumerate(groups.items()) if bands
    ]
    known = [owed for owed in owings if owed is not None]
    if len(known) < len(owings):
        return None
    rounds = [beat.rounds for beat in mix.beats]
    drawn = columns(mix, draws, seed)
    return recounted(known, codes, rounds, drawn, start=BEGINS, slot=timedelta(seconds=slot_s))


def _owing(number: int, bands: str, names: list[str], shift: ShiftSpan) -> ShiftOwing | None:
    texts = {"scheme.yaml": HEAD, "terms.yaml": TERMS, "rules.yaml": DUTY.replace("CADENCE", bands)}
    scheme, _problems = read_scheme_texts(texts)
    if scheme is None:
        return None
    place = SubjectFacts(
        f"file-{number}", "place", "file", "", SINCE, None, (FactVersion(SINCE, None, {}),),
        checkpoints=tuple(CheckpointSpan(name) for name in names),
    )  # fmt: skip
    return owing(place, Basis((Adoption(scheme, SINCE),), (), ZoneInfo("UTC")), shift, [shift])


def _bands(cadence: list[CadenceInput], shift_min: float) -> str | None:
    """A cadence as a scheme writes it, empty if nothing is asked; None if its bands are not whole minutes."""
    bands = []
    for one in sorted(cadence, key=lambda one: one.from_min):
        until = shift_min if one.to_min is None else min(one.to_min, shift_min)
        if one.from_min >= until:
            continue
        if one.from_min % 1 or until % 1 or one.every_min * 60 % 1:
            return None
        between = [_clock(one.from_min), _clock(until)]
        bands.append({"between": between, "every": f"PT{int(one.every_min * 60)}S"})
    return json.dumps(bands) if bands else ""


def _clock(minutes: float) -> str:
    return f"{int(minutes) // 60 % 24:02}:{int(minutes) % 60:02}"
