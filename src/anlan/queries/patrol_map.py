"""The piece of the base map that a guard's phone keeps for a place's rounds."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db.models import Q

from anlan.links.basemap_extract import MapExtract, extract_around
from anlan.models import Place
from anlan.queries.map_credits import basemap_credit


@dataclass(frozen=True, slots=True)
class PhoneMap:
    """What to draw under the checkpoints; equal maps have equal stamps. `credit` names who made the data."""

    stamp: str
    credit: str
    extract: MapExtract


def map_for_phone(place: Place, at: datetime) -> PhoneMap | None:
    """The base map around the checkpoints of a place; None without a base map there or without coordinates."""
    open_now = Q(closed_at=None) | Q(closed_at__gt=at)
    rows = place.checkpoints.filter(open_now, longitude__isnull=False, latitude__isnull=False)
    points = sorted(set(rows.values_list("longitude", "latitude")))
    try:
        about = settings.BASEMAP.stat()
    except OSError:
        return None
    return _map_of(settings.BASEMAP, about.st_mtime_ns, about.st_size, tuple(points))


@lru_cache(maxsize=64)
def _map_of(
    archive: Path, _changed: int, _size: int, points: Sequence[tuple[float, float]]
) -> PhoneMap | None:
    extract = extract_around(archive, points)
    if extract is None:
        return None
    credit = basemap_credit()
    content = repr((extract, credit)).encode()
    return PhoneMap(hashlib.sha256(content).hexdigest()[:16], credit, extract)
