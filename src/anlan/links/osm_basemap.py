"""The base map of a city read from OpenStreetMap."""

from collections.abc import Iterator

from anlan.links.basemap import Feature, Layer, road_feature
from anlan.links.openstreetmap import Area, OsmCity


def basemap_features(city: OsmCity) -> Iterator[Feature]:
    """Roads, water, green and buildings of the city, for `write_basemap`."""
    for road in city.roads:
        yield road_feature(road.road_class, road.name_zh, road.name_en, road.line)
    layers: tuple[tuple[Layer, tuple[Area, ...]], ...] = (
        ("water", city.waters),
        ("green", city.greens),
        ("building", city.buildings),
    )
    for layer, areas in layers:
        for area in areas:
            named = {"name_zh": area.name_zh, "name_en": area.name_en}
            yield Feature(layer, area.shape, {key: name for key, name in named.items() if name})
