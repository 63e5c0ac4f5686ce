"""The ways that people walk, out of an OpenStreetMap extract: streets, footways and paths that are open to all.

Kept beside the base map as one file of some bytes for each point. Data are © OpenStreetMap contributors, ODbL 1.0.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from shapely.geometry.base import BaseGeometry

from anlan.engine.policy import Text
from anlan.engine.walking_network import WalkingNetwork, parts_of
from anlan.links.files import FileProblem

FILE_NAME = "walkways.npz"
STUMP_M = 500.0
"""A part shorter than this that nothing joins to the rest leads nowhere; it is left out."""

_STREETS = {
    "primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link",
    "unclassified", "residential", "living_street", "service", "road",
}  # fmt: skip
_PATHS = {"footway", "path", "pedestrian", "steps", "track", "cycleway", "bridleway", "corridor", "platform"}
_HIGHWAYS = {"trunk", "trunk_link"}
_CLOSED = {"no", "private"}
_OPEN = {"yes", "designated", "permissive", "customers", "destination"}
_PAVED = {"both", "left", "right", "yes", "separate"}
_DEGREE = 10_000_000


def is_walked(tags: Mapping[str, str]) -> bool:
    """Whether anybody may walk along a way. What is said of people on foot goes before what is said of all."""
    highway, foot = tags.get("highway", ""), tags.get("foot", "")
    if foot in _CLOSED or tags.get("motorroad") == "yes":
        return False
    if highway in _HIGHWAYS:
        return foot in _OPEN or tags.get("sidewalk", "") in _PAVED
    if highway not in _STREETS | _PATHS:
        return False
    return foot in _OPEN or tags.get("access", "") not in _CLOSED


def read_network(path: Path) -> WalkingNetwork | FileProblem:
    """The walking network of an extract; it may be empty."""
    ids: list[int] = []
    places: list[tuple[float, float]] = []
    lengths: list[int] = []
    try:
        for way in _walked_ways(path):
            nodes = [(node.ref, node.lon, node.lat) for node in way.nodes if node.location.valid()]
            if len(nodes) > 1:
                lengths.append(len(nodes))
                ids.extend(node[0] for node in nodes)
                places.extend(node[1:] for node in nodes)
    except (RuntimeError, OSError, ValueError) as error:
        return FileProblem(
            Text(
                zh=f"无法读取“{path.name}”中的道路：{error}。",
                en=f"The roads in “{path.name}” cannot be read: {error}.",
            )
        )
    return _network(np.array(ids, np.int64), np.array(places, np.float64).reshape(-1, 2), lengths)


def network_of_lines(lines: Iterable[BaseGeometry]) -> WalkingNetwork:
    """The network of lines that are walked; where two cross one can turn."""
    joined = shapely.get_parts(shapely.union_all(list(lines)))
    places, of_line = shapely.get_coordinates(joined, return_index=True)
    whole = np.rint(places * _DEGREE).astype(np.int64)
    _, ids = np.unique(whole, axis=0, return_inverse=True)
    return _network(ids.reshape(-1), places, np.bincount(of_line, minlength=1).tolist())


def write_network(path: Path, network: WalkingNetwork) -> None:
    """The network as a file: degrees as whole ten-millionths, as OpenStreetMap has them."""
    places = np.stack((network.longitude, network.latitude), axis=1)
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            places=np.rint(places * _DEGREE).astype(np.int32),
            edges=np.stack((network.start, network.end), axis=1).astype(np.int32),
            part=network.part,
        )


def kept_network(path: Path) -> WalkingNetwork | None:
    """The network in a file, read once for each state of it; None where there is none that can be read."""
    try:
        about = path.stat()
    except OSError:
        return None
    return _kept(path, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=2)
def _kept(path: Path, _changed: int, _size: int) -> WalkingNetwork | None:
    try:
        with np.load(path, allow_pickle=False) as kept:
            places = kept["places"].astype(np.float64) / _DEGREE
            edges, part = kept["edges"], kept["part"]
    except (OSError, ValueError, KeyError):
        return None
    return WalkingNetwork(
        longitude=np.ascontiguousarray(places[:, 0]),
        latitude=np.ascontiguousarray(places[:, 1]),
        start=np.ascontiguousarray(edges[:, 0]),
        end=np.ascontiguousarray(edges[:, 1]),
        part=part,
    )


def _walked_ways(path: Path) -> Any:
    reading: Any = osmium.FileProcessor(str(path), osmium.osm.NODE | osmium.osm.WAY).with_locations()
    for thing in reading.with_filter(osmium.filter.KeyFilter("highway")):
        if thing.is_way() and is_walked(dict(thing.tags)):
            yield thing


def _network(ids: Any, places: Any, lengths: list[int]) -> WalkingNetwork:
    """Ways laid end to end as edges between distinct nodes, without the parts that lead nowhere."""
    _, first, node = np.unique(ids, return_index=True, return_inverse=True)
    last = np.cumsum(lengths) - 1
    follows = np.ones(len(ids), bool)
    follows[last.astype(np.int64)] = False
    steps = np.flatnonzero(follows)
    edges = np.stack((node[steps], node[steps + 1]), axis=1) if len(steps) else np.zeros((0, 2), np.int64)
    edges = np.unique(np.sort(edges, axis=1), axis=0)
    edges = edges[edges[:, 0] != edges[:, 1]].astype(np.int32)
    places = places[first]
    network = _of(places, edges, parts_of(len(places), edges[:, 0], edges[:, 1]))
    if not len(network):
        return network
    metres = np.bincount(network.part[network.start], weights=network.metres(), minlength=1)
    kept = metres >= min(STUMP_M, float(metres.max()))
    used = kept[network.part]
    number = np.cumsum(used) - 1
    edges = number[edges[used[edges[:, 0]]]].astype(np.int32)
    _, part = np.unique(network.part[used], return_inverse=True)
    return _of(places[used], edges, part.reshape(-1).astype(np.int32))


def _of(places: Any, edges: Any, part: Any) -> WalkingNetwork:
    return WalkingNetwork(
        places[:, 0].copy(), places[:, 1].copy(), edges[:, 0].copy(), edges[:, 1].copy(), part
    )
