"""What a place needs before its rounds can be planned, in order, with what is done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.models import CheckpointCode, Place, RosterLine
from anlan.queries.patrol_planning import planned_ahead
from anlan.queries.patrol_plans import beats_of
from anlan.web.patrol_forms import guards_of

DAYS = 7


@dataclass(frozen=True, slots=True)
class SetUpStep:
    """One step: whether it is done, how it stands in words, where it is done ("" where somebody else does it)."""

    title: str
    words: str
    done: bool
    href: str


def steps_to_set_up(place: Place, at: datetime) -> list[SetUpStep]:
    """The steps from an empty place to drawn rounds; a handful of reads."""
    points = set(place.checkpoints.filter(closed_at=None).values_list("pk", flat=True))
    shifts = place.shifts.filter(closed_at=None).count()
    beats = beats_of(place, at)
    walked = {point.pk for beat in beats if not beat.spare for point in beat.checkpoints.all()}
    coded = CheckpointCode.objects.filter(checkpoint__in=points, void_at=None).values("checkpoint").distinct()
    codes, guards = coded.count(), guards_of(place, at).count()
    today = timezone.localdate(at)
    lines = RosterLine.objects.filter(shift__place=place, on__gte=today, guard__isnull=False)
    manned = lines.values("shift", "on").distinct().count()
    ahead = planned_ahead([place], today, DAYS, at)[place.pk]
    code = place.code
    beats_page = reverse("place-beats", args=[code])
    return [
        SetUpStep(
            _("Checkpoints"),
            _counted(len(points), _("none yet: add them to the file of the place")),
            bool(points),
            reverse("place-file", args=[code]),
        ),
        SetUpStep(_("Shifts"), _counted(shifts, _("none yet")), shifts > 0, beats_page),
        SetUpStep(
            _("Beats"),
            _("every checkpoint is on a beat")
            if points and points <= walked
            else _("%(walked)s of %(points)s checkpoints are on a beat")
            % {"walked": len(points & walked), "points": len(points)},
            bool(points) and points <= walked,
            beats_page,
        ),
        SetUpStep(
            _("Codes at the checkpoints"),
            _("%(codes)s of %(points)s checkpoints have one") % {"codes": codes, "points": len(points)},
            bool(points) and codes >= len(points),
            reverse("place-codes", args=[code]),
        ),
        SetUpStep(
            _("Guards"),
            _counted(guards, _("none yet: an administrator grants people the role of guard for this place")),
            guards > 0,
            "",
        ),
        SetUpStep(
            _("Roster"),
            _("%(shifts)s shifts to come have somebody") % {"shifts": manned},
            manned > 0,
            reverse("place-roster", args=[code]),
        ),
        SetUpStep(
            _("Plan"),
            _("%(planned)s of %(shifts)s shifts of the coming 7 days are planned")
            % {"planned": ahead.planned, "shifts": ahead.shifts},
            ahead.shifts > 0 and ahead.is_whole,
            reverse("place-patrol-plan", args=[code]),
        ),
    ]


def set_up_context(place: Place, at: datetime) -> dict[str, Any]:
    """The steps for a page, the next one to take, and whether anything is still to be done."""
    steps = steps_to_set_up(place, at)
    following = next((step for step in steps if not step.done and step.href), None)
    return {"steps": steps, "next_step": following, "is_set_up": all(step.done for step in steps)}


def _counted(number: int, none: str) -> str:
    return _("%(count)s there") % {"count": number} if number else none
