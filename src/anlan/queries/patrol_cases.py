"""Records of patrols that wait for a person, case by case: a burst of scans is looked at once."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from anlan.engine.patrol_cases import Marked, cases
from anlan.models import Place, Visit

BURST = "burst"


def to_review(place: Place) -> QuerySet[Visit]:
    """Records of a place with a mark that nobody has looked at."""
    rows = _marked(Visit.objects.filter(walk__place=place))
    return rows.select_related("walk__beat", "checkpoint", "code").order_by("-effective_at")


def cases_to_review(place: Place) -> list[tuple[str, ...]]:
    """The ids of the records of each case of a place, the latest case first; one read."""
    return cases([marked for _place, marked in _read(_marked(Visit.objects.filter(walk__place=place)))])


def waiting_cases(places: Collection[UUID]) -> dict[UUID, int]:
    """How many cases wait at each of some places that has any; one read."""
    by_place: dict[UUID, list[Marked]] = {}
    for place, marked in _read(_marked(Visit.objects.filter(walk__place__in=places))):
        by_place.setdefault(place, []).append(marked)
    return {place: len(cases(marked)) for place, marked in by_place.items()}


def whole_cases(place: Place, ids: Collection[str]) -> list[str]:
    """The ids of all records of the cases that these belong to; those that wait no longer stay by themselves."""
    known = {one: case for case in cases_to_review(place) for one in case}
    return list(dict.fromkeys(one for key in ids for one in known.get(key, (key,))))


def _marked(rows: QuerySet[Visit]) -> QuerySet[Visit]:
    """Those with a mark that nobody has looked at; a code typed by hand was a mark once and is none by itself."""
    return rows.filter(reviewed_at=None).exclude(flags=[]).exclude(flags=["typed"])


def _read(rows: QuerySet[Visit]) -> Iterable[tuple[UUID, Marked]]:
    found: Iterable[tuple[UUID, UUID, UUID, datetime, list[str]]] = rows.values_list(
        "walk__place", "pk", "walk", "effective_at", "flags"
    )
    for place, pk, walk, at, flags in found:
        yield place, Marked(str(pk), str(walk), at, BURST in flags)
