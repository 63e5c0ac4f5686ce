"""The points of places that action cards show, and the places near by that are told."""

from anlan.engine.action_cards import CONTROL_ROOM, Neighbour, Point, PointKind
from anlan.engine.geodesy import metres_between
from anlan.engine.policy import Text
from anlan.models import Place, PlacePoint

NEAR_METRES = 500
MOST_NEIGHBOURS = 3
_DEGREE_METRES = 111_000
"""A degree of latitude; the box that it makes is only looked through, distances are measured exactly."""


def points_of(place: Place) -> list[PlacePoint]:
    """All points of a place, those in use first, by kind and name."""
    rows = list(place.points.order_by("kind", "name_zh"))
    return sorted(rows, key=lambda row: row.closed_at is not None)


def open_points(place: Place) -> tuple[Point, ...]:
    """The points in use as a card shows them."""
    return tuple(_point(row) for row in place.points.filter(closed_at=None).order_by("kind", "name_zh"))


def neighbours_of(place: Place) -> tuple[Neighbour, ...]:
    """The nearest places within 500 m that somebody answers for, three at most, by distance and then by code.

    The number is that of the control room; a place without one gives that of its receiver of warnings.
    """
    if place.longitude is None or place.latitude is None:
        return ()
    here = (place.longitude, place.latitude)
    side = NEAR_METRES / _DEGREE_METRES
    box = Place.objects.filter(
        closed_at=None,
        latitude__range=(here[1] - side, here[1] + side),
        longitude__range=(here[0] - 4 * side, here[0] + 4 * side),
    ).exclude(pk=place.pk)
    rooms = dict(
        PlacePoint.objects.filter(place__in=box, kind=CONTROL_ROOM, closed_at=None)
        .exclude(call_number="")
        .order_by("-name_zh")
        .values_list("place", "call_number")
    )
    found: list[tuple[float, str, Neighbour]] = []
    for row in box:
        number = rooms.get(row.pk) or row.receiver_phone
        if not number or row.longitude is None or row.latitude is None:
            continue
        metres = metres_between(here, (row.longitude, row.latitude))
        if metres <= NEAR_METRES:
            name = Text(row.name_zh, row.name_en or row.name_zh)
            found.append((metres, row.code, Neighbour(name, number)))
    return tuple(one for _metres, _code, one in sorted(found, key=lambda each: each[:2])[:MOST_NEIGHBOURS])


def _point(row: PlacePoint) -> Point:
    kind: PointKind = row.kind  # type: ignore[assignment]  # the table holds only these
    return Point(
        kind=kind,
        name=Text(row.name_zh, row.name_en or row.name_zh),
        note=Text(row.note_zh, row.note_en or row.note_zh),
        number=row.call_number,
    )
