"""The forms of signals: reporting, triage, and the filters of the list."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.actions.signals import LARGEST_RADIUS_M, LONGEST_TEXT
from anlan.engine.access import Target
from anlan.models import Department, District, Place, Signal
from anlan.models.ids import new_id
from anlan.queries.districts import chain_above
from anlan.queries.reach import departments_within, within
from anlan.queries.signals import SignalFilter
from anlan.queries.vocabulary import Words
from anlan.web import access
from anlan.web.day_fields import day_field
from anlan.web.evidence_forms import NOTE_HINT, MomentField, end_of_day
from anlan.web.moments import read_moment
from anlan.web.signal_words import CHANNELS, RELIABILITIES, URGENCIES, signal_row
from anlan.web.templatetags.words import name_of, say

PLACE, DISTRICT, POINT = "place", "district", "point"
RAISE, LINK, DISMISS = "raise", "link", "dismiss"
MOST_OFFERED = 12
_UUID_TIME = 7


class SignalForm(forms.Form):
    """A report about a place or a thing."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("What it is about"), widget=forms.RadioSelect)
    where = forms.ChoiceField(
        label=gettext_lazy("Where"),
        widget=forms.RadioSelect,
        initial=PLACE,
        choices=[
            (PLACE, gettext_lazy("At a place of the register")),
            (POINT, gettext_lazy("Around a point on the map")),
            (DISTRICT, gettext_lazy("In a district")),
        ],
    )
    place = forms.CharField(
        label=gettext_lazy("Place"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Its name or code; choose from the list that opens."),
        widget=forms.TextInput(attrs={"list": "place-options", "autocomplete": "off"}),
    )
    district = forms.ChoiceField(label=gettext_lazy("District"), required=False)
    longitude = forms.FloatField(
        label=gettext_lazy("Longitude"),
        required=False,
        min_value=-180,
        max_value=180,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )
    latitude = forms.FloatField(
        label=gettext_lazy("Latitude"),
        required=False,
        min_value=-90,
        max_value=90,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )
    radius_m = forms.IntegerField(
        label=gettext_lazy("Within"),
        required=False,
        min_value=0,
        max_value=LARGEST_RADIUS_M,
        initial=200,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    observed = forms.CharField(
        label=gettext_lazy("What was observed"),
        max_length=LONGEST_TEXT,
        help_text=NOTE_HINT,
        widget=forms.Textarea(attrs={"rows": 5, "data-free-text": ""}),
    )
    urgency = forms.ChoiceField(
        label=gettext_lazy("How urgent"),
        widget=forms.RadioSelect,
        choices=[(key, words) for key, (words, _tone) in URGENCIES.items()],
    )
    reliability = forms.ChoiceField(
        label=gettext_lazy("How reliable the source is"),
        initial="F",
    )
    department = forms.ChoiceField(label=gettext_lazy("Reported by"), required=False)
    organisation = forms.CharField(
        label=gettext_lazy("Name of the organisation"),
        required=False,
        max_length=160,
        help_text=gettext_lazy("The organisation or its post, not a person."),
        widget=forms.TextInput(attrs={"data-free-text": ""}),
    )

    def __init__(self, data: Any, request: HttpRequest, known: Words, at: datetime) -> None:
        self.reach = access.request_reach(request, "report-signals")
        self.request = request
        departments = list(
            departments_within(self.reach, Department.objects.filter(closed_at=None)).order_by("code")
        )
        super().__init__(data, initial=self._initial(departments), auto_id="id_%s")
        fields: Any = self.fields
        fields["kind"].choices = [(kind, say(term.title)) for kind, term in known.signals.items()]
        fields["reliability"].choices = [(key, f"{key} · {said}") for key, said in RELIABILITIES.items()]
        districts = _districts(request)
        fields["district"].choices = [("", _("Choose a district")), *districts]
        if not districts:
            fields["where"].choices = [choice for choice in fields["where"].choices if choice[0] != DISTRICT]
        fields["department"].choices = [
            *((row.code, name_of(row)) for row in departments),
            ("", _("Another organisation")),
        ]
        if not departments:
            fields["department"].widget = forms.HiddenInput()
        self.fields["observed_at"] = MomentField(
            at, label=_("When it was observed"), help_text=_("Leave empty for now.")
        )
        self.found: Place | None = None

    def clean_id(self) -> UUID:
        """The id that the form was given; one that we would not have made is replaced."""
        given = self.cleaned_data.get("id")
        return given if isinstance(given, UUID) and given.version == _UUID_TIME else new_id()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        where = cleaned.get("where")
        if where == PLACE:
            self._find_place(cleaned)
        elif where == DISTRICT and not cleaned.get("district") and "district" not in self.errors:
            self.add_error("district", _("Choose the district."))
        elif where == POINT:
            for name in ("longitude", "latitude"):
                if cleaned.get(name) is None and name not in self.errors:
                    self.add_error(name, _("Click the map, or write the coordinates."))
        if not cleaned.get("department") and not (cleaned.get("organisation") or "").strip():
            self.add_error("organisation", _("Say which organisation reports this."))
        return cleaned

    def area(self) -> dict[str, Any]:
        """Where it is, as the action takes it; only what the chosen way asks for."""
        values = self.cleaned_data
        if values["where"] == PLACE:
            return {"place": self.found}
        if values["where"] == DISTRICT:
            return {"district": District.objects.get(code=values["district"])}
        return {
            "longitude": values["longitude"],
            "latitude": values["latitude"],
            "radius_m": values["radius_m"] or 0,
        }

    def source(self) -> dict[str, Any]:
        """Whose report it is, as the action takes it."""
        code = self.cleaned_data["department"]
        if code:
            return {"department": Department.objects.get(code=code)}
        return {"organisation": " ".join(self.cleaned_data["organisation"].split())}

    def _find_place(self, cleaned: dict[str, Any]) -> None:
        asked = " ".join((cleaned.get("place") or "").split())
        if "place" in self.errors:
            return
        if not asked:
            self.add_error("place", _("Say at which place; if it is at none, choose a point or a district."))
            return
        open_places = within(self.reach, Place.objects.filter(closed_at=None)).order_by("name_sort", "id")
        found = list(open_places.filter(code=asked)) or list(open_places.filter(name_zh=asked)[:MOST_OFFERED])
        found = found or list(open_places.filter(name_en__iexact=asked)[:MOST_OFFERED])
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
                _("There is no such place within your reach. Choose from the list, or a point or district."),
            )

    def _initial(self, departments: list[Department]) -> dict[str, Any]:
        grants = access.grants_of(self.request)
        own = {grant.department for grant in grants if grant.department}
        department = next((row.code for row in departments if row.code in own), "")
        initial: dict[str, Any] = {"id": new_id(), "department": department}
        code = self.request.GET.get("place", "") or next((grant.place for grant in grants if grant.place), "")
        places = within(self.reach, Place.objects.select_related("operator").filter(closed_at=None))
        place = places.filter(code=code[:64]).first() if code else None
        if place is not None:
            initial["place"] = place.code
            if not department and any(grant.place for grant in grants):
                initial["organisation"] = name_of(place.operator or place)
        return initial


class TriageForm(forms.Form):
    """What a person makes of a signal, and why."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What follows from it"),
        widget=forms.RadioSelect,
        choices=[
            (RAISE, gettext_lazy("It is the basis for a warning")),
            (LINK, gettext_lazy("It reports the same as another signal")),
            (DISMISS, gettext_lazy("Nothing follows: dismiss it")),
        ],
    )
    other = forms.ChoiceField(label=gettext_lazy("The other signal"), required=False)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        help_text=NOTE_HINT,
        widget=forms.Textarea(attrs={"rows": 3, "data-free-text": ""}),
    )

    def __init__(self, data: Any, others: list[Signal], known: Words) -> None:
        super().__init__(data, auto_id="id_%s")
        self.others = {str(row.pk): row for row in others}
        rows = [signal_row(row, known) for row in others]
        fields: Any = self.fields
        fields["other"].choices = [
            ("", _("Choose the signal")),
            *((str(row.signal.pk), f"{row.number} · {row.where} · {row.title or row.kind}") for row in rows),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("outcome") == LINK and not cleaned.get("other") and "other" not in self.errors:
            self.add_error("other", _("Choose the signal that reports the same."))
        return cleaned


class ReopenForm(forms.Form):
    """Why a triage is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        help_text=NOTE_HINT,
        widget=forms.Textarea(attrs={"rows": 2, "data-free-text": ""}),
    )


STATES = (
    ("open", gettext_lazy("To be triaged")),
    ("raised", gettext_lazy("Basis for a warning")),
    ("linked", gettext_lazy("Linked")),
    ("dismissed", gettext_lazy("Dismissed")),
    ("any", gettext_lazy("All")),
)


class SignalSearch(forms.Form):
    """The filters of the list, kept in the address."""

    more = ("channel", "since", "until")

    q = forms.CharField(
        label=gettext_lazy("Search by number, place, source or words"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    urgency = forms.ChoiceField(
        label=gettext_lazy("Urgency"),
        required=False,
        choices=[
            ("", gettext_lazy("Any urgency")),
            *((key, words) for key, (words, _tone) in URGENCIES.items()),
        ],
    )
    district = forms.ChoiceField(label=gettext_lazy("District"), required=False)
    channel = forms.ChoiceField(
        label=gettext_lazy("Channel"),
        required=False,
        choices=[("", gettext_lazy("Any channel")), *CHANNELS.items()],
    )
    since = day_field(gettext_lazy("Received from"))
    until = day_field(gettext_lazy("Received until"))
    state = forms.ChoiceField(choices=STATES, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, known: Words) -> None:
        super().__init__(data)
        fields: Any = self.fields
        fields["kind"].choices = [
            ("", _("All kinds")),
            *((kind, say(term.title)) for kind, term in known.signals.items()),
        ]
        fields["district"].choices = [
            ("", _("All districts")),
            *((row.code, name_of(row)) for row in District.objects.order_by("code")),
        ]

    def wanted(self) -> SignalFilter:
        """The filter that the fields state; a wrong field counts as empty."""
        self.is_valid()
        values = self.cleaned_data
        since, until = values.get("since"), values.get("until")
        return SignalFilter(
            state=values.get("state") or "open",
            kind=values.get("kind", ""),
            urgency=values.get("urgency", ""),
            district=values.get("district", ""),
            channel=values.get("channel", ""),
            text=values.get("q", "").strip(),
            start=read_moment(f"{since}T00:00") if since else None,
            end=end_of_day(until) if until else None,
        )


def _districts(request: HttpRequest) -> list[tuple[str, str]]:
    """The districts one may report about: within one's reach, or the whole city's."""
    rows = list(District.objects.order_by("code"))
    parents = {row.code: row.parent_id for row in rows}
    return [
        (row.code, name_of(row))
        for row in rows
        if any(
            access.allowed(request, "report-signals", Target(district=code))
            for code in (row.code, *chain_above(row.code, parents))
        )
    ]
