"""What falls back when a warning is stood down, and what another level still holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

import numpy as np
from django.db.models import Q

from anlan.engine.areas import Area, area_read
from anlan.engine.policy import LEVELS, Level
from anlan.models import PostureChange, WarningNotice
from anlan.queries.board import board
from anlan.queries.warnings import Preview, numbers_within, preview


@dataclass(frozen=True, slots=True)
class Falling:
    """How many places a warning covers, how many of them fall to which level, and which duties change there."""

    places: int
    levels: tuple[tuple[Level, int], ...]
    preview: Preview


def falling_back(notice: WarningNotice, at: datetime) -> Falling:
    """What standing a warning down would change now."""
    city = board(at)
    own = notice.postures.first()
    area = area_read((own.area if own is not None and own.area is not None else None) or notice.area)
    numbers = numbers_within(area, (), city)
    left = np.zeros(len(city.loaded.ids), dtype=np.int8)
    running = PostureChange.objects.filter(Q(end=None) | Q(end__gt=at), start__lte=at)
    for posture in running.exclude(warning=notice).select_related("place"):
        members = numbers_within(_area_of(posture), (), city)
        left[members] = np.maximum(left[members], LEVELS.index(cast("Level", posture.level)))
    counted = np.bincount(left[numbers], minlength=len(LEVELS))
    levels = tuple((level, int(counted[rank])) for rank, level in enumerate(LEVELS) if counted[rank])
    return Falling(len(numbers), levels, preview(area, (), "normal", at))


def _area_of(posture: PostureChange) -> Area:
    """Where a posture holds, whichever way it was stated."""
    if posture.area is not None:
        return area_read(posture.area)
    if posture.place is not None:
        return Area(places=frozenset([posture.place.code]))
    return Area(districts=(posture.district_id,)) if posture.district_id else Area(city=True)
