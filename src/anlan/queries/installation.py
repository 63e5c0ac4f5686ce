"""What this installation is: the city's name, the demo, versions, sizes, whether the worker lives."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path

from django.conf import settings
from django.db import connection

from anlan.models import CitySettings

WORKER_SILENT = timedelta(minutes=2)
"""After this long without a sign of life the worker counts as stopped."""


@dataclass(frozen=True, slots=True)
class Installation:
    """Figures for the administrator."""

    version: str
    database: str
    database_version: str
    data_folder: str
    data_bytes: int
    files_bytes: int
    basemap_bytes: int | None
    time_zone: str
    tls: bool
    worker_seen_at: datetime | None
    worker_alive: bool


def city_settings() -> CitySettings:
    """The installation's settings; empty ones while nobody has stated any."""
    return CitySettings.objects.filter(pk=1).first() or CitySettings(pk=1)


def installation(at: datetime) -> Installation:
    """What there is on this machine."""
    seen = city_settings().worker_seen_at
    is_sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        cursor.execute("SELECT sqlite_version()" if is_sqlite else "SHOW server_version")
        (database_version,) = cursor.fetchone()
    return Installation(
        version=metadata.version("anlan"),
        database="SQLite" if is_sqlite else "PostgreSQL",
        database_version=str(database_version),
        data_folder=str(settings.DATA),
        data_bytes=_bytes_in(settings.DATA),
        files_bytes=_bytes_in(Path(settings.MEDIA_ROOT)),
        basemap_bytes=settings.BASEMAP.stat().st_size if settings.BASEMAP.exists() else None,
        time_zone=settings.TIME_ZONE,
        tls=settings.TLS,
        worker_seen_at=seen,
        worker_alive=seen is not None and at - seen < WORKER_SILENT,
    )


def _bytes_in(folder: Path) -> int:
    if not folder.is_dir():
        return 0
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
