"""Areas in words of both languages: short phrases that all hold together."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from anlan.engine.policy import Text
from anlan.models import District
from anlan.queries.vocabulary import Words


def area_phrases(area: Mapping[str, Any], tiers: Sequence[str], known: Words) -> list[Text]:
    """An area as kept and the tiers it is narrowed to; named places come on top."""
    found = [Text("全市", "Whole city")] if area.get("city") else _conditions(area, known)
    if tiers:
        titles = known.tiers
        found.append(_listed(titles.get(tier, Text(tier, tier)) for tier in tiers))
    if named := len(area.get("places", ())):
        places = Text(f"{named:,} 个点名场所", f"{named:,} named {'place' if named == 1 else 'places'}")
        found.append(Text(f"另加 {places.zh}", f"besides {places.en}") if found else places)
    return found


def _conditions(area: Mapping[str, Any], known: Words) -> list[Text]:
    found = []
    if codes := area.get("districts"):
        rows = District.objects.filter(code__in=codes)
        names = {row.code: Text(row.name_zh, row.name_en or row.name_zh) for row in rows}
        found.append(_listed(names.get(code, Text(code, code)) for code in codes))
    if kinds := area.get("kinds"):
        found.append(_listed(known.kind(kind) for kind in kinds))
    for longitude, latitude, radius_m in area.get("circles", ()):
        point, radius = f"{latitude:.4f}, {longitude:.4f}", f"{round(radius_m):,}"
        found.append(Text(f"{point} 周围 {radius} 米", f"within {radius} m of {point}"))
    if drawn := len(area.get("polygons", ())):
        found.append(Text(f"{drawn} 个划定范围", f"{drawn} drawn {'area' if drawn == 1 else 'areas'}"))
    return found


def _listed(texts: Iterable[Text]) -> Text:
    parts = list(texts)
    return Text("、".join(part.zh for part in parts), ", ".join(part.en for part in parts))
