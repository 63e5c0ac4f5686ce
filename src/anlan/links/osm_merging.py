"""Objects of one facility brought together: the point and the building of the same hospital are one place."""

import difflib
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from anlan.engine.policy import Text
from anlan.links.osm_places import OsmPlace

NEAR_M = 50.0
"""Objects of one kind and name this near to each other are taken for one facility."""

_METRES_IN_DEGREE = 111_195.0
_SIMILAR = 0.84
_TELLING_APART = re.compile(r"\d+|[一二三四五六七八九十东南西北]|\b(?:ii|iii|iv|vi{1,3})\b")
_LETTERS = re.compile(r"\b[a-z]\b")

_SAME_NAME = Text(zh="同类、同名，相距不超过 50 米", en="same kind and name within 50 m")
_INSIDE = Text(zh="同类，位于同一轮廓之内", en="same kind, inside the outline")


@dataclass(frozen=True, slots=True)
class Merge:
    """An object that went into another one, and why."""

    kept: str
    source_id: str
    kind: str
    distance_m: float
    because: Text


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Two objects of one kind, one inside the other, whose names differ: for a person to judge."""

    source_id: str
    other: str
    kind: str


def merge_same_facility(
    places: Sequence[OsmPlace],
) -> tuple[tuple[OsmPlace, ...], tuple[Merge, ...], tuple[Doubtful, ...]]:
    """Places with duplicates merged, what was merged into what, and pairs that only a person can judge."""
    by_kind: dict[str, list[OsmPlace]] = defaultdict(list)
    for place in places:
        by_kind[place.kind].append(place)
    kept: list[OsmPlace] = []
    merged: list[Merge] = []
    doubtful: list[Doubtful] = []
    for group in by_kind.values():
        reasons, unsure = _pairs(group)
        doubtful.extend(
            Doubtful(group[i].source_ids[0], group[j].source_ids[0], group[i].kind) for i, j in unsure
        )
        for members in _components(len(group), reasons):
            first, *others = sorted((group[number] for number in members), key=_rank)
            kept.append(_joined(first, others))
            why = {group[i].source_ids[0]: text for pair, text in reasons.items() for i in pair}
            merged.extend(
                Merge(
                    kept=first.source_ids[0],
                    source_id=other.source_ids[0],
                    kind=other.kind,
                    distance_m=round(_distance_m(first, other), 1),
                    because=why[other.source_ids[0]],
                )
                for other in others
            )
    return tuple(kept), tuple(merged), tuple(doubtful)


def similar(name: str, other: str) -> bool:
    """Whether two names are one name written differently; numbers and directions must agree."""
    first, second = _plain(name), _plain(other)
    if not first or not second or _told_apart(first, second):
        return False
    words, other_words = set(first.split()), set(second.split())
    if min(len(words), len(other_words)) >= 2 and (words <= other_words or other_words <= words):
        return True
    first, second = first.replace(" ", ""), second.replace(" ", "")
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) >= 4 and (longer.startswith(shorter) or longer.endswith(shorter)):
        return True
    return difflib.SequenceMatcher(None, first, second, autojunk=False).ratio() >= _SIMILAR


def _pairs(group: Sequence[OsmPlace]) -> tuple[dict[tuple[int, int], Text], list[tuple[int, int]]]:
    """Pairs of one facility with the reason, and pairs in doubt."""
    shapes = _on_a_plane(group)
    tree = shapely.STRtree(shapes)
    reasons: dict[tuple[int, int], Text] = {}
    unsure: list[tuple[int, int]] = []
    for i, j in sorted(tree.query(shapes, predicate="dwithin", distance=NEAR_M).T.tolist()):
        if i >= j:
            continue
        if _same_name(group[i], group[j]):
            reasons[i, j] = _SAME_NAME
        elif _one_inside_other(shapes[i], shapes[j]):
            if _named(group[i]) and _named(group[j]):
                unsure.append((i, j))
            else:
                reasons[i, j] = _INSIDE
    return reasons, unsure


def _on_a_plane(group: Sequence[OsmPlace]) -> list[BaseGeometry]:
    middle = math.radians(sum(place.position.latitude for place in group) / len(group))
    scale = np.array([_METRES_IN_DEGREE * math.cos(middle), _METRES_IN_DEGREE])
    return [shapely.transform(place.shape, lambda points: points * scale) for place in group]


def _one_inside_other(first: BaseGeometry, second: BaseGeometry) -> bool:
    return bool(first.area and first.intersects(second.centroid)) or bool(
        second.area and second.intersects(first.centroid)
    )


def _same_name(first: OsmPlace, second: OsmPlace) -> bool:
    return any(
        similar(name, other)
        for name in (first.name_zh, first.name_en)
        for other in (second.name_zh, second.name_en)
        if name and other
    )


def _named(place: OsmPlace) -> bool:
    return bool(place.name_zh or place.name_en)


def _components(count: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    leader = list(range(count))

    def root(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    for i, j in pairs:
        leader[max(root(i), root(j))] = min(root(i), root(j))
    groups: dict[int, list[int]] = defaultdict(list)
    for number in range(count):
        groups[root(number)].append(number)
    return list(groups.values())


def _rank(place: OsmPlace) -> tuple[float, bool, str, int]:
    """Largest outline first, then named ones, then by identifier, so that a second import keeps the same one."""
    kind, _, number = place.source_ids[0].partition("/")
    return -(place.area_m2 or 0.0), not _named(place), kind, int(number)


def _joined(first: OsmPlace, others: Sequence[OsmPlace]) -> OsmPlace:
    if not others:
        return first
    everyone = (first, *others)
    facts = {fact: value for place in reversed(everyone) for fact, value in place.facts.items()}
    return replace(
        first,
        source_ids=tuple(identifier for place in everyone for identifier in place.source_ids),
        name_zh=next((place.name_zh for place in everyone if place.name_zh), ""),
        name_en=next((place.name_en for place in everyone if place.name_en), ""),
        address=next((place.address for place in everyone if place.address), ""),
        operator=next((place.operator for place in everyone if place.operator), ""),
        phone=next((place.phone for place in everyone if place.phone), ""),
        opening_hours=next((place.opening_hours for place in everyone if place.opening_hours), ""),
        facts=facts,
    )


def _distance_m(first: OsmPlace, second: OsmPlace) -> float:
    shapes = _on_a_plane((first, second))
    return float(shapely.distance(shapes[0], shapes[1]))


def _plain(name: str) -> str:
    flat = unicodedata.normalize("NFKD", name).casefold()
    letters = (letter if letter.isalnum() else " " for letter in flat if not unicodedata.combining(letter))
    return " ".join("".join(letters).split())


def _told_apart(first: str, second: str) -> bool:
    """Whether numbers differ, or lone letters where both names have some (Terminal A, Terminal B)."""
    if sorted(_TELLING_APART.findall(first)) != sorted(_TELLING_APART.findall(second)):
        return True
    letters, other_letters = _LETTERS.findall(first), _LETTERS.findall(second)
    return bool(letters and other_letters) and letters != other_letters
