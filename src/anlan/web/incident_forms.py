"""The forms of an incident: the first report, forces, command, assignments, closures, level, end."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from anlan.actions.incidents import Report
from anlan.engine.incident_words import RESPONSE_LEVELS
from anlan.models import Incident, Place, Unit
from anlan.models.ids import new_id
from anlan.queries.reach import within
from anlan.queries.vocabulary import Words
from anlan.web import access
from anlan.web.evidence_forms import MomentField
from anlan.web.incident_words import ASSIGNMENTS, AUTHORITIES, LANES, LEVELS, MARKS, UNIT_KINDS, UNIT_STATES
from anlan.web.shape_form import ShapeForm
from anlan.web.templatetags.words import say

MOST_OFFERED = 12
LONGEST = 400
NO_INCIDENTS = ("general", "evacuation", "invacuation", "lockdown", "communication")
"""Terms of plans that say what is done, whatever happened."""
_UUID_TIME = 7


def _words(
    label: Any, *, required: bool = True, most: int = LONGEST, hint: Any = "", rows: int = 0
) -> forms.CharField:
    widget: forms.Widget = (
        forms.Textarea(attrs={"rows": rows, "data-free-text": ""})
        if rows
        else forms.TextInput(attrs={"autocomplete": "off"})
    )
    return forms.CharField(label=label, required=required, max_length=most, help_text=hint, widget=widget)


class ReportForm(forms.Form):
    """A first report by METHANE, in the order in which it is spoken; only what happened is required."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    scenario = forms.ChoiceField(label=pgettext_lazy("incident", "What happened"), widget=forms.RadioSelect)
    place = forms.CharField(
        label=gettext_lazy("Place"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Its name or code; choose from the list that opens. Empty if it is at none."),
        widget=forms.TextInput(attrs={"list": "place-options", "autocomplete": "off"}),
    )
    location = _words(
        gettext_lazy("Exact location"),
        required=False,
        hint=gettext_lazy("Gate, floor, square; as others will find it."),
    )
    major = forms.BooleanField(label=gettext_lazy("Major incident declared"), required=False)
    hazards = _words(gettext_lazy("Hazards, present or possible"), required=False)
    access = _words(gettext_lazy("Access: best way in, rendezvous"), required=False)
    casualties = forms.IntegerField(
        label=gettext_lazy("Number of casualties"),
        required=False,
        min_value=0,
        max_value=100_000,
        help_text=gettext_lazy("A count, as far as known. No names."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    services = _words(gettext_lazy("Emergency services: there, and wanted"), required=False)
    exercise = forms.BooleanField(
        label=gettext_lazy("This is an exercise"),
        required=False,
        help_text=gettext_lazy("Everything says so, and nothing real is changed."),
    )

    def __init__(self, data: Any, request: HttpRequest, known: Words, at: datetime) -> None:
        self.reach = access.request_reach(request, "report-incidents")
        initial: dict[str, Any] = {"id": new_id()}
        place = request.GET.get("place", "") or next(
            (g.place for g in access.grants_of(request) if g.place), ""
        )
        if place:
            initial["place"] = place[:64]
        super().__init__(data, initial=initial, auto_id="id_%s")
        fields: Any = self.fields
        fields["scenario"].choices = [
            (key, say(term.title)) for key, term in known.scenarios.items() if key not in NO_INCIDENTS
        ]
        self.fields["happened_at"] = MomentField(
            at, label=_("When it happened"), help_text=_("Leave empty for now.")
        )
        self.found: Place | None = None

    def clean_id(self) -> UUID:
        """The id that the form was given; one that we would not have made is replaced."""
        given = self.cleaned_data.get("id")
        return given if isinstance(given, UUID) and given.version == _UUID_TIME else new_id()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        asked = " ".join((cleaned.get("place") or "").split())
        if asked:
            self._find(asked)
        elif not (cleaned.get("location") or "").strip():
            self.add_error(
                "location", _("Say where: a place of the register, or the exact location in words.")
            )
        if not asked and not self.reach.everywhere:
            self.add_error("place", _("Choose the place; your grant reaches places only."))
        return cleaned

    def report(self) -> Report:
        """The report as the action takes it."""
        values = self.cleaned_data
        return Report(
            major=values["major"],
            location=values["location"],
            hazards=values["hazards"],
            access=values["access"],
            casualties=values["casualties"],
            services=values["services"],
        )

    def _find(self, asked: str) -> None:
        places = within(self.reach, Place.objects.filter(closed_at=None)).order_by("name_sort", "id")
        found = (
            list(places.filter(code=asked))
            or list(places.filter(name_zh=asked)[:MOST_OFFERED])
            or list(places.filter(name_en__iexact=asked)[:MOST_OFFERED])
        )
        if len(found) == 1:
            self.found = found[0]
        elif found:
            codes = _(", ").join(place.code for place in found)
            self.add_error(
                "place", _("Several places are called so. Write the code: %(codes)s.") % {"codes": codes}
            )
        else:
            self.add_error(
                "place",
                _(
                    "There is no such place within your reach. Choose from the list, or say the location in words."
                ),
            )


class UpdateForm(forms.Form):
    """The report brought up to date."""

    major = forms.BooleanField(label=gettext_lazy("Major incident declared"), required=False)
    location = _words(gettext_lazy("Exact location"), required=False)
    hazards = _words(gettext_lazy("Hazards, present or possible"), required=False)
    access = _words(gettext_lazy("Access: best way in, rendezvous"), required=False)
    casualties = forms.IntegerField(
        label=gettext_lazy("Number of casualties"), required=False, min_value=0, max_value=100_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    services = _words(gettext_lazy("Emergency services: there, and wanted"), required=False)

    def __init__(self, data: Any, incident: Incident) -> None:
        names = ("major", "location", "hazards", "access", "casualties", "services")
        super().__init__(data, initial={name: getattr(incident, name) for name in names}, auto_id="update_%s")

    def report(self) -> Report:
        """The report as the action takes it."""
        return Report(**self.cleaned_data)


class UnitForm(forms.Form):
    """A force that is called, under its callsign."""

    callsign = forms.CharField(
        label=gettext_lazy("Callsign"), max_length=24, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Without blanks, such as 救护1 or FIRE-2."),
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[(key, words) for key, (words, _icon) in UNIT_KINDS.items()]
    )
    organisation = _words(gettext_lazy("Organisation"), required=False, most=160)
    people = forms.IntegerField(label=gettext_lazy("How many people"), min_value=0, max_value=9999, initial=0)
    rank = forms.IntegerField(
        label=gettext_lazy("Rank"), min_value=0, max_value=99, initial=0,
        help_text=gettext_lazy("The highest on scene commands until a commander is named; 0 never does."),
    )  # fmt: skip
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=[(key, words) for key, (words, _tone) in UNIT_STATES.items() if key != "released"],
        initial="assigned",
    )

    def clean_callsign(self) -> str:
        callsign = str(self.cleaned_data["callsign"]).strip()
        if any(letter.isspace() or letter in ":：>＞/／→" for letter in callsign):
            raise forms.ValidationError(_("Write the callsign without blanks, colons, arrows and slashes."))
        return callsign


class StateForm(forms.Form):
    """The state that a force goes into."""

    state = forms.ChoiceField(choices=[(key, key) for key in UNIT_STATES])


class RollForm(forms.Form):
    """How many answered the roll-call."""

    people = forms.IntegerField(label=gettext_lazy("Answered"), min_value=0, max_value=9999)


class CommandForm(forms.Form):
    """Who is to command."""

    unit = forms.ModelChoiceField(
        label=gettext_lazy("Force or post"), queryset=Unit.objects.none(), empty_label=None
    )
    post = _words(
        gettext_lazy("Post of the commander"),
        required=False,
        most=160,
        hint=gettext_lazy("The post, not the person."),
    )

    def __init__(self, data: Any, incident: Incident) -> None:
        super().__init__(data, auto_id="command_%s")
        field: Any = self.fields["unit"]
        field.queryset = incident.units.exclude(state="released").order_by("-rank", "callsign")
        field.label_from_instance = lambda unit: (
            f"{unit.callsign} · {unit.organisation}" if unit.organisation else unit.callsign
        )


class AssignmentForm(forms.Form):
    """An objective, task or need."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=[(key, words) for key, (words, _icon) in ASSIGNMENTS.items()],
        initial="task",
    )
    lane = forms.ChoiceField(label=gettext_lazy("Lane"), choices=list(LANES.items()), initial="operations")
    text = _words(gettext_lazy("What is to be done, or what is needed"))
    unit = forms.ModelChoiceField(
        label=gettext_lazy("Given to"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody yet"),
    )
    quantity = forms.IntegerField(
        label=gettext_lazy("How many are needed"), required=False, min_value=1, max_value=100_000
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Within minutes"), required=False, min_value=1, max_value=10_000
    )

    def __init__(self, data: Any, incident: Incident) -> None:
        super().__init__(data, auto_id="assignment_%s")
        field: Any = self.fields["unit"]
        field.queryset = incident.units.exclude(state="released").order_by("callsign")
        field.label_from_instance = lambda unit: unit.callsign

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == "need" and not cleaned.get("quantity") and "quantity" not in self.errors:
            self.add_error("quantity", _("Say how many are needed."))
        return cleaned

    def due(self, at: datetime) -> datetime | None:
        """When it is to be done."""
        minutes = self.cleaned_data["minutes"]
        return at + timedelta(minutes=minutes) if minutes else None


class MeasureForm(forms.Form):
    """A closure or restriction with its area, end and authority (Counter-Terrorism Law, art. 61)."""

    text = _words(gettext_lazy("What is closed or restricted"))
    where = _words(
        pgettext_lazy("measure", "Area"),
        hint=gettext_lazy("Streets and limits, so that a guard can find them."),
    )
    authority = forms.ChoiceField(label=gettext_lazy("Ordered by"), choices=list(AUTHORITIES.items()))
    hours = forms.FloatField(label=gettext_lazy("For hours"), min_value=0.25, max_value=720, initial=2)


class MarkForm(ShapeForm):
    """Something drawn on the map: a point, a circle, or an outline."""

    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=list(MARKS.items()))
    label = _words(gettext_lazy("Label"), required=False, most=120)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("outline") and not cleaned.get("near"):
            self.add_error("near", _("Draw it on the map, or write a point."))
        return cleaned

    @property
    def shape(self) -> dict[str, Any]:
        """The shape as GeoJSON has it; a circle is a point with its radius in metres."""
        values = self.cleaned_data
        if values["outline"]:
            return {"type": "Polygon", "coordinates": [[list(point) for point in values["outline"]]]}
        radius = {"radius_m": values["radius_m"]} if values["radius_m"] else {}
        return {"type": "Point", "coordinates": list(values["near"]), **radius}


class LevelForm(forms.Form):
    """Another level of response, and why."""

    level = forms.TypedChoiceField(
        label=gettext_lazy("Level of response"),
        coerce=int,
        choices=[(level, LEVELS[level][1]) for level in reversed(RESPONSE_LEVELS)],
    )
    reason = _words(gettext_lazy("Reason"))


class ReasonForm(forms.Form):
    """A reason."""

    reason = _words(gettext_lazy("Reason"))


class QuantityForm(forms.Form):
    """How many were sent."""

    quantity = forms.IntegerField(min_value=1, max_value=100_000)
