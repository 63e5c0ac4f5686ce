"""A month of a place's rounds: every window as it was owed at its moment, and the walks that were made."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from anlan.engine import standing
from anlan.engine.facts import SubjectFacts
from anlan.engine.policy import Level
from anlan.engine.standing import WindowState
from anlan.models import Place, Visit, Walk
from anlan.queries.duties import basis
from anlan.queries.subjects import evidence_marks, place_subject, waiver_spans

LONGEST_WINDOW = timedelta(days=2)
"""How far outside a period a scan may lie and still bear on a window in it."""

MISSED = ("overdue", "not-evidenced")


@dataclass(frozen=True, slots=True)
class DayOfRounds:
    """The windows of one day (by their end): how many were owed, kept in time, kept late, missed; the highest level."""

    on: date
    owed: int
    kept: int
    late: int
    missed: int
    level: Level


@dataclass(frozen=True, slots=True)
class MonthOfRounds:
    """A month of one place: its windows, its days, and the levels that were raised in it."""

    first: date
    last: date
    windows: tuple[WindowState, ...]
    days: tuple[DayOfRounds, ...]
    levels: tuple[tuple[datetime, datetime | None, Level], ...]

    @property
    def owed(self) -> int:
        return sum(day.owed for day in self.days)

    @property
    def missed(self) -> int:
        return sum(day.missed for day in self.days)

    @property
    def kept(self) -> int:
        return sum(day.kept for day in self.days)

    @property
    def late(self) -> int:
        return sum(day.late for day in self.days)


def month_of_rounds(place: Place, first: date, at: datetime) -> MonthOfRounds:
    """The month that begins on `first`, as known now; windows that are still ahead are left out."""
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    zone = timezone.get_default_timezone()
    start = datetime.combine(first, time(), tzinfo=zone)
    end = datetime.combine(last + timedelta(days=1), time(), tzinfo=zone)
    subject = place_subject(place)
    windows = scan_windows(place, subject, start, min(end, at), at)
    levels = tuple(
        (max(span.start, start), min(span.end or at, at), span.level)
        for span in subject.postures
        if span.start < min(end, at) and (span.end is None or span.end > start)
    )
    return MonthOfRounds(first, last, windows, tuple(_days(windows, levels, first, last, at)), levels)


def scan_windows(
    place: Place, subject: SubjectFacts, start: datetime, end: datetime, at: datetime
) -> tuple[WindowState, ...]:
    """The windows of the duties to scan that overlap [start, end), with their states at `at`."""
    scans = Q(place=place, kind="scan")
    marks = evidence_marks(of=scans, since=start - LONGEST_WINDOW, until=min(end + LONGEST_WINDOW, at))
    waivers = waiver_spans(of=Q(place=place))
    found = standing.states(subject, basis(), marks, waivers, start, end, at)
    return tuple(
        state for state in found if state.duty.rule.evidence == "scan" and state.window.end is not None
    )


def walks_between(place: Place, start: datetime, end: datetime) -> QuerySet[Walk]:
    """The walks of a place that began from `start` to `end`, latest first, with counts of scans and reasons."""
    rows = Walk.objects.filter(place=place, started_at__gte=start, started_at__lt=end)
    return (
        rows.select_related("beat", "guard", "plan")
        .annotate(
            scans=Count("visits", filter=Q(visits__kind="scan")),
            passed=Count("visits", filter=Q(visits__kind="missed")),
        )
        .order_by("-started_at")
    )


def visits_of(walk: Walk) -> list[Visit]:
    """The visits of one walk in order of time."""
    rows = Visit.objects.filter(walk=walk).select_related("checkpoint", "code").prefetch_related("photos")
    return list(rows.order_by("effective_at", "number"))


def _days(
    windows: tuple[WindowState, ...],
    levels: tuple[tuple[datetime, datetime | None, Level], ...],
    first: date,
    last: date,
    at: datetime,
) -> list[DayOfRounds]:
    counts: dict[date, Counter[str]] = {}
    for state in windows:
        if (
            state.window.owed
            and state.window.end is not None
            and state.state not in ("cut", "due", "upcoming")
        ):
            on = timezone.localdate(state.window.end - timedelta(microseconds=1))
            counts.setdefault(on, Counter())[state.state] += 1
    order: tuple[Level, ...] = ("normal", "blue", "yellow", "orange", "red")
    days = []
    for number in range((min(last, timezone.localdate(at)) - first).days + 1):
        on = first + timedelta(days=number)
        count = counts.get(on, Counter())
        touched = [
            level
            for start, end, level in levels
            if timezone.localdate(start) <= on <= timezone.localdate(end or at)
        ]
        days.append(
            DayOfRounds(
                on=on,
                owed=count.total(),
                kept=count["recorded"] + count["waived"],
                late=count["late"],
                missed=sum(count[state] for state in MISSED),
                level=max(touched, key=order.index, default="normal"),
            )
        )
    return days
