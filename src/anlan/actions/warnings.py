"""Warnings: drafted, proposed, confirmed and issued, updated and stood down; what is issued is never edited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.actions.posture import end_posture, prolong_posture, raise_posture
from anlan.actions.turns import take_turn
from anlan.actions.warning_follow_up import ask_later, follow_later
from anlan.actions.warning_signals import name_basis
from anlan.engine.areas import Area, area_kept, area_read
from anlan.engine.policy import Level
from anlan.engine.warnings import clocks_at, is_unratified, needs_second_person, state_at
from anlan.models import Acknowledgement, Place, Signal, User, WarningNotice
from anlan.queries.duties import basis
from anlan.queries.warnings import codes_within

Obstacle = Literal[
    "not-open",
    "same-person",
    "too-early",
    "no-places",
    "ends-too-soon",
    "not-in-force",
    "not-waiting",
    "no-reason",
]


class WarningRefusedError(ValueError):
    """A step that a warning cannot take as it stands; `obstacle` says why."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle: Obstacle = obstacle


@dataclass(frozen=True, slots=True)
class WarningDraft:
    """What a warning states; `start` None means from the moment of issue."""

    category: str
    level: Level
    area: Area
    expected_end: datetime
    matters: tuple[str, str]
    measures: tuple[str, str]
    issuer: tuple[str, str]
    tiers: Sequence[str] = ()
    start: datetime | None = None
    reason: str = ""

    def columns(self) -> dict[str, Any]:
        """The draft as the table keeps it."""
        return {
            "category": self.category,
            "level": self.level,
            "area": area_kept(self.area),
            "tiers": list(self.tiers),
            "start": self.start,
            "expected_end": self.expected_end,
            "matters_zh": self.matters[0],
            "matters_en": self.matters[1],
            "measures_zh": self.measures[0],
            "measures_en": self.measures[1],
            "issuer_zh": self.issuer[0],
            "issuer_en": self.issuer[1],
            "reason": self.reason,
        }


@transaction.atomic
def draft_warning(
    draft: WarningDraft,
    *,
    by: User | None,
    at: datetime,
    replaces: WarningNotice | None = None,
    signal: Signal | None = None,
) -> WarningNotice:
    """Keep a draft; `replaces` is the warning in force that it would update, `signal` what it was drafted from."""
    if replaces is not None:
        _require(_state(replaces, at) in ("coming", "in-force"), "not-in-force")
        WarningNotice.objects.filter(replaces=replaces, withdrawn_at__isnull=False).update(replaces=None)
        _require(not WarningNotice.objects.filter(replaces=replaces).exists(), "not-open")
    basis_of = signal or (replaces.signal if replaces else None)
    notice = WarningNotice.objects.create(
        replaces=replaces, signal=basis_of, drafted_at=at, drafted_by=by, **draft.columns()
    )
    _write("draft-warning", notice, {"level": [None, notice.level]}, by=by, at=at)
    return notice


@transaction.atomic
def change_draft(
    notice: WarningNotice, draft: WarningDraft, *, by: User | None, at: datetime
) -> WarningNotice:
    """Change a draft; what was proposed has to be proposed again."""
    notice = _taken(notice)
    _require(_state(notice, at) in ("draft", "proposed"), "not-open")
    for name, value in draft.columns().items():
        setattr(notice, name, value)
    notice.proposed_at, notice.proposed_by = None, None
    notice.save()
    _write("change-warning", notice, {"level": [None, notice.level]}, by=by, at=at)
    return notice


@transaction.atomic
def withdraw_draft(notice: WarningNotice, *, by: User | None, at: datetime) -> WarningNotice:
    """Give a draft up."""
    notice = _taken(notice)
    _require(_state(notice, at) in ("draft", "proposed"), "not-open")
    notice.withdrawn_at = at
    notice.save(update_fields=["withdrawn_at"])
    _write("withdraw-warning", notice, {}, by=by, at=at)
    return notice


def propose_warning(notice: WarningNotice, *, by: User | None, at: datetime) -> WarningNotice:
    """Send a draft on its way: issued at once where one person is enough, else a second person is asked."""
    covers = _covered(notice, at)
    with transaction.atomic():
        return _propose(notice, covers, by=by, at=at)


def confirm_warning(notice: WarningNotice, *, by: User, at: datetime) -> WarningNotice:
    """The second person agrees: the warning is issued."""
    covers = _covered(notice, at)
    with transaction.atomic():
        return _confirm(notice, covers, by=by, at=at)


def issue_as_emergency(notice: WarningNotice, *, reason: str, by: User | None, at: datetime) -> WarningNotice:
    """Issue without a second person once nobody confirmed in the scheme's time; it ends unless it is ratified."""
    covers = _covered(notice, at)
    with transaction.atomic():
        return _issue_alone(notice, covers, reason, by=by, at=at)


def _propose(notice: WarningNotice, covers: "_Covers", *, by: User | None, at: datetime) -> WarningNotice:
    notice = _taken(notice)
    _require(_state(notice, at) == "draft", "not-open")
    _require(bool(covers.codes), "no-places")
    _require(notice.expected_end > at, "ends-too-soon")
    notice.proposed_at, notice.proposed_by = at, by
    notice.save(update_fields=["proposed_at", "proposed_by"])
    if needs_second_person(cast("Level", notice.level)):
        _write("propose-warning", notice, {"level": [None, notice.level]}, by=by, at=at)
        ask_later(notice)
        return notice
    return _issue(notice, covers, by=by, at=at)


def _confirm(notice: WarningNotice, covers: "_Covers", *, by: User, at: datetime) -> WarningNotice:
    notice = _taken(notice)
    _require(_state(notice, at) == "proposed", "not-waiting")
    _require(by.pk not in (notice.proposed_by_id, notice.drafted_by_id), "same-person")
    _require(notice.expected_end > at, "ends-too-soon")
    notice.confirmed_at, notice.confirmed_by = at, by
    notice.save(update_fields=["confirmed_at", "confirmed_by"])
    return _issue(notice, covers, by=by, at=at)


def _issue_alone(
    notice: WarningNotice, covers: "_Covers", reason: str, *, by: User | None, at: datetime
) -> WarningNotice:
    notice = _taken(notice)
    _require(_state(notice, at) == "proposed", "not-waiting")
    _require(notice.expected_end > at, "ends-too-soon")
    _require(bool(reason.strip()), "no-reason")
    clocks = clocks_at(basis(), at)
    _require(notice.proposed_at is not None and at >= notice.proposed_at + clocks.second_person, "too-early")
    notice.ratify_by = at + clocks.ratification
    notice.save(update_fields=["ratify_by"])
    return _issue(notice, covers, by=by, at=at, reason=reason)


@transaction.atomic
def ratify_warning(notice: WarningNotice, *, by: User, at: datetime) -> WarningNotice:
    """The second person agrees to what was issued as an emergency; it then lasts as long as was expected."""
    notice = _taken(notice)
    _require(is_unratified(notice, at), "not-waiting")
    _require(by.pk not in (notice.proposed_by_id, notice.drafted_by_id), "same-person")
    notice.ratified_at, notice.ratified_by = at, by
    notice.save(update_fields=["ratified_at", "ratified_by"])
    for posture in notice.postures.all():
        prolong_posture(posture, notice.expected_end, by=by, at=at, reason="")
    _write("ratify-warning", notice, {}, by=by, at=at)
    follow_later(notice)
    return notice


@transaction.atomic
def end_warning(notice: WarningNotice, *, reason: str, by: User | None, at: datetime) -> WarningNotice:
    """Stand down: the level falls back at once."""
    notice = _taken(notice)
    _require(_state(notice, at) in ("coming", "in-force"), "not-in-force")
    _require(bool(reason.strip()), "no-reason")
    _end(notice, reason, by=by, at=at)
    _write("end-warning", notice, {"level": [notice.level, None]}, by=by, at=at, reason=reason)
    return notice


def acknowledge(
    notice: WarningNotice, place: Place, *, way: str, by: User | None, at: datetime
) -> Acknowledgement:
    """A place has taken note; said twice, the first holds."""
    try:
        with transaction.atomic():
            made = Acknowledgement.objects.create(warning=notice, place=place, way=way, by=by, at=at)
            entry = Change(
                "acknowledge-warning",
                "warning",
                str(notice.pk),
                str(notice),
                place.code,
                {"way": [None, way]},
            )
            journal.write(entry, by=by, at=at)
            return made
    except IntegrityError:
        return Acknowledgement.objects.get(warning=notice, place=place)


def _issue(
    notice: WarningNotice, covers: "_Covers", *, by: User | None, at: datetime, reason: str = ""
) -> WarningNotice:
    """Put it in force. Tiers are settled now: places that come into a tier later are not raised by it."""
    take_turn("warnings")
    _require(covers.is_of(notice), "not-open")
    _require(bool(covers.codes), "no-places")
    area = Area(places=covers.codes) if notice.tiers else covers.area
    year = timezone.localtime(at).year
    last = WarningNotice.objects.filter(year=year).aggregate(last=Max("number"))["last"] or 0
    notice.year, notice.number = year, last + 1
    notice.issued_at, notice.start = at, max(notice.start or at, at)
    notice.place_count = len(covers.codes)
    notice.save()
    end = min(notice.expected_end, notice.ratify_by or notice.expected_end)
    if notice.replaces is not None and _state(notice.replaces, at) in ("coming", "in-force"):
        _end(notice.replaces, str(notice), by=by, at=at)
    raise_posture(
        cast("Level", notice.level), start=notice.start, end=end, reason=str(notice), by=by, at=at,
        area=None if area.city else area, warning=notice,
    )  # fmt: skip
    changes = {"level": [None, notice.level], "places": [None, len(covers.codes)], "end": [None, end]}
    _write("issue-warning", notice, changes, by=by, at=at, reason=reason)
    name_basis(notice, by=by, at=at)
    follow_later(notice)
    return notice


def _end(notice: WarningNotice, reason: str, *, by: User | None, at: datetime) -> None:
    notice.ended_at, notice.ended_by, notice.end_reason = at, by, reason
    notice.save(update_fields=["ended_at", "ended_by", "end_reason"])
    for posture in notice.postures.all():
        end_posture(posture, by=by, at=at, reason=reason)
    follow_later(notice)


@dataclass(frozen=True, slots=True)
class _Covers:
    """The places of a draft, worked out from the board before anything is written."""

    area: Area
    tiers: tuple[str, ...]
    codes: frozenset[str]

    def is_of(self, notice: WarningNotice) -> bool:
        """Whether the draft still names the same area."""
        return self.area == area_read(notice.area) and self.tiers == tuple(notice.tiers)


def _covered(notice: WarningNotice, at: datetime) -> _Covers:
    area = area_read(notice.area)
    return _Covers(area, tuple(notice.tiers), frozenset(codes_within(area, notice.tiers, at)))


def _taken(notice: WarningNotice) -> WarningNotice:
    """The notice as it is now, held until the step is done."""
    return WarningNotice.objects.select_for_update(of=("self",)).select_related("replaces").get(pk=notice.pk)


def _state(notice: WarningNotice, at: datetime) -> str:
    return state_at(notice, at)


def _require(holds: bool, obstacle: Obstacle) -> None:
    if not holds:
        raise WarningRefusedError(obstacle)


def _write(
    action: str,
    notice: WarningNotice,
    changes: dict[str, Any],
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
) -> None:
    journal.write(Change(action, "warning", str(notice.pk), str(notice), "", changes, reason), by=by, at=at)
