"""Places: list and map together, narrowed by what stands in the address, and exported as shown."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.urls import path, reverse
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anlan.engine.derivation import OWED_KINDS
from anlan.engine.policy import LEVELS, Scheme
from anlan.links.place_exports import places_csv, places_geojson, places_xlsx
from anlan.models import District, Operator
from anlan.queries.place_exports import export_vocabulary, exported_places
from anlan.queries.place_index import PlaceFilter, PlaceIndex, PlacePage, PlacePoint, PlaceRow
from anlan.queries.vocabulary import Words, words
from anlan.web import access, clock, place_edit, place_page, place_parts, place_supposed, place_why
from anlan.web.bulk import LIMIT
from anlan.web.list_columns import columns_of
from anlan.web.list_tools import list_file, list_tools
from anlan.web.place_columns import COLUMNS, cells, with_departments
from anlan.web.place_kinds import kinds_by_group
from anlan.web.place_words import tier_title
from anlan.web.shell import page
from anlan.web.templatetags.looks import POSTURES, TIERS
from anlan.web.templatetags.times import figure
from anlan.web.templatetags.words import name_of, say

MAP_LIMIT = 1500
AT_ONCE = 400
"""How many places of a file are read at once."""
FORMS = {"xlsx": "Excel (.xlsx)", "csv": "CSV", "geojson": "GeoJSON"}
STATES = (
    ("", gettext_lazy("Any state")),
    ("gaps", gettext_lazy("With gaps")),
    ("not-evidenced", gettext_lazy("Something not evidenced")),
    ("overdue", gettext_lazy("Something overdue")),
    ("due", gettext_lazy("Something is due")),
    ("late", gettext_lazy("Something recorded late")),
    ("waived", gettext_lazy("Something waived")),
    ("some-recorded", gettext_lazy("Something recorded")),
    ("recorded", gettext_lazy("All recorded")),
    ("undetermined", gettext_lazy("Undetermined")),
    ("nothing", gettext_lazy("Nothing owed")),
)
SORTS = (("name", gettext_lazy("By name")), ("gaps", gettext_lazy("Most gaps first")))


class PlaceSearch(forms.Form):
    """The filters, kept in the address."""

    more = ("duty", "operator", "posture", "closed")

    q = forms.CharField(
        label=gettext_lazy("Search places"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": gettext_lazy("Name, pinyin, initials or code")}
        ),
    )
    district = forms.ChoiceField(label=gettext_lazy("District"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    tier = forms.ChoiceField(label=gettext_lazy("Tier"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("State"), required=False, choices=STATES)
    sort = forms.ChoiceField(label=gettext_lazy("Order"), required=False, choices=SORTS)
    duty = forms.ChoiceField(label=gettext_lazy("Duty"), required=False)
    operator = forms.ChoiceField(label=gettext_lazy("Operator"), required=False)
    posture = forms.ChoiceField(
        label=gettext_lazy("Posture"),
        required=False,
        choices=[("", gettext_lazy("Any posture"))] + [(level, POSTURES[level].words) for level in LEVELS],
    )
    closed = forms.BooleanField(label=gettext_lazy("Closed places"), required=False)

    def __init__(self, data: Any, known: Words) -> None:
        super().__init__(data)
        fields: Any = self.fields
        fields["district"].choices = [("", _("All districts")), *_districts()]
        fields["kind"].choices = [("", _("All kinds")), *kinds_by_group(known)]
        fields["tier"].choices = [("", _("All tiers")), *_tiers(known.schemes)]
        fields["duty"].choices = [("", _("All duties")), *_duties(known.schemes)]
        fields["operator"].choices = [("", _("All operators")), *_operators()]

    def wanted(self) -> PlaceFilter:
        """The filter that the fields state; with one that cannot be, nothing is found."""
        valid = self.is_valid()
        values = self.cleaned_data
        return PlaceFilter(
            text=values.get("q", "").strip(),
            district=values.get("district", ""),
            kind=values.get("kind", ""),
            tier=values.get("tier", ""),
            state=values.get("state", ""),
            duty=values.get("duty", ""),
            posture=values.get("posture", ""),
            operator=values.get("operator", ""),
            closed=bool(values.get("closed")),
            nothing=not valid,
        )

    @property
    def sorting(self) -> str:
        return str(self.cleaned_data.get("sort") or "name") if hasattr(self, "cleaned_data") else "name"


@access.needs("see-places")
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The list of places with the map beside it."""
    at = clock.now()
    known = words(at)
    form = PlaceSearch(request.GET, known)
    wanted = form.wanted()
    index = PlaceIndex(at, access.request_reach(request, "see-places"))
    found = index.page(wanted, sort=form.sorting, after=request.GET.get("after", "")[:64])
    tools = list_tools(
        request,
        "places",
        COLUMNS,
        exports="places-list" if access.allowed(request, "export-places") else "",
    )
    with_departments(found.rows, tools.columns)
    query = request.GET.copy()
    for name in ("after", "sort", "columns"):
        query.pop(name, None)
    asked = query.urlencode()
    context = {
        "title": _("Places"),
        "subtitle": _("What each place owes today, on the list and on the map"),
        "filter": form,
        "tools": tools,
        "form_faults": [error for errors in form.errors.values() for error in errors],
        "rows": [_shown(row, known) for row in found.rows],
        "next": found.next,
        "total": found.total,
        "duties_listed": found.duties,
        "count_words": _count_words(found, wanted.state),
        "is_filtered": wanted != PlaceFilter(),
        "map_source": reverse("places-map") + (f"?{asked}" if asked else ""),
        "exports": [
            (label, f"{reverse('places-export', args=[kind])}{f'?{asked}' if asked else ''}")
            for kind, label in FORMS.items()
        ]
        if access.allowed(request, "export-places")
        else [],
        "may_register": access.allowed(request, "register-places"),
        "may_import": access.allowed(request, "import-places"),
        "map_credit": _("© OpenStreetMap contributors")
        if any(row.place.source == "osm" for row in found.rows)
        else "",
    }
    return page(request, "places/list.html", context, results="places/_results.html")


@access.needs("see-places")
@require_safe
def places_map(request: HttpRequest) -> HttpResponse:
    """The places of the list as GeoJSON, within a box if one is given; at most 1,500, those with gaps first."""
    at = clock.now()
    known = words(at)
    box = _box(request.GET.get("bbox", ""))
    index = PlaceIndex(at, access.request_reach(request, "see-places"))
    rows = index.points(PlaceSearch(request.GET, known).wanted(), box, MAP_LIMIT)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row.longitude, row.latitude]},
            "properties": {
                "code": row.code,
                "name": name_of(row),
                "state": row.state or "nothing",
                "gaps": row.gaps,
                "note": _note(row, known),
                "url": reverse("place", args=[row.code]),
            },
        }
        for row in rows
    ]
    return JsonResponse({"type": "FeatureCollection", "features": features})


@access.needs("export-places")
@require_safe
def places_list(request: HttpRequest, form: str) -> HttpResponseBase:
    """The list as it shows, all its pages, as a file."""
    at = clock.now()
    known = words(at)
    search = PlaceSearch(request.GET, known)
    index = PlaceIndex(at, access.request_reach(request, "export-places"))
    wanted = search.wanted()
    shown = index.listed(wanted, sort=search.sorting)
    if named := set(request.GET.getlist("row")[:LIMIT]):
        codes = index.board.loaded.register.codes
        shown = shown[[codes[int(number)] in named for number in shown]]
    columns = columns_of(request.GET, COLUMNS)

    def rows() -> Iterator[PlaceRow]:
        for start in range(0, len(shown), AT_ONCE):
            part = index.rows(shown[start : start + AT_ONCE], wanted.duty)
            with_departments(part, columns)
            yield from part

    return list_file(form, "places-list", columns, rows(), lambda row: cells(row, known))


@access.needs("export-places")
@require_safe
def places_export(request: HttpRequest, form: str) -> HttpResponseBase:
    """Exactly the places of the list as a file."""
    if form not in FORMS:
        raise Http404
    at = clock.now()
    language = "en" if (get_language() or "").startswith("en") else "zh"
    known = words(at)
    index = PlaceIndex(at, access.request_reach(request, "export-places"))
    keys = index.keys(index.found(PlaceSearch(request.GET, known).wanted()))
    with_receivers = access.allowed(request, "see-receivers")
    rows, vocabulary = exported_places(keys, with_receivers=with_receivers), export_vocabulary(known)
    name = f"places-{clock.today():%Y%m%d}.{form}"
    response: HttpResponseBase
    if form == "csv":
        response = _stream(places_csv(rows, vocabulary, language), "text/csv; charset=utf-8")
    elif form == "geojson":
        response = _stream(places_geojson(rows), "application/geo+json")
    else:
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        response = HttpResponse(places_xlsx(rows, vocabulary, language), content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _shown(row: PlaceRow, known: Words) -> dict[str, Any]:
    return {
        "row": row,
        "place": row.place,
        "kind": known.kind(row.place.kind),
        "tiers": [
            (tier, tier_title(scheme, tier), scheme.title)
            for scheme in known.schemes
            if (tier := row.tiers.get(scheme.id))
        ],
        "url": reverse("place", args=[row.place.code]),
    }


def _note(row: PlacePoint, known: Words) -> str:
    kind = say(known.kind(row.kind))
    if not row.gaps:
        return kind
    return f"{kind} · {_in_state('gaps', row.gaps)}"


def _count_words(found: PlacePage, state: str) -> str:
    """How many places were found, and how many of their duties are in the state asked for."""
    places = ngettext("%(count)s place", "%(count)s places", found.total) % {"count": figure(found.total)}
    return places if found.duties is None else f"{places} · {_in_state(state, found.duties)}"


def _in_state(state: str, count: int) -> str:
    words = {
        "gaps": ngettext("%(count)s gap", "%(count)s gaps", count),
        "not-evidenced": ngettext("%(count)s duty not evidenced", "%(count)s duties not evidenced", count),
        "overdue": ngettext("%(count)s duty overdue", "%(count)s duties overdue", count),
        "due": ngettext("%(count)s duty due", "%(count)s duties due", count),
        "late": ngettext("%(count)s duty recorded late", "%(count)s duties recorded late", count),
        "waived": ngettext("%(count)s duty waived", "%(count)s duties waived", count),
        "some-recorded": ngettext("%(count)s duty recorded", "%(count)s duties recorded", count),
    }
    return words[state] % {"count": figure(count)}


def _districts() -> list[tuple[str, str]]:
    rows = {row.code: row for row in District.objects.order_by("code")}
    return [(code, ("　" if row.parent_id in rows else "") + name_of(row)) for code, row in rows.items()]


def _operators() -> list[tuple[str, str]]:
    return [(row.code, name_of(row)) for row in Operator.objects.order_by("name_zh")[:500]]


def _tiers(schemes: tuple[Scheme, ...]) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (
            say(scheme.title),
            [
                (f"{scheme.id}:{tier}", say(tier_title(scheme, tier)) or str(TIERS[tier].words))
                for tier in (*scheme.tiers, "undetermined", scheme.outside_tiers)
                if tier_title(scheme, tier) or tier in TIERS
            ],
        )
        for scheme in schemes
    ]


def _duties(schemes: tuple[Scheme, ...]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each scheme as a whole, then its duties of places."""
    return [
        (
            say(scheme.title),
            [
                (scheme.id, _("All duties of this scheme")),
                *(
                    (f"{scheme.id}/{rule.id}", say(rule.title))
                    for rule in scheme.rules
                    if rule.kind in OWED_KINDS and rule.subject == "place"
                ),
            ],
        )
        for scheme in schemes
    ]


def _box(text: str) -> tuple[float, float, float, float] | None:
    """A box of west, south, east, north; None for anything else, so that a wrong one shows all."""
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return None
    is_box = -540 <= west <= east <= 540 and -90 <= south <= north <= 90
    return (west, south, east, north) if is_box else None


def _stream(parts: Iterator[bytes], content_type: str) -> StreamingHttpResponse:
    return StreamingHttpResponse(parts, content_type=content_type)


addresses = [
    path("places/", places, name="places"),
    path("places/list.<str:form>", places_list, name="places-list"),
    path("places/map.geojson", places_map, name="places-map"),
    path("places/export.<str:form>", places_export, name="places-export"),
    *place_edit.addresses,
    *place_supposed.addresses,
    *place_parts.addresses,
    *place_why.addresses,
    *place_page.addresses,
]
