"""Random schemes, places, postures and records, small enough to shrink, odd enough to find what was overlooked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from anlan.engine.board import (
    BoardRegister,
)
from anlan.engine.facts import (
    Adoption,
    Basis,
    CheckpointSpan,
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
from engine.board_builders import EVENTS, distinct, register_of
from engine.duty_builders import (
    DAY,
    DAY_AND_NIGHT,
    FLAGS,
    HOUR,
    NUMBERS,
    START,
    TERMS,
    basis,
    compared,
    figure,
    mark,
    over,
    place,
    rule,
    scheme,
)

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


opened = st.one_of(st.none(), moments)
walks = st.one_of(
    st.sampled_from([(), ("A",), ("A", "B")]),
    st.lists(
        st.tuples(opened, st.one_of(st.none(), st.sampled_from([HOUR / 2, 2 * HOUR, DAY]))), max_size=3
    ).map(
        lambda spans: tuple(
            CheckpointSpan("ABC"[at], start, (start or BASE) + long if long else None)
            for at, (start, long) in enumerate(spans)
        )
    ),
)
"""Checkpoints of a place, some opened or closed while it is watched."""


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
        facts(),
        registered=registered,
        versions=[(moment, facts()) for moment in later],
        postures=postures,
        happened=[(draw(st.sampled_from(EVENTS)), moment) for moment in draw(st.lists(moments, max_size=3))],
        checkpoints=draw(walks),
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
            points = [None, *(point.code for point in one.checkpoints), "gone"]
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


visited = st.sampled_from([None, "A", "B", "C"])
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
        checkpoints=draw(walks),
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


@st.composite
def changing_rounds(
    draw: st.DrawFn,
) -> tuple[list[SubjectFacts], Basis, list[EvidenceMark], datetime, BoardRegister]:
    """One round whose checkpoints are opened and closed between its visits."""
    cadence = draw(
        st.sampled_from([(Every(2 * HOUR),), (Every(2 * HOUR, (time(0), time(8))),), Once(), Within(4 * HOUR, "moved")])
    )  # fmt: skip
    patrol = rule("patrol", cadence, grace=draw(st.sampled_from([timedelta(0), HOUR / 2])), evidence="scan")
    points = tuple(
        CheckpointSpan(code, draw(st.one_of(st.none(), half_hours)), draw(st.one_of(st.none(), half_hours)))
        for code in "ABC"[: draw(st.integers(1, 3))]
    )
    one = place(
        registered=draw(st.sampled_from([START, BASE, BASE + HOUR / 2])),
        checkpoints=tuple(p for p in points if p.opened is None or p.closed is None or p.opened < p.closed),
        happened=[("moved", moment) for moment in draw(st.lists(half_hours, max_size=2))],
        code="P0",
    )
    visits = [
        replace(mark("patrol", moment + timedelta(minutes=number), checkpoint=draw(visited)), subject="P0")
        for number, moment in enumerate(draw(st.lists(half_hours, max_size=8)))
    ]  # fmt: skip
    asked = draw(half_hours) + draw(st.sampled_from([timedelta(0), HOUR / 4, HOUR / 3]))
    return [one], basis(scheme("plan", patrol)), distinct(visits), asked, register_of([one])
