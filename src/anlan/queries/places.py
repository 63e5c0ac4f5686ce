"""Finding places: one by what somebody calls it, many by filters."""

import uuid

from django.db.models import Q

from anlan.models import Place


def found_place(name: str) -> Place | None:
    """The place with this code or id, or the only one with this name; None when there is none or several."""
    places = Place.objects.select_related("district", "department", "operator")
    place = places.filter(code=name).first()
    if place is not None:
        return place
    try:
        return places.filter(pk=uuid.UUID(name)).first()
    except ValueError:
        pass
    named = list(places.filter(Q(name_zh=name) | Q(name_en__iexact=name))[:2])
    return named[0] if len(named) == 1 else None
