"""The array engine says of all places what the explaining engine says of each, and it keeps its pace."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.engine.board import (
    FOREVER,
    BoardPosture,
    BoardRegister,
    BoardStates,
    CompiledDuties,
    MarkRows,
    WaiverRows,
    align,
    column_of,
    compile_duties,
    instant_of,
    realign,
    resolved,
    states_at,
)
from anlan.engine.duties import derive
from anlan.engine.facts import (
    Adoption,
    Basis,
    EvidenceMark,
    LocalFigure,
    PostureSpan,
    SubjectFacts,
    WaiverSpan,
)
from anlan.engine.policy import (
    LEVELS,
    All,
    AnyOf,
    Each,
    Every,
    Not,
    Once,
    Quantity,
    Reference,
    Rule,
    Scheme,
    Standing,
    Within,
)
from anlan.engine.standing import STATES, state_now
from engine.duty_builders import (
    DAY,
    DAY_AND_NIGHT,
    FLAGS,
    HOUR,
    NUMBERS,
    START,
    TERMS,
    at,
    basis,
    compared,
    figure,
    mark,
    over,
    place,
    rule,
    scheme,
)

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
        checkpoints=np.array([len(one.checkpoints) for one in places], dtype=np.int32),
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


def rows_of(
    compiled: CompiledDuties, places: Sequence[SubjectFacts], marks: Sequence[EvidenceMark]
) -> MarkRows:
    index = {one.code: number for number, one in enumerate(places)}
    points = {(one.code, point): number for one in places for number, point in enumerate(one.checkpoints)}
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
    since = dict(zip(states.undecided.tolist(), states.detail_from.tolist(), strict=True))
    wanted = {(compiled.rules[compiled.rule[d]], places[compiled.place[d]].code): since[d] for d in since}
    records = [
        one
        for one in marks
        if ((one.scheme, one.rule), one.subject) in wanted
        and min(since.values()) <= instant_of(one.effective.astimezone(UTC))
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


# --- random cities ---------------------------------------------------------------------------------

FIGURES = (
    figure("limit", ("2026-01-01", 1000), ("2026-03-01", 2000)),
    figure("every", ("2026-01-01", "PT2H"), ("2026-03-02", "PT3H")),
    figure("grace", ("2026-01-01", "PT15M"), ("2026-03-02", "PT1H")),
    figure("share", ("2026-01-01", 100)),
)
minutes = st.integers(0, 3 * 24 * 60)
BASE = START + 44 * DAY
"""Three days from here hold the beginning of a month and of a week."""
moments = st.one_of(
    minutes.map(lambda m: BASE + timedelta(minutes=m)),
    st.integers(0, 36).map(lambda h: BASE + 2 * h * HOUR),
)
numbers = st.sampled_from([None, 0, 100, 999, 1000, 1001, 1999.5, 2000, 2001, 5000])
tests = st.one_of(
    st.builds(
        lambda fact, relation, limit: compared(fact, relation, limit),
        st.sampled_from(NUMBERS),
        st.sampled_from(["over", "at_least", "under", "at_most", "is"]),
        st.sampled_from([Reference("limit"), 1000, 2000, 5000]),
    ),
    st.builds(lambda fact: compared(fact, "missing", True), st.sampled_from([*NUMBERS, "kind", "grade"])),
    st.builds(lambda *kinds: compared("kind", "in", *kinds), *[st.sampled_from(TERMS["kind"])] * 2),
    st.builds(
        lambda relation, grade: compared("grade", relation, grade),
        st.sampled_from(["is", "at_least", "under"]),
        st.sampled_from(TERMS["grade"]),
    ),
    st.builds(lambda wanted: compared("critical_facility", "is", wanted), st.booleans()),
    st.builds(
        lambda tier: compared("tier", "is", tier), st.sampled_from(["t1", "t2", "none", "undetermined"])
    ),
    st.builds(
        lambda relation, level: compared("posture", relation, level),
        st.sampled_from(["is", "at_least"]),
        st.sampled_from(LEVELS),
    ),
)
conditions = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        inner.map(Not),
    ),
    max_leaves=3,
)
recurring = st.sampled_from(
    [
        DAY_AND_NIGHT,
        (Every(HOUR, (time(6), time(22))),),
        (Every(Reference("every")),),
        (Every(timedelta(minutes=45)),),
        (Every(3 * DAY),),
        Each("day"),
        Each("week"),
        Each("month"),
    ]
)
cadences = st.one_of(
    recurring,
    recurring,
    st.just(Standing()),
    st.sampled_from([Once(), Once(date(2026, 3, 1))]),
    st.builds(Within, st.sampled_from([HOUR, 2 * DAY]), st.sampled_from(EVENTS)),
)
graces = st.sampled_from([timedelta(0), timedelta(minutes=10), HOUR, DAY, Reference("grace")])
quantities = st.sampled_from(
    [
        Quantity("guards", amount=2),
        Quantity("guards", of="area_m2", one_per=Reference("share")),
        Quantity("staff", of="staff", percent=28, at_least=1),
        Quantity(
            "guards", greatest_of=(Quantity("guards", amount=5), Quantity("guards", of="staff", one_per=300))
        ),
    ]
)


@st.composite
def rules_of(draw: st.DrawFn, prefix: str) -> tuple[Rule, ...]:
    drawn: list[Rule] = [
        rule(
            "t1",
            kind="tier",
            where=draw(st.one_of(tests, st.just(over("daily_visitors", Reference("limit"))))),
        ),
        rule("t2", kind="tier", where=over("staff", 500)),
    ]
    for number in range(draw(st.integers(1, 3))):
        name = f"{prefix}{number}"
        standard = draw(st.integers(0, 2)) == 0
        drawn.append(
            rule(
                name,
                draw(cadences),
                kind="standard" if standard else "duty",
                where=draw(st.one_of(st.none(), conditions)),
                grace=draw(graces),
                concern=draw(st.sampled_from(["", "patrol"])),
                evidence=draw(st.sampled_from(["scan", "count"])),
                valid_for=draw(st.sampled_from([None, 5 * DAY])),
                quantity=draw(quantities) if standard else None,
                start=draw(st.sampled_from([None, None, None, date(2026, 3, 1)])),
            )
        )
        for measure in range(draw(st.integers(0, 2))):
            drawn.append(
                rule(
                    f"{name}-m{measure}",
                    draw(st.one_of(st.none(), recurring))
                    if isinstance(drawn[-1].cadence, tuple | Each)
                    else None,
                    kind="measure",
                    changes=name,
                    posture=draw(st.sampled_from([("orange", "red"), ("blue",), LEVELS[1:]])),
                    grace=draw(st.sampled_from([timedelta(0), timedelta(minutes=5)])),
                    plus=draw(st.sampled_from([0, 1])),
                    where=draw(st.one_of(st.none(), st.none(), tests)),
                )
            )
    return tuple(drawn)


@st.composite
def places_of(draw: st.DrawFn, code: str) -> SubjectFacts:
    def facts() -> dict[str, object]:
        return {
            **{name: draw(numbers) for name in NUMBERS},
            **{name: draw(st.sampled_from([None, True, False])) for name in FLAGS},
            **{name: draw(st.sampled_from([None, *values])) for name, values in TERMS.items()},
        }

    registered = draw(st.one_of(st.just(START), moments))
    later = sorted({moment for moment in draw(st.lists(moments, max_size=2)) if moment > registered})
    postures = [
        (start, start + draw(st.sampled_from([HOUR, 4 * HOUR, DAY])), draw(st.sampled_from(LEVELS[1:])))
        for start in draw(st.lists(moments, max_size=2))
    ]
    closed = draw(st.sampled_from([None, None, None, BASE + 50 * HOUR]))
    return place(
        facts(),  # type: ignore[arg-type]
        registered=registered,
        versions=[(moment, facts()) for moment in later],  # type: ignore[misc]
        postures=postures,
        happened=[(draw(st.sampled_from(EVENTS)), moment) for moment in draw(st.lists(moments, max_size=3))],
        checkpoints=draw(st.sampled_from([(), ("A",), ("A", "B")])),
        closed=closed if closed is None or closed > registered else None,
        code=code,
    )


@st.composite
def cities(draw: st.DrawFn) -> tuple[list[SubjectFacts], Basis, BoardRegister]:
    places = [draw(places_of(f"P{number}")) for number in range(draw(st.integers(1, 3)))]
    first = scheme("plan", *draw(rules_of("a")), parameters=FIGURES)
    adoptions = [Adoption(first, START)]
    if draw(st.booleans()):
        begun = draw(st.one_of(st.just(START), moments))
        adoptions.append(Adoption(scheme("other", *draw(rules_of("b")), parameters=FIGURES), begun))
    if draw(st.booleans()):
        changed = draw(moments)
        adoptions[0] = Adoption(first, START, changed)
        adoptions.append(Adoption(_next_edition(draw, first), changed))
    local = [
        LocalFigure(
            "plan",
            *draw(st.sampled_from([("limit", 100), ("share", 10), ("every", "PT1H"), ("grace", "PT5M")])),
            "r",
            "b",
            date(2026, 2, 27) + timedelta(days=draw(st.integers(0, 4))),
            draw(st.sampled_from([None, date(2026, 3, 2)])),
            draw(st.sampled_from([None, "P0", "P1"])),
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    whole = [
        PostureSpan(start, start + draw(st.sampled_from([HOUR, 6 * HOUR])), draw(st.sampled_from(LEVELS[1:])))
        for start in draw(st.lists(moments, max_size=3))
    ]
    places = [replace(one, postures=(*one.postures, *whole)) for one in places]
    city = Basis(tuple(adoptions), tuple(local), draw(st.sampled_from(ZONES)))
    return places, city, register_of(places, whole)


ZONES = [ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/London"), ZoneInfo("America/New_York")]


def _next_edition(draw: st.DrawFn, first: Scheme) -> Scheme:
    again = tuple(
        replace(one, grace=draw(graces)) if one.kind == "duty" and draw(st.booleans()) else one
        for one in first.rules
        if one.kind != "duty" or draw(st.integers(0, 3))
    )
    return replace(first, edition="2", sha256="2", rules=again)


@st.composite
def records_of(
    draw: st.DrawFn, places: Sequence[SubjectFacts], city: Basis
) -> tuple[list[EvidenceMark], list[WaiverSpan]]:
    names = sorted({(a.scheme.id, one.id) for a in city.adoptions for one in a.scheme.rules if one.cadence})
    marks: list[EvidenceMark] = []
    waivers: list[WaiverSpan] = []
    for scheme_id, rule_id in names:
        for one in places:
            points = [None, *one.checkpoints, "gone"]
            for moment in draw(st.lists(moments, max_size=6)):
                made = mark(rule_id, moment, scheme_id, checkpoint=draw(st.sampled_from(points)))
                quantity = draw(st.sampled_from([None, 1.0, 5.0, 40.0]))
                expires = draw(st.sampled_from([None, None, moment + DAY]))
                marks.append(
                    replace(made, subject=one.code, quantity=quantity, expires=expires, id=str(len(marks)))
                )
            if draw(st.integers(0, 4)) == 0:
                start = draw(moments)
                waivers.append(
                    WaiverSpan(
                        scheme_id, rule_id, one.code, start, start + draw(st.sampled_from([HOUR, DAY]))
                    )
                )
    return marks, waivers


def distinct(marks: Sequence[EvidenceMark]) -> list[EvidenceMark]:
    """Of records of one duty at one moment only one: which of them is the latest is not ours to say."""
    kept = {(m.scheme, m.rule, m.subject, m.effective): m for m in marks}
    return list(kept.values())


@settings(derandomize=True, deadline=None, max_examples=250, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_two_engines_agree_on_every_state_and_window(data: st.DataObject) -> None:
    places, city, register = data.draw(cities())
    marks, waivers = data.draw(records_of(places, city))
    marks = distinct(marks)
    asked = data.draw(moments)
    compiled, states = board_of(places, city, marks, waivers, asked, register)
    expected = one_by_one(places, city, marks, waivers, asked)
    assert by_the_board(places, compiled, states) == expected


@settings(derandomize=True, deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_duties_compiled_once_hold_until_something_changes(data: st.DataObject) -> None:
    places, city, register = data.draw(cities())
    marks, waivers = data.draw(records_of(places, city))
    marks = distinct(marks)
    first = data.draw(moments)
    compiled = compile_duties(register, city, first)
    latest = min(compiled.valid_until, instant_of(first.astimezone(UTC)) + 30 * 86_400_000_000)
    share = data.draw(st.integers(0, 99))
    later = first.astimezone(UTC) + timedelta(
        microseconds=(latest - instant_of(first.astimezone(UTC)) - 1) * share // 99
    )
    aligned = align(compiled, rows_of(compiled, places, latest_of(marks, later)))
    excused = waiver_rows(compiled, places, waivers)
    states = states_at(compiled, aligned, excused, later)
    all_records = rows_of(compiled, places, [one for one in marks if one.effective <= later])
    states = resolved(compiled, states, aligned, excused, all_records)
    assert by_the_board(places, compiled, states) == one_by_one(places, city, marks, waivers, later)


@settings(derandomize=True, deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_the_two_engines_agree_on_tiers_quantities_and_what_is_undetermined(data: st.DataObject) -> None:
    places, city, register = data.draw(cities())
    asked = data.draw(moments)
    compiled = compile_duties(register, city, asked)
    undetermined: dict[tuple[str, str], int] = {}
    for number, one in enumerate(places):
        derived = derive(one, city, asked)
        for found in derived.undetermined:
            name = (found.scheme, found.rule.id)
            undetermined[name] = undetermined.get(name, 0) + 1
        for scheme_id, tiering in derived.tiers.items():
            code = compiled.tiers[scheme_id][number]
            word = "undetermined" if code < 0 else compiled.tier_words[scheme_id][code]
            assert word == tiering.tier
        for duty in derived.duties:
            index = int(compiled.numbers[compiled.rule_number[duty.scheme, duty.rule.id], number])
            assert (index >= 0) is duty.owed
            if duty.owed:
                asked_here = compiled.duties.quantity[index]
                assert (None if np.isnan(asked_here) else asked_here) == duty.quantity
    counted = {name: count for name, count in compiled.undetermined.items() if count}
    assert {name: count for name, count in undetermined.items() if name in counted} == counted


half_hours = st.integers(0, 24).map(lambda half: BASE + half * HOUR / 2)


@st.composite
def busy_nights(
    draw: st.DrawFn,
) -> tuple[list[SubjectFacts], Basis, list[EvidenceMark], datetime, BoardRegister]:
    """Postures that change again and again, mostly on the boundaries of windows, with few visits between."""
    patrol = rule(
        "patrol", draw(st.sampled_from([DAY_AND_NIGHT, (Every(2 * HOUR, (time(0), time(4))),), (Every(3 * HOUR),)])),
        grace=draw(st.sampled_from([timedelta(0), HOUR / 2])), evidence="scan",
    )  # fmt: skip
    measures = [
        rule(f"when-{level}", (Every(every, band),), kind="measure", changes="patrol", posture=(level,))
        for level, every, band in (
            ("blue", HOUR / 2, None),
            ("yellow", HOUR, (time(1), time(5))),
            ("orange", 2 * HOUR, None),
        )
    ]
    spans = [
        PostureSpan(start, start + draw(st.sampled_from([HOUR / 2, HOUR, 2 * HOUR, 5 * HOUR])), level)
        for start in draw(st.lists(half_hours, min_size=1, max_size=4))
        for level in [draw(st.sampled_from(["blue", "yellow", "orange", "red"]))]
    ]
    whole = spans[: draw(st.integers(0, len(spans)))]
    one = place(
        registered=draw(st.sampled_from([START, BASE, BASE + HOUR / 2])),
        checkpoints=draw(st.sampled_from([(), ("A", "B")])),
        code="P0",
    )
    one = replace(one, postures=tuple(spans))
    visits = [
        replace(mark("patrol", moment, checkpoint=draw(st.sampled_from(["A", "B"]))), subject="P0")
        for moment in draw(st.lists(half_hours, max_size=3))
    ]
    asked = draw(half_hours) + draw(st.sampled_from([timedelta(0), HOUR / 4, HOUR / 3]))
    city = basis(scheme("plan", patrol, *measures))
    return [one], city, distinct(visits), asked, register_of([one], whole)


@settings(derandomize=True, deadline=None, max_examples=250, suppress_health_check=list(HealthCheck))
@given(busy_nights())
def test_the_two_engines_agree_where_postures_change_on_the_hour(
    night: tuple[list[SubjectFacts], Basis, list[EvidenceMark], datetime, BoardRegister],
) -> None:
    places, city, visits, asked, register = night
    compiled, states = board_of(places, city, visits, [], asked, register)
    assert by_the_board(places, compiled, states) == one_by_one(places, city, visits, [], asked)


def test_a_round_half_walked_is_settled_from_its_single_records() -> None:
    city = basis(scheme("plan", rule("walk", DAY_AND_NIGHT, evidence="scan", grace=timedelta(minutes=10))))
    one = place(checkpoints=("A", "B"), code="P1")
    asked = at("2026-03-05T09:00")
    before = [mark("walk", at("2026-03-05T07:00"), checkpoint=point) for point in "AB"]
    again = mark("walk", at("2026-03-05T08:50"), checkpoint="A")
    for marks, state in (([*before, again], "due"), ([before[1], again], "not-evidenced")):
        register = register_of([one])
        compiled = compile_duties(register, city, asked)
        aligned = align(compiled, rows_of(compiled, [one], latest_of(marks, asked)))
        states = states_at(compiled, aligned, WaiverRows.none(), asked)
        assert states.undecided.tolist() == [0]
        settled = resolved(compiled, states, aligned, WaiverRows.none(), rows_of(compiled, [one], marks))
        assert STATES[settled.state[0]] == state


def test_what_is_recorded_between_two_requests_needs_no_new_compilation() -> None:
    city = basis(scheme("plan", rule("walk", DAY_AND_NIGHT)))
    places = [place(code=code) for code in ("P1", "P2")]
    asked = at("2026-03-05T09:00")
    compiled = compile_duties(register_of(places), city, asked)
    empty = align(compiled, MarkRows.none())
    visit = mark("walk", at("2026-03-05T08:30"))
    now = realign(compiled, empty, rows_of(compiled, places, [visit]))
    words = [
        [STATES[code] for code in states_at(compiled, marks, WaiverRows.none(), asked).state]
        for marks in (empty, now)
    ]
    assert words == [["not-evidenced", "not-evidenced"], ["recorded", "not-evidenced"]]
    counts = states_at(compiled, now, WaiverRows.none(), asked).counts(compiled, "plan")
    assert counts.shape == (2, 2, 1, len(STATES))
    assert counts[0, 0, 0, STATES.index("recorded")] == 1
    assert counts[1, 0, 0, STATES.index("not-evidenced")] == 1
    assert counts.sum() == 2


def test_states_outside_the_time_compiled_for_are_refused() -> None:
    city = basis(scheme("plan", rule("walk", Each("month"))))
    one = place(code="P1", versions=[(at("2026-03-06"), {})])
    compiled = compile_duties(register_of([one]), city, at("2026-03-05"))
    marks = align(compiled, MarkRows.none())
    states_at(compiled, marks, WaiverRows.none(), at("2026-03-05T23:59"))
    for moment in ("2026-03-04", "2026-03-06"):
        with pytest.raises(ValueError, match="not compiled"):
            states_at(compiled, marks, WaiverRows.none(), at(moment))


def test_rows_out_of_order_are_refused() -> None:
    good = register_of([place(code="P1", versions=[(at("2026-03-06"), {})])])
    with pytest.raises(ValueError, match="not sorted"):
        replace(good, row_start=good.row_start[::-1])
    with pytest.raises(ValueError, match="at least one row"):
        replace(good, codes=["P1", "P2"], district=np.zeros(2), registered=np.zeros(2), closed=np.zeros(2),
                checkpoints=np.zeros(2))  # fmt: skip


def test_what_falls_due_soonest_comes_first() -> None:
    rules = (
        rule("month", Each("month")),
        rule("day", Each("day")),
        rule("proof", Standing(), valid_for=10 * DAY),
    )
    city = basis(scheme("plan", *rules))
    places = [place(code="P1", registered=at("2026-03-01"))]
    asked = at("2026-03-05T09:00")
    compiled = compile_duties(register_of(places), city, asked)
    marks = [mark("day", at("2026-03-04T08:30")), mark("proof", at("2026-02-23T10:00"))]
    states = states_at(compiled, align(compiled, rows_of(compiled, places, marks)), WaiverRows.none(), asked)
    for until, names in (("2026-03-05T23:59", ["proof"]), ("2026-03-31T23:59", ["proof", "day"])):
        found = states.falling_due(compiled, at(until))
        assert [compiled.rules[compiled.rule[duty]][1] for duty in found] == names
