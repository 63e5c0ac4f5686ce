"""Which place of the register an imported one is: by code, else by its id at the source, else a person decides."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from anlan.engine.geodesy import metres_between
from anlan.engine.policy import Text
from anlan.models import Place

NEAR_M = 50.0
"""Places of one name this near to each other are probably one place."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A place as an import states it; `own_code` is the one it gets when it is new, `code` the one that was given."""

    number: int
    own_code: str
    code: str = ""
    names: tuple[str, ...] = ()
    kind: str = ""
    district: str = ""
    point: tuple[float, float] | None = None
    source: str = ""
    source_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place that an imported one may be; `row` is set when it stands in the same import."""

    code: str
    name: str
    because: Text
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The code an imported place goes under, whether that place is known, and what a person has to judge first."""

    code: str
    is_known: bool
    doubts: tuple[Doubt, ...] = ()


@dataclass(slots=True)
class RegisterIndex:
    """The register by code, by id at the source and by name, all read at once."""

    places: dict[str, Stated] = field(default_factory=dict)
    by_id: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    closed: set[str] = field(default_factory=set)

    def add(self, place: Stated) -> None:
        self.places[place.code] = place
        for identifier in place.source_ids:
            self.by_id[place.source, identifier].append(place.code)
            if place.source:
                self.by_id["", identifier].append(place.code)
        for name in {plain(name) for name in place.names if name}:
            self.by_name[name].append(place.code)


def register_index() -> RegisterIndex:
    """What is known of all places that matters for recognising one; one read."""
    index = RegisterIndex()
    rows = Place.objects.values_list(
        "code", "name_zh", "name_en", "kind", "district_id", "longitude", "latitude", "source", "source_id",
        "closed_at",
    )  # fmt: skip
    for code, name_zh, name_en, kind, district, longitude, latitude, source, source_id, closed in rows:
        point = None if longitude is None or latitude is None else (longitude, latitude)
        names = tuple(name for name in (name_zh, name_en) if name)
        index.add(Stated(0, code, code, names, kind, district or "", point, source, source_ids(source_id)))
        if closed is not None:
            index.closed.add(code)
    return index


def match(stated: Sequence[Stated], index: RegisterIndex, *, among_themselves: bool) -> list[Match]:
    """Recognise each stated place; with `among_themselves` also those of one import against each other."""
    taken: set[str] = {place.code for place in stated if place.code}
    earlier = RegisterIndex()
    matches = []
    for place in stated:
        found = _match(place, index, taken)
        if not found.doubts and not found.is_known:
            doubts = tuple(_of_same_name(place, index))
            if among_themselves and not place.code:
                doubts += tuple(_of_same_name(place, earlier, in_import=True))
            found = Match(found.code, is_known=False, doubts=doubts)
        taken.add(found.code)
        matches.append(found)
        if among_themselves:
            earlier.add(_under(place, found.code))
    return matches


def plain(name: str) -> str:
    """A name without what is often written differently: case, width, spaces, punctuation."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())


def source_ids(stated: str) -> tuple[str, ...]:
    """The ids that a source knows a place by: several for places of OpenStreetMap, at most one for others."""
    parts = tuple(stated.split())
    if not parts or all(part.startswith("osm:") for part in parts):
        return parts
    return (" ".join(parts),)


def _match(place: Stated, index: RegisterIndex, taken: set[str]) -> Match:
    same_id = {code for name in place.source_ids for code in index.by_id.get((place.source, name), ())}
    if place.code:
        others = sorted(same_id - {place.code})
        is_known = place.code in index.places
        return Match(place.code, is_known, tuple(_same_id(code, index) for code in others))
    free = sorted(same_id - taken)
    if len(same_id) == 1 and free:
        return Match(free[0], is_known=True)
    if same_id:
        return Match(
            place.own_code, is_known=False, doubts=tuple(_same_id(c, index) for c in sorted(same_id))
        )
    return Match(place.own_code, place.own_code in index.places)


def _same_id(code: str, index: RegisterIndex) -> Doubt:
    because = Text(zh="来源编号相同，场所编号不同", en="same id at the source under another code")
    return Doubt(code, _name(index.places[code]), because)


def _of_same_name(place: Stated, index: RegisterIndex, *, in_import: bool = False) -> Iterable[Doubt]:
    codes = dict.fromkeys(
        code for name in place.names for code in index.by_name.get(plain(name), ()) if plain(name)
    )
    for code in codes:
        other = index.places[code]
        because = None if code in index.closed else _why_the_same(place, other)
        if because:
            yield Doubt(code, _name(other), because, other.number if in_import else None)


def _why_the_same(place: Stated, other: Stated) -> Text | None:
    if place.point and other.point:
        metres = metres_between(place.point, other.point)
        if metres > NEAR_M:
            return None
        return Text(zh=f"同名，相距 {metres:.0f} 米", en=f"same name, {metres:.0f} m away")
    if place.kind != other.kind or (place.district and other.district and place.district != other.district):
        return None
    return Text(
        zh="同名、同类型，缺少坐标，无法区分", en="same name and kind, no coordinates to tell them apart"
    )


def _under(place: Stated, code: str) -> Stated:
    return Stated(
        place.number, code, code, place.names, place.kind, place.district, place.point, place.source,
        place.source_ids,
    )  # fmt: skip


def _name(place: Stated) -> str:
    return place.names[0] if place.names else place.code
