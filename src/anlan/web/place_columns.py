"""The columns of the list of places, and a place as a row of a file of that list."""

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy

from anlan.links.list_sheets import Value
from anlan.queries.place_index import PlaceRow
from anlan.queries.vocabulary import Words
from anlan.web.list_columns import Column, Columns
from anlan.web.place_words import tier_title
from anlan.web.templatetags.looks import POSTURES, STATES, TIERS
from anlan.web.templatetags.words import name_of, say

COLUMNS = (
    Column("code", gettext_lazy("Code"), exported=True),
    Column("name", gettext_lazy("Name"), fixed=True),
    Column("kind", gettext_lazy("Kind and district")),
    Column("district", gettext_lazy("District"), exported=True),
    Column("tier", gettext_lazy("Tier")),
    Column("visitors", gettext_lazy("Visitors a day")),
    Column("area", gettext_lazy("Area (m²)"), standard=False),
    Column("department", gettext_lazy("Responsible department"), standard=False),
    Column("operator", gettext_lazy("Operator"), standard=False),
    Column("address", gettext_lazy("Address"), standard=False),
    Column("state", gettext_lazy("State")),
    Column("gaps", gettext_lazy("Gaps"), exported=True),
    Column("posture", gettext_lazy("Posture"), exported=True),
)


def with_departments(rows: list[PlaceRow] | tuple[PlaceRow, ...], columns: Columns) -> None:
    """Read the departments of the places where they show; one read."""
    if "department" in columns:
        prefetch_related_objects([row.place for row in rows], "department")


def cells(row: PlaceRow, known: Words) -> dict[str, Value]:
    """A place as a row of a file, in the reader's language."""
    place = row.place
    tiers = [
        f"{say(scheme.title)}: {say(tier_title(scheme, tier)) or str(TIERS[tier].words if tier in TIERS else tier)}"
        for scheme in known.schemes
        if (tier := row.tiers.get(scheme.id))
    ]
    return {
        "code": place.code,
        "name": name_of(place),
        "kind": say(known.kind(place.kind)),
        "district": name_of(place.district) if place.district else "",
        "tier": "; ".join(tiers),
        "visitors": place.daily_visitors,
        "area": place.area_m2,
        "department": name_of(place.department) if place.department else "",
        "operator": name_of(place.operator) if place.operator else "",
        "address": place.address,
        "state": str(STATES[row.state].words) if row.state in STATES else "",
        "gaps": row.gaps,
        "posture": str(POSTURES[row.posture].words),
    }
