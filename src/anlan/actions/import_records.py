"""What is kept of each import, from upload to done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anlan.models import PlaceImport, User


def note_done(
    source: str, name: str, result: Mapping[str, Any], *, by: User | None, at: datetime
) -> PlaceImport:
    """Keep that an import was carried out on the command line, for the list of imports."""
    kept = {key: value for key, value in result.items() if not isinstance(value, list)}
    return PlaceImport.objects.create(
        source=source,
        state="done",
        progress=100,
        result={"name": name, **kept},
        by=by,
        created_at=at,
        finished_at=at,
    )
