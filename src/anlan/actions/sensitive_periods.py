"""Sensitive periods: settled beforehand, adopted, changed before they begin, and withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from django.db import transaction

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.actions.posture import end_posture, raise_posture
from anlan.actions.turns import take_turn
from anlan.engine.areas import Area, area_kept, area_read
from anlan.engine.policy import Level
from anlan.engine.sensitive_periods import Days, days_of, period_state, spans_kept
from anlan.engine.warnings import needs_second_person
from anlan.models import SensitivePeriod, User
from anlan.queries.duties import basis
from anlan.queries.warnings import codes_within

Obstacle = Literal["not-open", "same-person", "no-places", "over", "begun", "no-reason"]


class PeriodRefusedError(ValueError):
    """A step that a period cannot take as it stands; `obstacle` says why."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle: Obstacle = obstacle


@dataclass(frozen=True, slots=True)
class PeriodDraft:
    """What a period states: a level for an area on some days, and who says so where (`source`)."""

    name: tuple[str, str]
    level: Level
    area: Area
    days: Sequence[Days]
    source: str
    tiers: Sequence[str] = ()
    reason: str = ""

    def columns(self) -> dict[str, Any]:
        """The draft as the table keeps it."""
        return {
            "name_zh": self.name[0],
            "name_en": self.name[1],
            "level": self.level,
            "area": area_kept(self.area),
            "tiers": list(self.tiers),
            "spans": spans_kept(self.days),
            "source": self.source,
            "reason": self.reason,
        }


def add_period(
    draft: PeriodDraft, *, by: User | None, at: datetime, replaces: SensitivePeriod | None = None
) -> SensitivePeriod:
    """Enter a period: adopted at once where one person is enough, else a second person is asked.

    `replaces` is the period that it changes; that one holds as it is until this one is adopted.
    """
    codes = codes_within(draft.area, tuple(draft.tiers), at)
    _require(bool(codes), "no-places")
    zone = basis().zone
    _require(any(at < one.moments(zone)[1] for one in draft.days), "over")
    with transaction.atomic():
        if replaces is not None:
            replaces = _taken(replaces)
            _require(not SensitivePeriod.objects.filter(replaces=replaces).exists(), "not-open")
            _require_changeable(replaces, at)
            _require(bool(draft.reason.strip()), "no-reason")
        period = SensitivePeriod.objects.create(
            replaces=replaces, entered_at=at, entered_by=by, place_count=len(codes), **draft.columns()
        )
        changes = {
            "name": [None, period.name_zh],
            "level": [None, period.level],
            "days": [None, period.spans],
        }
        _write("enter-period", period, changes, by=by, at=at, reason=draft.reason)
        if not needs_second_person(draft.level):
            _adopt(period, codes, by=by, at=at)
    return period


def adopt_period(period: SensitivePeriod, *, by: User, at: datetime) -> SensitivePeriod:
    """The second person agrees: the level is in force on its days."""
    codes = codes_within(area_read(period.area), tuple(period.tiers), at)
    with transaction.atomic():
        period = _taken(period)
        _require(period.adopted_at is None and period.withdrawn_at is None, "not-open")
        _require(by.pk != period.entered_by_id, "same-person")
        _require(bool(codes), "no-places")
        zone = basis().zone
        _require(any(at < one.moments(zone)[1] for one in days_of(period.spans)), "over")
        if period.replaces is not None:
            _require_changeable(period.replaces, at)
        return _adopt(period, codes, by=by, at=at)


@transaction.atomic
def withdraw_period(
    period: SensitivePeriod, *, reason: str, by: User | None, at: datetime
) -> SensitivePeriod:
    """Give a period up; one that is on ends at once, days that have passed stay counted."""
    period = _taken(period)
    state = period_state(period, at, basis().zone)
    _require(state in ("proposed", "coming", "in-force"), "not-open")
    _require(bool(reason.strip()), "no-reason")
    _withdraw(period, reason, by=by, at=at)
    if state == "proposed" and period.replaces_id is not None:
        # The period that it would have changed may be changed again.
        period.replaces = None
        period.save(update_fields=["replaces"])
    _write("withdraw-period", period, {}, by=by, at=at, reason=reason)
    return period


def _adopt(
    period: SensitivePeriod, codes: Sequence[str], *, by: User | None, at: datetime
) -> SensitivePeriod:
    """Put every span that is not over in force by its time. Tiers are settled now."""
    take_turn("warnings")
    area = Area(places=frozenset(codes)) if period.tiers else area_read(period.area)
    period.adopted_at, period.adopted_by, period.place_count = at, by, len(codes)
    period.save(update_fields=["adopted_at", "adopted_by", "place_count"])
    if period.replaces is not None:
        _withdraw(period.replaces, period.reason, by=by, at=at)
    for days in days_of(period.spans):
        start, end = days.moments(basis().zone)
        if end > at:
            raise_posture(
                cast("Level", period.level), start=max(start, at), end=end, reason=period.name_zh, by=by, at=at,
                area=None if area.city else area, period=period,
            )  # fmt: skip
    changes = {"level": [None, period.level], "places": [None, len(codes)], "days": [None, period.spans]}
    _write("adopt-period", period, changes, by=by, at=at)
    return period


def _withdraw(period: SensitivePeriod, reason: str, *, by: User | None, at: datetime) -> None:
    period.withdrawn_at, period.withdrawn_by, period.withdrawal_reason = at, by, reason
    period.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason"])
    for posture in period.postures.all():
        end_posture(posture, by=by, at=at, reason=reason)


def _require_changeable(period: SensitivePeriod, at: datetime) -> None:
    state = period_state(period, at, basis().zone)
    _require(state != "in-force", "begun")
    _require(state == "coming", "not-open")


def _taken(period: SensitivePeriod) -> SensitivePeriod:
    """The period as it is now, held until the step is done."""
    rows = SensitivePeriod.objects.select_for_update(of=("self",)).select_related("replaces")
    return rows.get(pk=period.pk)


def _require(holds: bool, obstacle: Obstacle) -> None:
    if not holds:
        raise PeriodRefusedError(obstacle)


def _write(
    action: str,
    period: SensitivePeriod,
    changes: dict[str, Any],
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
) -> None:
    entry = Change(action, "period", str(period.pk), period.name_zh, "", changes, reason)
    journal.write(entry, by=by, at=at)
