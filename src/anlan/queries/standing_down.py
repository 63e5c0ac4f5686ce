"""What falls back when a warning is stood down, and what another level still holds."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from anlan.engine.areas import area_read
from anlan.engine.policy import LEVELS, Level
from anlan.models import WarningNotice
from anlan.queries.board import board
from anlan.queries.warnings import Preview, levels_held, numbers_within, preview


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
    left = levels_held(city, at, without=notice)
    counted = np.bincount(left[numbers], minlength=len(LEVELS))
    levels = tuple((level, int(counted[rank])) for rank, level in enumerate(LEVELS) if counted[rank])
    return Falling(len(numbers), levels, preview(area, (), "normal", at, without=notice))
