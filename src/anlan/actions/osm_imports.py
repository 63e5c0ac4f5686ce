"""An OpenStreetMap extract brought into the register, and the base map drawn from it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import shapely
from django.conf import settings
from django.db import transaction
from shapely.geometry import shape

from anlan.actions import journal, place_drafts
from anlan.actions.import_choices import decided
from anlan.actions.journal import Change
from anlan.actions.place_drafts import OSM, OSM_AREA_METHOD
from anlan.actions.register import PlaceDraft, Registered, register_places
from anlan.engine.policy import Text
from anlan.engine.walking_network import WalkingNetwork
from anlan.links import roads
from anlan.links.basemap import Basemap, Feature, write_basemap
from anlan.links.files import FileProblem
from anlan.links.openstreetmap import CREDIT, OsmCity, read_city
from anlan.links.osm_basemap import basemap_features
from anlan.links.osm_places import OsmPlace
from anlan.models import District, Place, PlaceFact, User
from anlan.queries.place_matching import Doubt, Match, RegisterIndex, Stated, match, register_index

Step = Literal["reading", "matching", "drawing", "writing"]
Progress = Callable[[Step, int], None]
"""Called with the step, and its count: objects read, or bands drawn in per cent."""

UNNAMED_LEFT_OUT = frozenset(
    {"park", "square", "scenic-area", "gym", "worship", "bank", "post", "gallery", "community-hall"}
)
"""Kinds of which the map has many small ones that nobody named, such as a patch of lawn; those are left out."""


@dataclass(frozen=True, slots=True)
class DoubtfulPlace:
    """A place of the extract that a person has to judge; `is_registered` is it already, or does it wait."""

    code: str
    name: str
    source_id: str
    doubts: tuple[Doubt, ...]
    is_registered: bool


@dataclass(frozen=True, slots=True)
class OsmOutcome:
    """What an extract brought."""

    places: Mapping[str, int]
    roads_km: float
    merged: int
    skipped: int
    registered: Registered
    doubtful: tuple[DoubtfulPlace, ...]
    basemap: Basemap | None


@dataclass(frozen=True, slots=True)
class _Recognised:
    """The places of an extract with the codes they go under, and those that wait for a person."""

    kept: list[tuple[OsmPlace, Match]]
    waiting: list[DoubtfulPlace]


def import_osm(
    path: Path,
    kinds: Mapping[str, Text],
    *,
    by: User | None,
    at: datetime,
    city_name: str = "",
    draw: bool = True,
    name: str = "",
    choices: Mapping[str, str] | None = None,
    progress: Progress = lambda _step, _count: None,
) -> OsmOutcome | FileProblem:
    """Bring places in, draw the base map and keep the ways people walk; map and register change together, or neither.

    `choices` is what a person said about places that waited, by their code: as in import_choices.
    """
    city = read_city(
        path, lambda step, count: progress("reading" if step == "reading" else "matching", count)
    )
    if isinstance(city, FileProblem):
        return city
    if not city.places and not city.roads:
        return FileProblem(
            Text(
                zh="文件中没有场所，也没有道路。请确认下载的区域和文件。",
                en="The file holds neither places nor roads. Check the area and the file.",
            )
        )
    network = roads.read_network(path) if draw else None
    if isinstance(network, FileProblem):
        return network
    progress("matching", 0)
    named = [p for p in city.places if p.name_zh or p.name_en or p.kind not in UNNAMED_LEFT_OUT]
    recognised = _recognise(named, register_index(), kinds, choices or {})
    new_map = settings.BASEMAP.with_name(f"{settings.BASEMAP.stem}.new{settings.BASEMAP.suffix}")
    drawn = _draw(city, new_map, city_name, progress) if draw else None
    new_ways = _keep_ways(network) if network is not None else None
    progress("writing", 0)
    try:
        with transaction.atomic():
            registered = register_places(
                list(_drafts(recognised.kept, kinds)), by=by, at=at, reason=name or path.name
            )
            if registered.created or registered.changed:
                journal.write(_entry(registered, name or path.name), by=by, at=at)
        if drawn:
            new_map.replace(settings.BASEMAP)
        if new_ways:
            new_ways.replace(settings.BASEMAP.with_name(roads.FILE_NAME))
    finally:
        new_map.unlink(missing_ok=True)
        if new_ways:
            new_ways.unlink(missing_ok=True)
    return OsmOutcome(
        places=dict(sorted(Counter(place.kind for place, _found in recognised.kept).items())),
        roads_km=round(city.drivable_km, 1),
        merged=len(city.merged),
        skipped=len(city.skipped) + len(city.places) - len(named),
        registered=registered,
        doubtful=(*recognised.waiting, *_unsure(city, recognised.kept, kinds)),
        basemap=drawn,
    )


def _recognise(
    places: Sequence[OsmPlace], index: RegisterIndex, kinds: Mapping[str, Text], choices: Mapping[str, str]
) -> _Recognised:
    stated = [_stated(number, place) for number, place in enumerate(places)]
    found = match(stated, index, among_themselves=False)
    recognised = _Recognised([], [])
    for place, matched in zip(places, found, strict=True):
        code = decided(matched, choices.get(matched.code, ""), index)
        if code is None:
            recognised.waiting.append(
                _doubtful(place, matched.code, matched.doubts, kinds, is_registered=False)
            )
        elif code and code not in index.closed:
            recognised.kept.append((place, Match(code, code in index.places)))
    return recognised


def _stated(number: int, place: OsmPlace) -> Stated:
    return Stated(
        number=number,
        own_code=place_drafts.code_of_source(OSM, place.source_ids[0]),
        names=tuple(name for name in (place.name_zh, place.name_en) if name),
        kind=place.kind,
        point=(place.position.longitude, place.position.latitude),
        source=OSM,
        source_ids=place.source_ids,
    )


def _drafts(kept: Iterable[tuple[OsmPlace, Match]], kinds: Mapping[str, Text]) -> Iterator[PlaceDraft]:
    kept = list(kept)
    codes = [found.code for _place, found in kept if found.is_known]
    known = {place.code: place for place in _known(codes)}
    ours = _areas_of_ours(codes)
    for place, found in kept:
        title = kinds.get(place.kind, Text(place.kind, place.kind))
        yield place_drafts.of_osm(place, found.code, title, known.get(found.code), found.code in ours)


def _known(codes: Sequence[str]) -> Iterator[Place]:
    for start in range(0, len(codes), 400):
        yield from Place.objects.filter(code__in=codes[start : start + 400])


def _areas_of_ours(codes: Sequence[str]) -> set[str]:
    """Places whose present area is the map's outline, so that a newer outline may replace it."""
    latest: dict[str, str] = {}
    for start in range(0, len(codes), 400):
        rows = PlaceFact.objects.filter(fact="area_m2", place__code__in=codes[start : start + 400])
        ordered = rows.order_by("valid_from", "recorded_at", "id")
        latest.update(ordered.values_list("place__code", "method"))
    return {code for code, method in latest.items() if method == OSM_AREA_METHOD}


def _unsure(
    city: OsmCity, kept: Sequence[tuple[OsmPlace, Match]], kinds: Mapping[str, Text]
) -> Iterator[DoubtfulPlace]:
    """Pairs inside the extract that only a person can judge; both are in the register."""
    by_id = {identifier: (place, found) for place, found in kept for identifier in place.source_ids}
    because = Text(zh="同类型，一个位于另一个的轮廓内", en="same kind, one inside the outline of the other")
    for pair in city.doubtful:
        first, second = by_id.get(pair.source_id), by_id.get(pair.other)
        if first and second and first[1].code != second[1].code:
            other_name = _name(second[0], kinds)
            doubts = (Doubt(second[1].code, other_name, because),)
            yield _doubtful(first[0], first[1].code, doubts, kinds, is_registered=True)


def _doubtful(
    place: OsmPlace, code: str, doubts: tuple[Doubt, ...], kinds: Mapping[str, Text], *, is_registered: bool
) -> DoubtfulPlace:
    return DoubtfulPlace(code, _name(place, kinds), place.source_ids[0], doubts, is_registered)


def _name(place: OsmPlace, kinds: Mapping[str, Text]) -> str:
    return place_drafts.osm_names(place, kinds.get(place.kind, Text(place.kind, place.kind)))[0]


# ---- the base map ------------------------------------------------------------------------------


def _draw(city: OsmCity, path: Path, name: str, progress: Progress) -> Basemap | None:
    return write_basemap(
        path,
        [*basemap_features(city), *_borders(city)],
        attribution=CREDIT,
        name=name or "Anlan",
        progress=lambda done, of: progress("drawing", round(100 * done / of) if of else 100),
    )


def _keep_ways(network: WalkingNetwork) -> Path:
    """The walking network as a file beside the base map, under a name of its own until all is done."""
    path = settings.BASEMAP.with_name(f"new.{roads.FILE_NAME}")
    roads.write_network(path, network)
    return path


def _borders(city: OsmCity) -> Iterator[Feature]:
    """Borders of the city's districts, where they lie inside the extract."""
    if city.bounds is None:
        return
    ground = shapely.box(*city.bounds)
    for district in District.objects.exclude(boundary=None):
        outline = shape(district.boundary or {})
        if outline.is_valid and ground.intersects(outline.centroid):
            named = {"code": district.code, "name_zh": district.name_zh, "name_en": district.name_en}
            yield Feature("district", outline, {key: value for key, value in named.items() if value})


def _entry(registered: Registered, name: str) -> Change:
    counts = {
        "created": [None, len(registered.created)],
        "changed": [None, len(registered.changed)],
    }
    return Change("import-places", "import", "", subject_label=name, changes=counts)
