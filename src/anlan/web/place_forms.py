"""The form by which a place is registered and changed: the register's columns and every declared fact."""

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, cast

from django import forms
from django.forms import BoundField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.actions.register import Measured, PlaceDraft
from anlan.engine.access import Action, Target
from anlan.engine.policy import FactValue
from anlan.links.coordinates import DATUMS, Datum, to_wgs84
from anlan.models import Department, District, Operator, Place, PlaceFact
from anlan.queries.reach import departments_within
from anlan.queries.subjects import present_facts
from anlan.queries.vocabulary import Words
from anlan.web import access, clock
from anlan.web.place_fields import (
    day_field,
    declared_facts,
    fields_for,
    grouped,
    initial_of,
    measured,
    name_of_field,
    stated,
)
from anlan.web.place_kinds import kinds_by_group
from anlan.web.templatetags.words import name_of

CODE = re.compile(r"[A-Za-z0-9一-鿿][A-Za-z0-9一-鿿._:-]*")
RESERVED = frozenset({"new", "map.geojson"})
_TEXTS = ("name_zh", "name_en", "address", "hours")
_RECEIVER = (
    *("receiver_post", "receiver_name", "receiver_phone", "receiver_email"),
    *("deputy_post", "deputy_name", "deputy_phone", "deputy_email"),
)


def _phone(label: Any) -> forms.RegexField:
    return forms.RegexField(
        r"^[0-9+() -]*$",
        label=label,
        max_length=32,
        required=False,
        error_messages={"invalid": gettext_lazy("Write digits, spaces and + ( ) - only.")},
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )


class PlaceForm(forms.Form):
    """What is stated of a place; what stays empty is not known, and nothing is guessed."""

    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=80)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=200, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of place"))
    district = forms.ModelChoiceField(
        label=gettext_lazy("District"), queryset=District.objects.none(), required=False, empty_label="—"
    )
    department = forms.ModelChoiceField(
        label=gettext_lazy("Responsible department"),
        queryset=Department.objects.none(),
        required=False,
        empty_label="—",
        to_field_name="code",
    )
    operator = forms.CharField(
        label=gettext_lazy("Operator"),
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs={"list": "operators", "autocomplete": "off"}),
        help_text=gettext_lazy("Choose one, or write the name of a new one."),
    )
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, required=False)
    hours = forms.CharField(
        label=gettext_lazy("Opening hours"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "10:00-22:00"}),
    )
    longitude = forms.FloatField(
        label=gettext_lazy("Longitude"), required=False, min_value=-180, max_value=180
    )
    latitude = forms.FloatField(label=gettext_lazy("Latitude"), required=False, min_value=-90, max_value=90)
    datum = forms.ChoiceField(
        label=gettext_lazy("Datum of the coordinates"),
        required=False,
        choices=[(datum, datum) for datum in DATUMS],
        help_text=gettext_lazy(
            "GCJ-02 and BD-09 are converted. A point picked on this map is in WGS-84 already."
        ),
    )
    receiver_post = forms.CharField(label=gettext_lazy("Receiver's post"), max_length=80, required=False)
    receiver_name = forms.CharField(label=gettext_lazy("Receiver's name"), max_length=64, required=False)
    receiver_phone = _phone(gettext_lazy("Receiver's telephone"))
    receiver_email = forms.EmailField(label=gettext_lazy("Receiver's e-mail"), required=False)
    deputy_post = forms.CharField(label=gettext_lazy("Deputy's post"), max_length=80, required=False)
    deputy_name = forms.CharField(label=gettext_lazy("Deputy's name"), max_length=64, required=False)
    deputy_phone = _phone(gettext_lazy("Deputy's telephone"))
    deputy_email = forms.EmailField(label=gettext_lazy("Deputy's e-mail"), required=False)
    valid_from = day_field(
        gettext_lazy("Holds since"), help_text=gettext_lazy("From which day the facts have been so.")
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason or source"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        data: Any,
        request: HttpRequest,
        known: Words,
        *,
        place: Place | None = None,
        rows: Mapping[str, PlaceFact] | None = None,
        kind: str = "",
    ) -> None:
        initial = _initial(place, rows or {}) if place else {"kind": kind, "datum": "WGS-84"}
        super().__init__(data, initial={**initial, "valid_from": clock.today()})
        self.request, self.known, self.place = request, known, place
        self.declared = declared_facts(known)
        self.action: Action = "edit-places" if place else "register-places"
        fields: Any = self.fields
        for name in ("longitude", "latitude"):
            fields[name].widget.attrs |= {"step": "any", "inputmode": "decimal"}
        fields["kind"].choices = self._kinds()
        self._offer_owners()
        if place is not None and not access.allowed(request, "see-receivers", place):
            for name in _RECEIVER:
                del self.fields[name]
        for fact, each in self.declared.items():
            self.fields |= fields_for(fact, each, known)
        self.groups = grouped(known, str(self["kind"].value() or ""))

    # ---- what the page shows

    @property
    def matter(self) -> list[list[BoundField]]:
        """The fields of the facts that bear on this kind of place, fact by fact."""
        return [self._fields_of(fact) for fact in self.groups.matter]

    @property
    def further(self) -> list[list[BoundField]]:
        return [self._fields_of(fact) for fact in self.groups.further]

    @property
    def operators(self) -> list[str]:
        return list(Operator.objects.order_by("name_zh").values_list("name_zh", flat=True)[:500])

    def _fields_of(self, fact: str) -> list[BoundField]:
        name = name_of_field(fact)
        return [self[each] for each in (name, f"{name}-method", f"{name}-on") if each in self.fields]

    # ---- what may be chosen

    def _kinds(self) -> list[Any]:
        own = self.place.kind if self.place else ""
        choices: list[Any] = [("", _("choose")), *kinds_by_group(self.known)]
        return choices if not own or own in self.known.kinds else [*choices, (own, own)]

    def _offer_owners(self) -> None:
        """Districts and departments within reach; nothing to choose for somebody of this place alone."""
        reach = access.request_reach(self.request, self.action)
        districts, departments = District.objects.order_by("code"), Department.objects.filter(closed_at=None)
        if not reach.everywhere:
            districts = districts.filter(code__in=reach.districts)
            departments = departments_within(reach, departments)
            if not reach.districts and not reach.departments:
                del self.fields["district"], self.fields["department"]
                return
        own_district = self.place.district_id if self.place else None
        own_department = self.place.department_id if self.place else None
        fields: Any = self.fields
        fields["district"].queryset = districts | District.objects.filter(code=own_district)
        fields["department"].queryset = (
            departments | Department.objects.filter(pk__in=[own_department] if own_department else [])
        ).order_by("code")
        for name in ("district", "department"):
            fields[name].label_from_instance = name_of

    # ---- what is wrong

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if (values.get("longitude") is None) != (values.get("latitude") is None) and not (
            {"longitude", "latitude"} & set(self.errors)
        ):
            self.add_error("latitude", _("Give longitude and latitude together."))
        for name, kept in self._kept().items():
            if kept and name in self.fields and values.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, _("This can be replaced but not emptied; state another."))
        since = values.get("valid_from")
        if since and since > clock.today():
            self.add_error(
                "valid_from", _("Facts are stated from the day they hold; this day is still to come.")
            )
        elif since and since.year < 1990:
            self.add_error("valid_from", _("The year must be 1990 or later."))
        for fact in self.declared:
            name = f"{name_of_field(fact)}-on"
            if values.get(name) and values[name] > clock.today():
                self.add_error(name, _("This day is still to come."))
            if values.get(name) and values.get(name_of_field(fact)) is None and not self.errors:
                self.add_error(name_of_field(fact), _("There is a date but no figure."))
        return values

    def _kept(self) -> dict[str, bool]:
        """What is stated already and stays until something else is stated."""
        place = self.place
        if place is None:
            return {}
        return {
            "district": place.district_id is not None,
            "department": place.department_id is not None,
            "operator": place.operator_id is not None,
            "longitude": place.longitude is not None,
            "latitude": place.latitude is not None,
        }

    def target(self, code: str) -> Target:
        """The place as the rules of access would see it afterwards."""
        district, department = self.cleaned_data.get("district"), self.cleaned_data.get("department")
        return Target(
            district=district.code if district else "",
            department=department.code if department else "",
            place=code,
        )

    # ---- what is stated

    def facts(self) -> dict[str, FactValue]:
        """Every declared fact: None where the field was left empty."""
        return stated(self.cleaned_data, self.declared)

    def measured(self) -> dict[str, Measured]:
        return measured(self.cleaned_data, tuple(self.declared))

    def changed_facts(self, place: Place) -> dict[str, FactValue]:
        """The facts that would be others than they are."""
        before = present_facts(place)
        return {
            fact: value
            for fact, value in self.facts().items()
            if value != before.get(fact) and not (value is False and fact not in before)
        }

    def since(self) -> datetime | None:
        """The start of the day from which the facts hold; None for today, which is from this moment."""
        on: date = self.cleaned_data["valid_from"]
        if on >= clock.today():
            return None
        return datetime.combine(on, time(), timezone.get_default_timezone())

    def draft(self, code: str) -> PlaceDraft:
        """What is stated beside the facts, as the action takes it."""
        values = self.cleaned_data
        district, department = values.get("district"), values.get("department")
        longitude, latitude = values.get("longitude"), values.get("latitude")
        if longitude is not None and latitude is not None:
            found = to_wgs84(longitude, latitude, cast(Datum, values.get("datum") or "WGS-84"))
            longitude, latitude = found.longitude, found.latitude
        return PlaceDraft(
            code=code,
            kind=values["kind"],
            district_code=district.code if district else None,
            department_code=department.code if department else None,
            operator=values["operator"] or None,
            longitude=longitude,
            latitude=latitude,
            **{name: values[name].strip() for name in (*_TEXTS, *_RECEIVER) if name in values},
        )


class NewPlaceForm(PlaceForm):
    """A place that is not in the register yet."""

    code = forms.RegexField(
        rf"^{CODE.pattern}$",
        label=gettext_lazy("Code"),
        max_length=64,
        help_text=gettext_lazy("By which the city knows the place; it stays for ever."),
        error_messages={
            "invalid": gettext_lazy("Use letters, digits, Chinese characters and . _ : - only, no spaces.")
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ("code",)

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if code in RESERVED or Place.objects.filter(code=code).exists():
            raise forms.ValidationError(_("Another place has this code already."))
        return code


class EditPlaceForm(PlaceForm):
    """A place that is known; `revision` tells whether somebody else changed it meanwhile."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


def _initial(place: Place, rows: Mapping[str, PlaceFact]) -> dict[str, Any]:
    plain = {
        name: getattr(place, name)
        for name in (*_TEXTS, *_RECEIVER, "kind", "longitude", "latitude", "revision")
    }
    return plain | {
        "district": place.district_id,
        "department": place.department.code if place.department else None,
        "operator": place.operator.name_zh if place.operator else "",
        "datum": "WGS-84",
        **initial_of(present_facts(place), rows),
    }
