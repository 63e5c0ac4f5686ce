"""Imported places as the register takes them: codes for those without one, and what a known place is told."""

import base64
import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping

from anlan.actions.register import Measured, PlaceDraft
from anlan.engine.policy import FactValue, Text
from anlan.links.osm_places import AREA_METHOD, OsmPlace
from anlan.links.place_rows import PlaceRow, RowError
from anlan.models import Operator, Place

OSM = "osm"
OSM_AREA_METHOD = f"{AREA_METHOD.zh} / {AREA_METHOD.en}"
FIGURES = ("area_m2", "daily_visitors", "peak_present")

_LONGEST_ID = 120


def own_code(row: PlaceRow) -> str:
    """The code of a row that gives none: from its id at the source, else one that only these statements give."""
    if row.source_id:
        made = code_of_source(row.source, row.source_id)
        if 0 < len(made) <= 40:
            return made
    where = f"{row.position.longitude:.4f} {row.position.latitude:.4f}" if row.position else ""
    stated = (row.source, row.source_id) if row.source_id else (row.district, row.address, where)
    key = "\n".join((row.kind, row.name_zh, row.name_en, *stated)).casefold()
    return f"{row.kind}-{_digest(key)}"


def code_of_source(source: str, source_id: str) -> str:
    """A readable code from an id at a source: `osm-n123` for node 123 of OpenStreetMap."""
    first = source_id.split()[0] if source_id.startswith("osm:") else source_id
    if found := re.fullmatch(r"osm:(node|way|relation)/(\d+)", first):
        return f"osm-{found[1][0]}{found[2]}"
    whole = unicodedata.normalize("NFKC", f"{source} {first}")
    return re.sub(r"[^\w.]+", "-", whole).strip("-.")


def of_row(row: PlaceRow, code: str, known: Place | None) -> PlaceDraft:
    """A row of a sheet; an empty cell leaves what is known as it is."""
    figures = {name: figure for name in FIGURES if (figure := getattr(row, name)) is not None}
    flags = {
        name: value
        for name in ("critical_facility", "public_service")
        if (value := getattr(row, name)) is not None
    }
    return PlaceDraft(
        code=code,
        name_zh=row.name_zh or (known.name_zh if known else row.name_en),
        name_en=row.name_en or None,
        kind=row.kind,
        district_code=row.district or None,
        operator=row.operator or None,
        address=row.address or None,
        longitude=row.position.longitude if row.position else None,
        latitude=row.position.latitude if row.position else None,
        hours=row.opening_hours or None,
        receiver_name=row.receiver_name or None,
        receiver_phone=row.receiver_phone or None,
        receiver_email=row.receiver_email or None,
        deputy_name=row.deputy_name or None,
        deputy_phone=row.deputy_phone or None,
        deputy_email=row.deputy_email or None,
        source=row.source or None,
        source_id=row.source_id or None,
        facts={**{name: figure.value for name, figure in figures.items()}, **flags, **row.facts},
        measured={
            name: Measured(figure.method, figure.on)
            for name, figure in figures.items()
            if figure.method or figure.on
        },
    )


def too_long(row: PlaceRow, columns: Mapping[str, int], header: tuple[str, ...]) -> Iterator[RowError]:
    """Texts of a row that the register cannot hold, so that nothing is cut or refused later."""
    texts: list[tuple[str, str, int]] = [
        (column, str(getattr(row, column)), _room(name))
        for name, column in (
            ("source", "source"),
            ("address", "address"),
            ("hours", "opening_hours"),
            ("receiver_phone", "receiver_phone"),
            ("receiver_email", "receiver_email"),
            ("deputy_name", "deputy_name"),
            ("deputy_phone", "deputy_phone"),
            ("deputy_email", "deputy_email"),
        )
    ]
    texts.append(("operator", row.operator, int(Operator._meta.get_field("code").max_length or 0)))  # noqa: SLF001  (Django documents _meta)
    texts += [
        (f"{name}_method", figure.method, 120)
        for name in FIGURES
        if (figure := getattr(row, name)) is not None
    ]
    for column, text, room in texts:
        if len(text) > room:
            number = columns.get(column)
            message = Text(
                zh=f"内容过长，最多 {room} 个字符。", en=f"The text is too long; at most {room} characters."
            )
            heading = header[number] if number is not None else ""
            yield RowError(row.row or 0, number, heading, text[:200], message)


def of_osm(
    place: OsmPlace, code: str, kind_title: Text, known: Place | None, area_is_ours: bool
) -> PlaceDraft:
    """A place of OpenStreetMap; a known place keeps what people have entered, only what is empty is filled in."""
    name_zh, name_en = osm_names(place, kind_title)
    facts: dict[str, FactValue] = {**place.facts}
    if place.area_m2 is not None:
        facts["area_m2"] = place.area_m2
    measured = {"area_m2": Measured(OSM_AREA_METHOD)} if place.area_m2 is not None else {}
    if known is None:
        return PlaceDraft(
            code=code,
            name_zh=name_zh,
            name_en=name_en,
            kind=place.kind,
            operator=place.operator[:64] or None,
            address=place.address or None,
            longitude=place.position.longitude,
            latitude=place.position.latitude,
            hours=_whole(place.opening_hours, 120),
            source=OSM,
            source_id=joined_ids(place),
            facts=facts,
            measured=measured,
        )
    unnamed = _unnamed(place, kind_title)
    kept = {"area_m2"} if known.area_m2 is not None and not area_is_ours else set()
    kept |= {fact for fact in place.facts if known.facts.get(fact) is not None}
    has_position = known.longitude is not None and known.latitude is not None
    return PlaceDraft(
        code=known.code,
        name_zh=name_zh if known.name_zh in {"", unnamed[0]} else known.name_zh,
        name_en=name_en if known.name_en in {"", unnamed[1]} else None,
        kind=known.kind,
        operator=None if known.operator_id else place.operator[:64] or None,
        address=None if known.address else place.address or None,
        longitude=None if has_position else place.position.longitude,
        latitude=None if has_position else place.position.latitude,
        hours=None if known.hours else _whole(place.opening_hours, 120),
        source=None if known.source else OSM,
        source_id=joined_ids(place) if known.source in {"", OSM} else None,
        facts={fact: value for fact, value in facts.items() if fact not in kept},
        measured=measured,
    )


def osm_names(place: OsmPlace, kind_title: Text) -> tuple[str, str]:
    """The Chinese and the English name; a place that nobody named is called by its kind and its id."""
    if place.name_zh or place.name_en:
        return (place.name_zh or place.name_en)[:160], place.name_en
    return _unnamed(place, kind_title)


def _unnamed(place: OsmPlace, kind_title: Text) -> tuple[str, str]:
    number = code_of_source(OSM, place.source_ids[0]).removeprefix("osm-")
    return f"{kind_title.zh} {number}", f"{kind_title.en} {number}"


def joined_ids(place: OsmPlace) -> str:
    """All ids of the objects that are this place, as many as fit."""
    kept = ""
    for identifier in place.source_ids:
        longer = f"{kept} {identifier}".strip()
        if len(longer) > _LONGEST_ID:
            break
        kept = longer
    return kept


def _room(name: str) -> int:
    return int(getattr(Place._meta.get_field(name), "max_length", 0) or 0)  # noqa: SLF001  (Django documents _meta)


def _whole(text: str, room: int) -> str | None:
    """The text if all of it fits: half of the opening hours would be wrong."""
    return text if text and len(text) <= room else None


def _digest(key: str) -> str:
    return base64.b32encode(hashlib.sha256(key.encode()).digest()[:5]).decode("ascii").lower()
