"""Places, records and waivers as the array engine wants them, and its answers in a form to be compared."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

from anlan.engine.board import (
    FOREVER,
    BoardPosture,
    BoardRegister,
    BoardStates,
    CompiledDuties,
    MarkRows,
    PointRows,
    WaiverRows,
    align,
    column_of,
    compile_duties,
    instant_of,
    resolved,
    states_at,
)
from anlan.engine.facts import (
    Basis,
    EvidenceMark,
    PostureSpan,
    SubjectFacts,
    WaiverSpan,
)
from anlan.engine.standing import STATES, state_now

EVENTS = ("rebuilt", "moved")


def register_of(places: Sequence[SubjectFacts], whole: Sequence[PostureSpan] = ()) -> BoardRegister:
    """The same places as columns; the spans of `whole` are told of the city, not of each place."""
    names = sorted({name for one in places for version in one.versions for name in version.values})
    rows = [(number, version) for number, one in enumerate(places) for version in one.versions]
    happened = {
        kind: [
            (number, occurrence.at.timestamp())
            for number, one in enumerate(places)
            for occurrence in one.occurrences
            if occurrence.kind == kind
        ]
        for kind in EVENTS
    }
    return BoardRegister(
        codes=[one.code for one in places],
        district=np.array([number % 3 for number in range(len(places))], dtype=np.int32),
        registered=np.array([one.registered.timestamp() for one in places]),
        closed=np.array([one.closed.timestamp() if one.closed else np.inf for one in places]),
        row_place=np.array([number for number, _ in rows], dtype=np.int32),
        row_start=np.array([version.start.timestamp() for _, version in rows]),
        facts={name: column_of([version.values.get(name) for _, version in rows]) for name in names},
        checkpoints=points_of(places),
        postures=[
            BoardPosture(
                span.level,
                span.start.timestamp(),
                span.end.timestamp() if span.end else np.inf,
                np.array([number], dtype=np.int32),
            )
            for number, one in enumerate(places)
            for span in one.postures
            if span not in whole
        ]
        + [
            BoardPosture(span.level, span.start.timestamp(), span.end.timestamp() if span.end else np.inf)
            for span in whole
        ],
        occurrences={
            kind: (
                np.array([n for n, _ in rows], dtype=np.int32),
                np.array([t for _, t in rows], dtype=float),
            )
            for kind, rows in happened.items()
        },
    )


def points_of(places: Sequence[SubjectFacts]) -> PointRows:
    """The checkpoints of all places, place by place."""
    points = [(number, point) for number, one in enumerate(places) for point in one.checkpoints]
    return PointRows(
        np.array([number for number, _ in points], dtype=np.int32),
        np.array([point.opened.timestamp() if point.opened else -np.inf for _, point in points], dtype=float),
        np.array([point.closed.timestamp() if point.closed else np.inf for _, point in points], dtype=float),
    )


def rows_of(
    compiled: CompiledDuties, places: Sequence[SubjectFacts], marks: Sequence[EvidenceMark]
) -> MarkRows:
    index = {one.code: number for number, one in enumerate(places)}
    own = [(one.code, point.code) for one in places for point in one.checkpoints]
    points = {name: number for number, name in enumerate(own)}
    return MarkRows(
        rule=np.array([compiled.rule_number.get((m.scheme, m.rule), -1) for m in marks], dtype=np.int32),
        place=np.array([index[m.subject] for m in marks], dtype=np.int32),
        checkpoint=np.array([points.get((m.subject, m.checkpoint or ""), -1) for m in marks], dtype=np.int32),
        effective=np.array([m.effective.timestamp() for m in marks], dtype=float),
        expires=np.array([m.expires.timestamp() if m.expires else np.nan for m in marks], dtype=float),
        quantity=np.array([np.nan if m.quantity is None else m.quantity for m in marks], dtype=float),
    )


def latest_of(marks: Sequence[EvidenceMark], asked: datetime) -> list[EvidenceMark]:
    """The projection Standing: the latest of each rule, place and checkpoint."""
    found: dict[object, EvidenceMark] = {}
    for one in sorted(marks, key=lambda m: (m.effective, m.recorded, m.id)):
        if one.effective <= asked:
            found[one.scheme, one.rule, one.subject, one.checkpoint] = one
    return list(found.values())


def waiver_rows(
    compiled: CompiledDuties, places: Sequence[SubjectFacts], waivers: Sequence[WaiverSpan]
) -> WaiverRows:
    index = {one.code: number for number, one in enumerate(places)}
    return WaiverRows(
        rule=np.array([compiled.rule_number.get((w.scheme, w.rule), -1) for w in waivers], dtype=np.int32),
        place=np.array([index[w.subject] for w in waivers], dtype=np.int32),
        start=np.array([w.start.timestamp() for w in waivers], dtype=float),
        end=np.array([w.end.timestamp() for w in waivers], dtype=float),
    )


def board_of(
    places: Sequence[SubjectFacts],
    city: Basis,
    marks: Sequence[EvidenceMark],
    waivers: Sequence[WaiverSpan],
    asked: datetime,
    register: BoardRegister,
) -> tuple[CompiledDuties, BoardStates]:
    """States by the array engine, undecided ones settled from just the records that they ask for."""
    compiled = compile_duties(register, city, asked)
    aligned = align(compiled, rows_of(compiled, places, latest_of(marks, asked)))
    excused = waiver_rows(compiled, places, waivers)
    states = states_at(compiled, aligned, excused, asked)
    since = int(states.detail_from.min(initial=FOREVER))
    wanted = {(compiled.rules[compiled.rule[d]], places[compiled.place[d]].code) for d in states.undecided}
    records = [
        one
        for one in marks
        if ((one.scheme, one.rule), one.subject) in wanted
        and since <= instant_of(one.effective.astimezone(UTC))
        and one.effective <= asked
    ]
    return compiled, resolved(compiled, states, aligned, excused, rows_of(compiled, places, records))


def by_the_board(
    places: Sequence[SubjectFacts], compiled: CompiledDuties, states: BoardStates
) -> dict[tuple[str, str], tuple[str, int, int]]:
    return {
        (places[compiled.place[d]].code, "/".join(compiled.rules[compiled.rule[d]])): (
            STATES[states.state[d]],
            int(states.start[d]),
            int(states.end[d]),
        )
        for d in range(len(compiled))
    }


def one_by_one(
    places: Sequence[SubjectFacts],
    city: Basis,
    marks: Sequence[EvidenceMark],
    waivers: Sequence[WaiverSpan],
    asked: datetime,
) -> dict[tuple[str, str], tuple[str, int, int]]:
    return {
        (one.code, state.duty.id): (
            state.state,
            instant_of(state.window.start),
            FOREVER if state.deadline is None else instant_of(state.deadline),
        )
        for one in places
        for state in state_now(one, city, marks, waivers, asked)
    }


def distinct(marks: Sequence[EvidenceMark]) -> list[EvidenceMark]:
    """Of records of one duty at one moment only one: which of them is the latest is not ours to say."""
    kept = {(m.scheme, m.rule, m.subject, m.effective): m for m in marks}
    return list(kept.values())
