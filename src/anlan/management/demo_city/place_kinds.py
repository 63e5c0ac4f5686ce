"""How many places of each kind the demo city has, where they stand, what they are called and how big they are."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_ZONE_SETS: Mapping[str, str] = {
    "core": "old:4 inner:3 mid:1.2 town:1.5",
    "everywhere": "old:1.3 inner:1.6 mid:1.9 town:3 suburb:0.5",
    "housing": "old:0.8 inner:1.2 mid:2.3 town:3.4 suburb:0.45",
    "edge": "suburb:1 rural:0.5 mid:0.15",
    "industry": "industry:8 suburb:0.4",
    "campus": "campus:8 mid:0.2",
    "map": "",
}
"""Parts of the city with the weight that a kind gives them; `map`: it stands where the map puts it."""


@dataclass(frozen=True, slots=True)
class KindOfPlace:
    """A row of place_kinds.csv; visitors and area are medians, `visitors_spread` is that of the logarithm.

    `names` are patterns in both languages: {n} an invented name, {s} the street, {d} the district, {k} a number,
    {o} the operator. `dwell_share` is the share of a day's visitors that is present at the peak.
    """

    kind: str
    count: int
    prefix: str
    department: str
    operator: str
    names: tuple[tuple[str, str], ...]
    visitors: float
    visitors_spread: float
    area_m2: float
    zones: Mapping[str, float]
    hours: tuple[str, str]
    dwell_share: float
    main_streets: bool
    flags: tuple[str, ...]
    critical: bool
    post: tuple[str, str]


def kinds_of_place() -> tuple[KindOfPlace, ...]:
    """The table of kinds, those that the map places last."""
    with Path(__file__).with_name("place_kinds.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_kind(row) for row in csv.DictReader(file))


def _kind(row: Mapping[str, str]) -> KindOfPlace:
    return KindOfPlace(
        kind=row["kind"],
        count=int(row["count"]),
        prefix=row["prefix"],
        department=row["department"],
        operator=row["operator"],
        names=tuple(zip(row["names_zh"].split("|"), row["names_en"].split("|"), strict=True)),
        visitors=float(row["visitors"]),
        visitors_spread=float(row["visitors_spread"]),
        area_m2=float(row["area_m2"]),
        zones=_weights(_ZONE_SETS.get(row["zones"], row["zones"])),
        hours=(row["opens"], row["closes"]),
        dwell_share=float(row["dwell_share"]),
        main_streets=bool(row["main_streets"]),
        flags=tuple(row["flags"].split()),
        critical=bool(row["critical"]),
        post=(row["post_zh"], row["post_en"]),
    )


def _weights(text: str) -> dict[str, float]:
    return {zone: float(weight) for zone, weight in (part.split(":") for part in text.split())}
