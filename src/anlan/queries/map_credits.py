"""Whose data maps and lists show, so that it can be said on every page."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from pmtiles.reader import Reader

from anlan.links.openstreetmap import CREDIT
from anlan.models import Place


def map_credits() -> str:
    """Those who made the base map, and OpenStreetMap's contributors while places of theirs are in the register."""
    credit = basemap_credit()
    if CREDIT not in credit and Place.objects.filter(source="osm").exists():
        credit = f"{credit} · {CREDIT}" if credit else CREDIT
    return credit


def basemap_credit() -> str:
    """Those who made the base map; empty where there is none."""
    try:
        about = settings.BASEMAP.stat()
    except OSError:
        return ""
    return _credit_of(settings.BASEMAP, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=4)
def _credit_of(path: Path, _changed: int, _size: int) -> str:
    """What the archive says of its data; read once for each archive."""

    def part(offset: int, length: int) -> bytes:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(length)

    try:
        reader: Any = Reader(part)  # type: ignore[no-untyped-call]  # pmtiles has no types
        return str(reader.metadata().get("attribution") or "")
    except Exception:  # noqa: BLE001  (a damaged archive has nothing to say, whatever the reader stumbles over)
        return ""
