"""Builders of small schemes, places and records for the tests of the engine."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from anlan.engine.facts import (
    Adoption,
    Basis,
    CheckpointSpan,
    EvidenceMark,
    FactVersion,
    Occurrence,
    PostureSpan,
    SubjectFacts,
    WaiverSpan,
)
from anlan.engine.policy import (
    Cadence,
    Citation,
    DatedValue,
    Every,
    FactDeclaration,
    FactValue,
    Level,
    Parameter,
    Rule,
    Scheme,
    Test,
    Text,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 1, 14, 16, tzinfo=UTC)
"""Midnight of 15 January 2026 in Shanghai."""
PLAN = Citation("plan", "2.1")
DAY_AND_NIGHT = (Every(2 * HOUR, (time(6), time(22))), Every(HOUR, (time(22), time(6))))
NUMBERS = ("daily_visitors", "area_m2", "staff")
FLAGS = ("critical_facility",)
TERMS = {"kind": ("mall", "school", "station"), "grade": ("low", "middle", "high")}


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """An instant by its local wall clock."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def words(text: str) -> Text:
    return Text(text, text)


def over(fact: str, limit: object) -> Test:
    return Test(fact, "over", (limit,))


def compared(fact: str, relation: str, *limits: object) -> Test:
    return Test(fact, relation, limits)


def rule(rule_id: str, cadence: Cadence | None = None, kind: str = "duty", **parts: object) -> Rule:
    given = {"title": words(rule_id), "cites": PLAN, "cadence": cadence, **parts}
    return Rule(id=rule_id, kind=kind, **given)


def figure(name: str, *values: tuple[str, object]) -> Parameter:
    """A parameter whose values follow one another, each from its date on."""
    starts = [date.fromisoformat(start) for start, _ in values]
    ends = [*starts[1:], None]
    dated = (
        DatedValue(start, end, value, PLAN)
        for start, end, (_, value) in zip(starts, ends, values, strict=True)
    )
    return Parameter(name, tuple(dated))


def scheme(scheme_id: str, *rules: Rule, parameters: Sequence[Parameter] = (), edition: str = "1") -> Scheme:
    numbers = {name: FactDeclaration(name, "number", words(name)) for name in NUMBERS}
    flags = {name: FactDeclaration(name, "flag", words(name), default=False) for name in FLAGS}
    terms = {
        name: FactDeclaration(name, "term", words(name), values=values) for name, values in TERMS.items()
    }
    return Scheme(
        id=scheme_id,
        edition=edition,
        title=words(scheme_id),
        valid_from=date(2020, 1, 1),
        valid_until=None,
        in_force=True,
        notice=None,
        languages=("zh", "en"),
        places={},
        roles={},
        tiers=tuple(rule.id for rule in rules if rule.kind == "tier"),
        terms={},
        facts={**numbers, **flags, **terms},
        parameters={parameter.id: parameter for parameter in parameters},
        rules=rules,
        cases=(),
        sha256=f"{scheme_id}-{edition}",
    )


def basis(*schemes: Scheme, start: datetime = START, zone: ZoneInfo = SHANGHAI) -> Basis:
    return Basis(tuple(Adoption(scheme, start) for scheme in schemes), (), zone)


def place(
    facts: Mapping[str, FactValue] | None = None,
    registered: datetime = START,
    versions: Sequence[tuple[datetime, Mapping[str, FactValue]]] = (),
    postures: Sequence[tuple[datetime, datetime | None, Level]] = (),
    happened: Sequence[tuple[str, datetime]] = (),
    checkpoints: Sequence[str | CheckpointSpan] = (),
    closed: datetime | None = None,
    code: str = "P1",
) -> SubjectFacts:
    """A place registered with `facts`, each of `versions` replacing them from its moment on."""
    states = [(registered, facts or {}), *versions]
    ends = [start for start, _ in states[1:]]
    return SubjectFacts(
        code=code,
        subject="place",
        name=code,
        district="990101",
        registered=registered,
        closed=closed,
        versions=tuple(
            FactVersion(start, end, values)
            for (start, values), end in zip(states, [*ends, None], strict=True)
        ),
        postures=tuple(PostureSpan(*span) for span in postures),
        occurrences=tuple(Occurrence(kind, moment) for kind, moment in happened),
        checkpoints=tuple(
            CheckpointSpan(point) if isinstance(point, str) else point for point in checkpoints
        ),
    )


def mark(rule_id: str, effective: datetime, scheme_id: str = "plan", **parts: object) -> EvidenceMark:
    given = {"recorded": effective, "id": f"{rule_id}@{effective:%m%d%H%M}", **parts}
    return EvidenceMark(scheme_id, rule_id, "P1", effective, **given)


def waiver(rule_id: str, start: datetime, end: datetime, scheme_id: str = "plan") -> WaiverSpan:
    return WaiverSpan(scheme_id, rule_id, "P1", start, end)
