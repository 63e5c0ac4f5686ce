"""Which places a list holds: narrowed by what the register says, and by how they stand."""

from typing import Annotated, Literal

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import Field

from anlan.api.inputs import Code, DistrictCode, Filters, Flag, Instant, Search, Word
from anlan.api.paging import Paged, next_address, values_of
from anlan.api.problems import invalid
from anlan.api.tokens import Asker
from anlan.models import District, Place
from anlan.queries.place_index import PlaceFilter, PlaceIndex

_BOX = r"^-?\d{1,3}(\.\d{1,12})?(,-?\d{1,3}(\.\d{1,12})?){3}$"
_AT_ONCE = 500

Box = Annotated[str, Field(pattern=_BOX, description="west,south,east,north in WGS-84 degrees")]
Tier = Annotated[
    str,
    Field(
        max_length=130, pattern=r"^[a-z0-9-]+:[a-z0-9-]+$", description="scheme:tier, or scheme:undetermined"
    ),
]


class PlaceChoice(Filters):
    """Which places; a district stands for its parts too."""

    kind: Word | None = None
    district: DistrictCode | None = None
    department: Code | None = None
    q: Search = ""
    bbox: Box | None = None
    closed: Flag = False
    changed_since: Instant | None = None


class PlaceFilters(PlaceChoice, Paged):
    """Which places by register and by how they stand now, and which page of them."""

    tier: Tier | None = None
    state: Literal["gaps", "due", "recorded", "nothing", "undetermined"] | None = None


def chosen(rows: QuerySet[Place], asked: PlaceChoice) -> QuerySet[Place]:
    """Of these places those that the register's filters choose."""
    if asked.kind is not None:
        rows = rows.filter(kind=asked.kind)
    if asked.district is not None:
        rows = rows.filter(district__in=with_parts(asked.district))
    if asked.department is not None:
        rows = rows.filter(department__code=asked.department)
    if text := asked.q.strip():
        rows = rows.filter(
            Q(name_zh__icontains=text) | Q(name_sort__contains=text.lower()) | Q(code__istartswith=text)
        )
    if asked.bbox is not None:
        west, south, east, north = _box(asked.bbox)
        rows = rows.filter(longitude__range=(west, east), latitude__range=(south, north))
    if not asked.closed:
        rows = rows.filter(closed_at__isnull=True)
    if asked.changed_since is not None:
        rows = rows.filter(changed_at__gte=asked.changed_since)
    return rows


def page_by_standing(
    rows: QuerySet[Place], asked: PlaceFilters, asker: Asker, request: HttpRequest
) -> tuple[list[Place], str | None]:
    """A page of those that have a tier or state now, which the board knows; in the order of their codes."""
    index = PlaceIndex(asker.at, asker.reach("see-places"))
    wanted = PlaceFilter(tier=asked.tier or "", state=asked.state or "", district=asked.district or "")
    codes = index.board.loaded.register.codes
    after = values_of(asked.cursor, (str,))[0] if asked.cursor else ""
    standing = sorted(code for number in index.found(wanted) if (code := codes[int(number)]) > after)
    found: list[Place] = []
    for start in range(0, len(standing), _AT_ONCE):
        kept = rows.in_bulk(standing[start : start + _AT_ONCE], field_name="code")
        found += [kept[code] for code in standing[start : start + _AT_ONCE] if code in kept]
        if len(found) > asked.limit:
            return found[: asked.limit], next_address(request, [found[asked.limit - 1].code])
    return found, None


def with_parts(code: str) -> list[str]:
    """A district and its parts, and their parts."""
    pairs = list(District.objects.exclude(parent=None).values_list("code", "parent_id"))
    codes = [code]
    for parent in codes:
        codes += [part for part, of in pairs if of == parent and part not in codes]
    return codes


def _box(text: str) -> tuple[float, float, float, float]:
    west, south, east, north = (float(part) for part in text.split(","))
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise invalid(_("Give west,south,east,north in degrees, the smaller first."), parameter="bbox")
    return west, south, east, north
