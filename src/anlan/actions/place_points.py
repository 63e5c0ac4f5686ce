"""What a place has for the first ten minutes: exits, assembly points, cut-offs, hydrants, its control room."""

from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from anlan.actions import journal
from anlan.actions.register import place_entry
from anlan.engine.action_cards import PointKind
from anlan.models import Place, PlacePoint, User


@dataclass(frozen=True, slots=True)
class PointDraft:
    """A point as it is to be registered; `call_number` is the line of a control room, a post and never a person."""

    kind: PointKind
    name_zh: str
    name_en: str = ""
    note_zh: str = ""
    note_en: str = ""
    call_number: str = ""
    longitude: float | None = None
    latitude: float | None = None


@transaction.atomic
def add_point(place: Place, draft: PointDraft, *, by: User | None, at: datetime) -> PlacePoint:
    """A further point of the place; the action cards that show its kind have a new version from now on."""
    point = PlacePoint.objects.create(place=place, recorded_at=at, **asdict(draft))
    Place.objects.filter(pk=place.pk).update(changed_at=at)
    journal.write(place_entry("add-point", place, {"point": [None, point.name_zh]}, ""), by=by, at=at)
    return point


@transaction.atomic
def close_point(point: PlacePoint, *, by: User | None, at: datetime, reason: str) -> PlacePoint:
    """The point is on no card any more; one that is closed stays closed since then."""
    point = PlacePoint.objects.select_for_update(of=("self",)).select_related("place").get(pk=point.pk)
    if point.closed_at is not None:
        return point
    point.closed_at = at
    point.save(update_fields=["closed_at"])
    Place.objects.filter(pk=point.place_id).update(changed_at=at)
    entry = place_entry("close-point", point.place, {"point": [point.name_zh, None]}, reason)
    journal.write(entry, by=by, at=at)
    return point
