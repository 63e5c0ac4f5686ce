"""Erasing who walked: after the set time a walk and a roster say what was done, and no longer by whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from anlan.actions import journal
from anlan.actions.journal import Change
from anlan.models import RosterLine, Walk


@dataclass(frozen=True, slots=True)
class Erased:
    """How many walks and lines of rosters lost their name."""

    walks: int
    lines: int


@transaction.atomic
def erase_names(*, at: datetime, days: int | None = None) -> Erased:
    """Take the guard and the phone off walks that ended `days` ago, and the guard off rosters of then.

    The alias stays, so that what was done by one person can still be told apart. Doing it twice erases nothing more.
    """
    kept = days if days is not None else settings.PATROL_NAMES_DAYS
    before = at - timedelta(days=kept)
    over = Q(ended_at__lt=before) | Q(ended_at=None, started_at__lt=before - timedelta(days=1))
    walks = Walk.objects.filter(over, guard_erased_at=None).update(
        guard=None, device=None, guard_erased_at=at
    )
    day = timezone.localdate(before)
    lines = RosterLine.objects.filter(on__lt=day, guard__isnull=False).update(guard=None)
    if walks or lines:
        changes = {"walks": [None, walks], "roster_lines": [None, lines], "before": [None, before]}
        journal.write(Change("erase-guards", "walk", "", changes=changes), by=None, at=at)
    return Erased(walks, lines)
