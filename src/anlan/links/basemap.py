"""A base map archive (PMTiles with vector tiles) drawn from roads, water, green, districts and buildings.

GDAL (in the pyogrio wheel) cuts each layer and band of zooms into tiles; a vector tile is a list of layers, so tiles
of the same place are put together by joining their bytes (Mapbox Vector Tile specification 2.1, section 4).
"""

import gzip
import json
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal, get_args

import numpy as np
import pyogrio
import shapely
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

Layer = Literal["water", "green", "district", "building", "rail", "road"]
LAYERS: tuple[Layer, ...] = get_args(Layer)
Progress = Callable[[int, int], None]
"""Called with the number of bands done and of all."""

FIELDS: Mapping[Layer, tuple[str, ...]] = {
    "water": ("name_zh", "name_en"),
    "green": ("name_zh", "name_en"),
    "district": ("code", "name_zh", "name_en"),
    "building": (),
    "rail": ("class", "name_zh", "name_en"),
    "road": ("class", "link", "name_zh", "name_en"),
}
ROAD_CLASSES = ("motorway", "trunk", "primary", "secondary", "tertiary", "residential", "service", "path")
MIN_ZOOM, MAX_ZOOM = 8, 14

_CLASS_OF_HIGHWAY = {
    "unclassified": "residential",
    "living_street": "residential",
    "road": "residential",
    **dict.fromkeys(("pedestrian", "footway", "steps", "cycleway", "track", "path"), "path"),
}
_ROAD_BANDS = ((8, 9, 3), (10, 11, 5), (12, 13, 6), (14, 14, 8))
"""Zooms from, to, and how many of ROAD_CLASSES are drawn there."""
_AREA_BANDS: Mapping[Layer, tuple[tuple[int, int, float], ...]] = {
    "water": ((8, 11, 2e-6), (12, 14, 0.0)),
    "green": ((9, 11, 1e-5), (12, 14, 0.0)),
    "district": ((8, 14, 0.0),),
    "building": ((13, 13, 5e-8), (14, 14, 0.0)),
    "rail": ((9, 14, 0.0),),
}
"""Zooms from, to, and the smallest area drawn there, in square degrees."""


@dataclass(frozen=True, slots=True)
class Feature:
    """Something on the base map, in WGS-84; `properties` are those of FIELDS, empty ones left out."""

    layer: Layer
    shape: BaseGeometry
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Basemap:
    """What was written."""

    path: Path
    bounds: tuple[float, float, float, float]
    tiles: int
    bytes: int
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class _Band:
    layer: Layer
    min_zoom: int
    max_zoom: int
    features: Sequence[Feature]


def road_feature(highway: str, name_zh: str, name_en: str, line: BaseGeometry) -> Feature:
    """A road for the base map from its OpenStreetMap `highway` value."""
    plain = highway.removesuffix("_link")
    properties = {"class": _CLASS_OF_HIGHWAY.get(plain, plain), "name_zh": name_zh, "name_en": name_en}
    return Feature("road", line, properties | ({"link": "yes"} if plain != highway else {}))


def features_from_geojson(layer: Layer, items: Iterable[Mapping[str, Any]]) -> tuple[Feature, ...]:
    """Features of one layer from GeoJSON features, with the properties that the layer has."""
    return tuple(
        Feature(
            layer,
            shape(item["geometry"]),
            {
                key: str(value)
                for key, value in (item.get("properties") or {}).items()
                if key in FIELDS[layer]
            },
        )
        for item in items
    )


def write_basemap(
    path: Path,
    features: Iterable[Feature],
    *,
    attribution: str,
    name: str = "Anlan",
    progress: Progress | None = None,
) -> Basemap | None:
    """Write the archive in one step (a reader sees the old file or the new one); None if there is nothing to draw."""
    by_layer: dict[Layer, list[Feature]] = defaultdict(list)
    for feature in features:
        if not feature.shape.is_empty:
            by_layer[feature.layer].append(feature)
    if not by_layer:
        return None
    by_layer["road"] = _joined_roads(by_layer["road"])
    bands = [band for layer in LAYERS for band in _bands(layer, by_layer[layer]) if band.features]
    tiles: dict[int, list[bytes]] = defaultdict(list)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".basemap-") as folder:
        for number, band in enumerate(bands):
            if progress:
                progress(number, len(bands))
            _cut(band, Path(folder) / f"{number}.mbtiles", tiles)
        bounds = _bounds(by_layer)
        finished = Path(folder) / "basemap.pmtiles"
        with finished.open("wb") as file:
            _write_archive(file, tiles, bounds, {"name": name, "attribution": attribution}, bands)
        size = finished.stat().st_size
        finished.replace(path)
    if progress:
        progress(len(bands), len(bands))
    return Basemap(path, bounds, len(tiles), size, tuple(dict.fromkeys(band.layer for band in bands)))


def _joined_roads(roads: Sequence[Feature]) -> list[Feature]:
    """Pieces of the same road joined end to end, so that its name is written once along it."""
    pieces: dict[tuple[tuple[str, str], ...], list[BaseGeometry]] = defaultdict(list)
    for road in roads:
        pieces[tuple(sorted(road.properties.items()))].append(road.shape)
    joined: list[Feature] = []
    for properties, lines in pieces.items():
        whole = shapely.line_merge(shapely.multilinestrings(shapely.get_parts(lines)))
        joined.extend(Feature("road", line, dict(properties)) for line in shapely.get_parts(whole))
    return joined


def _bands(layer: Layer, features: Sequence[Feature]) -> Iterable[_Band]:
    if layer == "road":
        for min_zoom, max_zoom, count in _ROAD_BANDS:
            shown = set(ROAD_CLASSES[:count])
            yield _Band(
                layer, min_zoom, max_zoom, [f for f in features if f.properties.get("class") in shown]
            )
    else:
        for min_zoom, max_zoom, smallest in _AREA_BANDS[layer]:
            big = [
                f for f in features if f.shape.area >= smallest or f.shape.geom_type.endswith("LineString")
            ]
            yield _Band(layer, min_zoom, max_zoom, big)


def _cut(band: _Band, file: Path, tiles: dict[int, list[bytes]]) -> None:
    names = [name for name in FIELDS[band.layer] if any(f.properties.get(name) for f in band.features)]
    columns = [
        np.array([feature.properties.get(name) or None for feature in band.features], dtype=object)
        for name in names
    ]
    pyogrio.raw.write(
        str(file),
        shapely.to_wkb(np.array([feature.shape for feature in band.features], dtype=object)),
        columns,
        names,
        layer=band.layer,
        driver="MBTiles",
        geometry_type="Unknown",
        crs="EPSG:4326",
        MINZOOM=str(band.min_zoom),
        MAXZOOM=str(band.max_zoom),
        SIMPLIFICATION="4",
        SIMPLIFICATION_MAX_ZOOM="1",
        MAX_SIZE="4000000",
    )
    with closing(sqlite3.connect(file)) as database:
        for zoom, column, row, data in database.execute(
            "SELECT zoom_level, tile_column, tile_row, tile_data FROM tiles"
        ):
            tiles[zxy_to_tileid(zoom, column, (1 << zoom) - 1 - row)].append(gzip.decompress(data))
    file.unlink()


def _bounds(by_layer: Mapping[Layer, Sequence[Feature]]) -> tuple[float, float, float, float]:
    """Around the districts or the roads, since water may reach far out to sea."""
    for layer in ("district", "road", "building", "green", "water"):
        if by_layer.get(layer):
            west, south, east, north = shapely.total_bounds([f.shape for f in by_layer[layer]]).tolist()
            return west, south, east, north
    raise ValueError("no features")


def _write_archive(
    file: IO[bytes],
    tiles: Mapping[int, Sequence[bytes]],
    bounds: tuple[float, float, float, float],
    metadata: Mapping[str, str],
    bands: Sequence[_Band],
) -> None:
    writer: Any = Writer(file)  # type: ignore[no-untyped-call]  # pmtiles has no types
    for number in sorted(tiles):
        writer.write_tile(number, gzip.compress(b"".join(tiles[number]), compresslevel=6, mtime=0))
    west, south, east, north = bounds
    layers = []
    for layer in dict.fromkeys(band.layer for band in bands):
        zooms = [zoom for band in bands if band.layer == layer for zoom in (band.min_zoom, band.max_zoom)]
        fields = dict.fromkeys(FIELDS[layer], "String")
        layers.append({"id": layer, "fields": fields, "minzoom": min(zooms), "maxzoom": max(zooms)})
    writer.finalize(
        {
            "tile_type": TileType.MVT,
            "tile_compression": Compression.GZIP,
            "min_zoom": MIN_ZOOM,
            "max_zoom": MAX_ZOOM,
            "min_lon_e7": round(west * 1e7),
            "min_lat_e7": round(south * 1e7),
            "max_lon_e7": round(east * 1e7),
            "max_lat_e7": round(north * 1e7),
            "center_zoom": 11,
            "center_lon_e7": round((west + east) / 2 * 1e7),
            "center_lat_e7": round((south + north) / 2 * 1e7),
        },
        json.loads(json.dumps({**metadata, "vector_layers": layers})),
    )
