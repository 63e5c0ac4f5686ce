"""Which OpenStreetMap tags mean which kind of place of the shared vocabulary (schemes/vocabulary/terms.yaml)."""

from collections.abc import Mapping

KIND_OF_TAG: tuple[tuple[str, str, str], ...] = (
    ("amenity", "hospital", "hospital"),
    ("amenity", "clinic", "clinic"),
    ("amenity", "doctors", "clinic"),
    ("amenity", "fire_station", "fire-station"),
    ("amenity", "police", "police-station"),
    ("amenity", "kindergarten", "kindergarten"),
    ("amenity", "school", "school"),
    ("amenity", "college", "college"),
    ("amenity", "university", "university"),
    ("amenity", "bus_station", "bus-station"),
    ("amenity", "ferry_terminal", "port"),
    ("amenity", "theatre", "theatre"),
    ("amenity", "cinema", "cinema"),
    ("amenity", "library", "library"),
    ("amenity", "marketplace", "market"),
    ("amenity", "place_of_worship", "worship"),
    ("amenity", "townhall", "government-seat"),
    ("amenity", "courthouse", "court"),
    ("amenity", "bank", "bank"),
    ("amenity", "fuel", "petrol-station"),
    ("amenity", "nightclub", "nightclub"),
    ("amenity", "community_centre", "community-hall"),
    ("amenity", "conference_centre", "exhibition-centre"),
    ("amenity", "exhibition_centre", "exhibition-centre"),
    ("amenity", "social_facility", "care-home"),
    ("amenity", "nursing_home", "care-home"),
    ("amenity", "post_office", "post"),
    ("healthcare", "hospital", "hospital"),
    ("shop", "mall", "mall"),
    ("shop", "department_store", "mall"),
    ("shop", "supermarket", "supermarket"),
    ("railway", "station", "station"),
    ("railway", "halt", "station"),
    ("public_transport", "station", "station"),
    ("aeroway", "aerodrome", "airport"),
    ("leisure", "stadium", "stadium"),
    ("leisure", "sports_centre", "gym"),
    ("leisure", "fitness_centre", "gym"),
    ("leisure", "water_park", "amusement-park"),
    ("leisure", "park", "park"),
    ("tourism", "museum", "museum"),
    ("tourism", "gallery", "gallery"),
    ("tourism", "hotel", "hotel"),
    ("tourism", "theme_park", "amusement-park"),
    ("tourism", "attraction", "scenic-area"),
    ("place", "square", "square"),
    ("power", "plant", "power"),
    ("power", "substation", "power"),
    ("man_made", "water_works", "waterworks"),
    ("telecom", "exchange", "telecom"),
    ("telecom", "data_center", "data-centre"),
)
"""First match wins, so that a station with a shop in it stays a station."""

KEYS: tuple[str, ...] = tuple(dict.fromkeys(key for key, _, _ in KIND_OF_TAG))

DRIVABLE: frozenset[str] = frozenset(
    {
        *(
            main + link
            for main in ("motorway", "trunk", "primary", "secondary", "tertiary")
            for link in ("", "_link")
        ),
        *("unclassified", "residential", "living_street", "service", "road"),
    }
)
"""Values of `highway` that cars use; lengths are reported for these."""

_KIND: dict[tuple[str, str], str] = {(key, value): kind for key, value, kind in KIND_OF_TAG}
_METRO = {"subway", "light_rail", "monorail"}
_CARE_HOMES = {"nursing_home", "assisted_living", "group_home"}


def kind_of(tags: Mapping[str, str]) -> str | None:
    """The kind of place that the tags describe, None if it is none of ours."""
    for key in KEYS:
        value = tags.get(key)
        kind = _KIND.get((key, value)) if value else None
        if kind == "station" and (tags.get("station") in _METRO or tags.get("subway") == "yes"):
            return "metro-station"
        if kind and not _is_something_else(kind, key, tags):
            return kind
    return None


def kinds_tagged(tags: Mapping[str, str]) -> set[str]:
    """Every kind that one of the tags alone would mean: how objects are counted before anything is narrowed."""
    return {kind for key in KEYS if (kind := _KIND.get((key, tags.get(key, ""))))}


def _is_something_else(kind: str, key: str, tags: Mapping[str, str]) -> bool:
    """Whether a broader tag is narrowed by another one to something that is not this kind."""
    if kind == "care-home" and tags.get("amenity") == "social_facility":
        return tags.get("social_facility") not in _CARE_HOMES
    if kind == "station" and key == "public_transport":
        return tags.get("amenity") in {"bus_station", "ferry_terminal"} or "aerialway" in tags
    if kind == "power":
        return tags.get("substation") in {"minor_distribution", "kiosk", "compensation"}
    return False
