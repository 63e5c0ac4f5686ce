"""Draws what was recorded for each duty: in its windows, late, or not at all."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from anlan.engine.facts import SubjectFacts
from anlan.engine.owed import Duty
from anlan.engine.periods import Recurring, aligned_windows
from anlan.engine.policy import Each, Standing, Within
from anlan.engine.strictness import DAY, duration
from anlan.management.demo_city.conduct import Conduct
from anlan.management.demo_city.owed_duties import asks_for_missing
from anlan.management.demo_city.records import Record, Records, Seconds, Source
from anlan.management.demo_city.values import DemoWaiver

_NOTES: Mapping[str, tuple[str, ...]] = {
    "inspection": ("逐项检查，情况正常", "现场检查完成", "会同场所负责人检查"),
    "minutes": ("研究当前形势，议定事项已转办", "听取各部门汇报，部署下一步工作"),
    "document": ("已上传盖章文件", "经负责人审定", ""),
    "count": ("现场清点", "与台账核对一致"),
    "roster": ("本期排班表", "在岗名单已核对"),
    "attestation": ("", "已确认", "班前会已告知"),
}
_WORKDAY_S = (8.5 * 3600, 17.5 * 3600)
Segment = tuple[datetime, datetime, tuple[Duty, ...]]


class Drawing:
    """Draws the evidence of one subject after another from one stream of random numbers."""

    def __init__(
        self,
        records: Records,
        waivers: Sequence[DemoWaiver],
        zone: ZoneInfo,
        begin: datetime,
        until: datetime,
        rng: np.random.Generator,
    ) -> None:
        self._records, self._zone, self._rng = records, zone, rng
        self._begin, self._until = begin, until
        self._waived = {(each.scheme, each.rule, each.place): each for each in waivers}
        self.failed: list[tuple[int, Duty]] = []

    def subject(
        self,
        subject: SubjectFacts,
        segments: Sequence[Segment],
        conduct: Conduct,
        sources: Mapping[str, str],
        adopted: datetime,
        never: frozenset[str] = frozenset(),
    ) -> None:
        """Everything recorded of one subject; `sources` names who records which kind of evidence."""
        since = max(subject.registered, adopted)
        usual = {duty.id for duty in segments[-1][2]}
        for start, end, duties in segments:
            for duty in duties:
                source = Source(
                    duty.scheme, duty.rule.id, subject.code, duty.rule.evidence, sources[duty.rule.evidence]
                )
                if duty.id in never:
                    continue
                if _often(duty):
                    points = [point.code for point in subject.checkpoints]
                    self._rounds(source, duty, points, max(start, since), end, conduct)
                elif duty.id not in usual:
                    self._once(source, duty, start, conduct)
        for duty in segments[-1][2]:
            if duty.id in never or _often(duty):
                continue
            source = Source(
                duty.scheme, duty.rule.id, subject.code, duty.rule.evidence, sources[duty.rule.evidence]
            )
            if isinstance(duty.cadence, (Each, tuple)):
                self._periods(source, duty, since, conduct)
            elif isinstance(duty.cadence, Standing):
                self._standing(source, duty, since, conduct)
            elif isinstance(duty.cadence, Within):
                self._events(source, duty, subject, adopted, conduct)
            elif not asks_for_missing(duty.rule.where):
                self._once(source, duty, since, conduct)

    def _rounds(
        self,
        source: Source,
        duty: Duty,
        checkpoints: Sequence[str],
        start: datetime,
        end: datetime,
        conduct: Conduct,
    ) -> None:
        """Visits in every window; a round reaches its checkpoints one after another."""
        if start >= end:
            return
        assert isinstance(duty.cadence, (Each, tuple))
        rng, points = self._rng, list(checkpoints) if duty.rule.evidence == "scan" and checkpoints else [""]
        opens, closes, night = _windows(duty.cadence, start, end, self._zone, duty.anchor)
        count = len(opens)
        done = rng.random(count) < np.where(night, conduct.night, conduct.day)
        late = done & (rng.random(count) < conduct.late) & (duty.grace.total_seconds() > 0)
        length = closes - opens
        walked = opens + rng.uniform(0.02, 0.85, count) * length
        walked = np.where(late, closes + rng.uniform(0.05, 0.6, count) * duty.grace.total_seconds(), walked)
        steps = np.cumsum(rng.uniform(40, 95, (count, len(points))), axis=1)
        effective = walked[:, None] + steps
        effective = np.where(late[:, None], effective, np.minimum(effective, closes[:, None] - 2))
        delay = np.where(rng.random(count) < 0.025, rng.uniform(1800, 40_000, count), 0.0)
        recorded = effective + delay[:, None] + rng.uniform(1, 25, effective.shape)
        kept = done[:, None] & (rng.random(effective.shape) > 0.004)
        waiver = self._waived.get((duty.scheme, duty.rule.id, source.subject))
        if waiver is not None:
            excused = (closes > waiver.start.timestamp()) & (closes <= waiver.end.timestamp())
            kept &= ~excused[:, None]
        self._records.add_rounds(source, points, effective, recorded, kept)

    def _periods(self, source: Source, duty: Duty, since: datetime, conduct: Conduct) -> None:
        """The period that runs and the one before."""
        assert isinstance(duty.cadence, (tuple, Each))
        windows = list(aligned_windows(duty.cadence, since, self._until, self._zone, duty.anchor))[-2:]
        for window in windows:
            start, draw, share = max(window.start, since), self._rng.random(), self._rng.uniform(0.08, 0.92)
            waiver = self._waived.get((duty.scheme, duty.rule.id, source.subject))
            if waiver is not None and waiver.start < window.end <= waiver.end:
                continue
            if draw < conduct.papers:
                self._paper(source, duty, start + (window.end - start) * share, conduct)
            elif draw < conduct.papers + (1 - conduct.papers) * 0.35 and duty.grace:
                self._paper(source, duty, window.end + duty.grace * share, conduct)

    def _standing(self, source: Source, duty: Duty, since: datetime, conduct: Conduct) -> None:
        """The latest record, with those it replaced; where conduct is poor it has expired or never came."""
        draw, share = self._rng.random(), self._rng.uniform(0.03, 0.93)
        valid = duty.valid_for or timedelta(days=300)
        latest = self._until - valid * share
        if draw > conduct.papers:
            if draw > conduct.papers + (1 - conduct.papers) * 0.5:
                return
            latest = self._until - valid * (1.03 + share / 2)
        moment = max(latest, since + min(duty.grace, DAY * 5) * share)
        self._paper(source, duty, moment, conduct)
        earlier = moment - valid * self._rng.uniform(0.86, 0.98)
        while earlier > max(since, self._until - 100 * DAY):
            self._paper(source, duty, earlier, conduct)
            earlier -= valid * 0.93

    def _events(
        self, source: Source, duty: Duty, subject: SubjectFacts, adopted: datetime, conduct: Conduct
    ) -> None:
        """Within a time of registration or of a changed figure."""
        assert isinstance(duty.cadence, Within)
        moments = {
            "place-registered": [subject.registered],
            "figure-changed": [version.start for version in subject.versions[1:]],
        }.get(duty.cadence.of, [])
        for moment in moments:
            if moment >= adopted and self._rng.random() < conduct.papers:
                self._paper(
                    source,
                    duty,
                    moment + duration(duty.cadence.within) * self._rng.uniform(0.1, 0.9),
                    conduct,
                )

    def _once(self, source: Source, duty: Duty, since: datetime, conduct: Conduct) -> None:
        if self._rng.random() < conduct.papers:
            self._paper(
                source,
                duty,
                since + max(duty.grace, timedelta(hours=1)) * self._rng.uniform(0.1, 0.9),
                conduct,
            )

    def _paper(self, source: Source, duty: Duty, moment: datetime, conduct: Conduct) -> None:
        """One record in working hours, with its quantity, its note, and now and then an item that failed."""
        rng = self._rng
        hurried = duty.grace < DAY
        when = moment.timestamp() if hurried else _in_working_hours(moment, self._zone, rng)
        asked, quantity = duty.quantity, None
        if asked is not None:
            short = rng.random() > conduct.papers
            quantity = float(np.floor(asked * rng.uniform(0.7, 0.99))) if short else float(asked)
            if not short and duty.unit != "percent":
                quantity += float(rng.integers(0, max(2, int(asked * 0.08))))
        items = duty.rule.items
        fails = bool(items) and duty.rule.evidence == "inspection" and rng.random() < conduct.fails_item
        failed = (items[int(rng.integers(len(items)))].id,) if fails and items else ()
        notes = _NOTES.get(duty.rule.evidence, ("",))
        note = "发现问题，已通知整改" if failed else notes[int(rng.integers(len(notes)))]
        delay = rng.uniform(60, 5 * 3600) if not hurried else rng.uniform(20, 900)
        number = self._records.add(Record(source, when, when + delay, "", quantity, note, failed))
        if number is not None and failed:
            self.failed.append((number, duty))


def _often(duty: Duty) -> bool:
    """Whether a duty comes round every day or oftener."""
    if isinstance(duty.cadence, Each):
        return duty.cadence.each == "day"
    return isinstance(duty.cadence, tuple) and min(duration(band.every) for band in duty.cadence) <= DAY


@lru_cache(maxsize=512)
def _windows(
    cadence: Recurring, start: datetime, end: datetime, zone: ZoneInfo, anchor: date
) -> tuple[Seconds, Seconds, NDArray[np.bool_]]:
    """Starts and ends of the windows in a stretch of time, and which of them lie between 22:00 and 06:00."""
    found = list(aligned_windows(cadence, start, end, zone, anchor))
    opens = np.array([max(window.start, start).timestamp() for window in found])
    closes = np.array([window.end.timestamp() for window in found])
    hours = np.array([window.start.astimezone(zone).hour for window in found], dtype=int)
    return opens, closes, (hours >= 22) | (hours < 6)


def _in_working_hours(moment: datetime, zone: ZoneInfo, rng: np.random.Generator) -> float:
    local = moment.astimezone(zone)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return day.timestamp() + float(rng.uniform(*_WORKDAY_S))
