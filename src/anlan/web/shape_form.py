"""Shapes in a form: a circle around a point and an outline, written as text or drawn on the map."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.engine.geodesy import Point
from anlan.models import Place

MOST_CORNERS = 100
_POINT = re.compile(r"^\s*(-?\d{1,2}(?:\.\d+)?)\s*[,，\s]\s*(-?\d{1,3}(?:\.\d+)?)\s*$")


class ShapeForm(forms.Form):
    """A circle and an outline; `static/anlan/js/mapdraw.js` draws into these fields."""

    near = forms.CharField(
        label=gettext_lazy("Around"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("The code or name of a place, or latitude, longitude (WGS-84)."),
    )
    radius_m = forms.IntegerField(
        label=gettext_lazy("Radius"), required=False, min_value=10, max_value=200_000
    )
    outline = forms.CharField(
        label=gettext_lazy("Outline"),
        required=False,
        max_length=6000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy("Corners in order, one to a line: latitude, longitude. At least three."),
    )

    def clean_near(self) -> tuple[float, float] | None:
        return self._point(self.cleaned_data["near"].strip())

    def clean_outline(self) -> tuple[Point, ...]:
        lines = [line for line in self.cleaned_data["outline"].splitlines() if line.strip()]
        if not lines:
            return ()
        corners = [_POINT.match(line) for line in lines]
        if wrong := [line for line, corner in zip(lines, corners, strict=True) if corner is None]:
            raise forms.ValidationError(
                _("“%(line)s” is not latitude, longitude. Write for example 31.2304, 121.4737.")
                % {"line": wrong[0][:40]}
            )
        ring = [(float(one[2]), float(one[1])) for one in corners if one]
        if ring[0] != ring[-1]:
            ring.append(ring[0])
        if len(ring) < 4 or len(ring) > MOST_CORNERS + 1:
            raise forms.ValidationError(_("An outline has 3 to %(most)s corners.") % {"most": MOST_CORNERS})
        if not all(_on_earth(*point) for point in ring) or not shapely.Polygon(ring).is_valid:
            raise forms.ValidationError(
                _(
                    "This outline crosses itself or leaves the earth. "
                    "List the corners in the order of a walk around it."
                )
            )
        return tuple(ring)

    def _point(self, text: str) -> tuple[float, float] | None:
        if not text:
            return None
        if match := _POINT.match(text):
            point = (float(match[2]), float(match[1]))
            if not _on_earth(*point):
                raise forms.ValidationError(_("Latitude is at most 90 and longitude at most 180 degrees."))
            return point
        found, _missing = places_called([text])
        place = Place.objects.filter(code__in=found).first()
        if place is None or place.longitude is None or place.latitude is None:
            raise forms.ValidationError(
                _("No located place is called so. Give its code, its full name, or latitude, longitude.")
            )
        return place.longitude, place.latitude


def places_called(names: Sequence[str]) -> tuple[frozenset[str], list[str]]:
    """The codes of open places by code or unique name, and the names that fit none or several."""
    by_name: dict[str, list[str]] = {}
    open_places = Place.objects.filter(closed_at=None)
    known = set(open_places.filter(code__in=names).values_list("code", flat=True))
    rest = [name for name in names if name not in known]
    for field in ("name_zh", "name_en") if rest else ():
        rows: Any = open_places.filter(**{f"{field}__in": rest}).values_list(field, "code")
        for name, code in rows:
            by_name.setdefault(name, []).append(code)
    found: Mapping[str, str] = {name: codes[0] for name, codes in by_name.items() if len(set(codes)) == 1}
    return frozenset(known | set(found.values())), [name for name in rest if name not in found]


def _on_earth(longitude: float, latitude: float) -> bool:
    return -180 <= longitude <= 180 and -90 <= latitude <= 90
