"""The points of a place for the first ten minutes: the form that registers one, and the page that closes it."""

from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.actions.place_points import PointDraft, add_point
from anlan.engine.action_cards import CONTROL_ROOM
from anlan.models import Place, User
from anlan.web.card_words import POINTS


class PointForm(forms.Form):
    """What is there, where, and for a control room the line that is answered at all hours."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of point"),
        choices=[(kind, words) for kind, (words, _icon) in POINTS.items()],
    )
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), max_length=120)
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=200, required=False)
    note_zh = forms.CharField(
        label=gettext_lazy("How to find or use it, in Chinese"),
        help_text=gettext_lazy("Short: it stands on the action cards. Name posts, not people."),
        max_length=200,
        required=False,
    )
    note_en = forms.CharField(
        label=gettext_lazy("How to find or use it, in English"), max_length=300, required=False
    )
    call_number = forms.RegexField(
        r"^[0-9+][0-9 \-]{1,30}$",
        label=gettext_lazy("Telephone of the control room"),
        help_text=gettext_lazy("The line of the post that is answered at all hours."),
        required=False,
        error_messages={"invalid": gettext_lazy("Use digits, blanks, + and - only.")},
    )
    latitude = forms.FloatField(
        label=gettext_lazy("Latitude"), required=False, min_value=-90, max_value=90,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )  # fmt: skip
    longitude = forms.FloatField(
        label=gettext_lazy("Longitude"), required=False, min_value=-180, max_value=180,
        widget=forms.NumberInput(attrs={"step": "any"}),
    )  # fmt: skip

    def __init__(self, data: Any, _place: Place) -> None:
        super().__init__(data)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if (values.get("latitude") is None) != (values.get("longitude") is None):
            raise ValidationError(_("Give both latitude and longitude, or neither."))
        if values.get("call_number") and values.get("kind") != CONTROL_ROOM:
            self.add_error("call_number", _("Only a control room has a number on the cards."))
        if values.get("kind") == CONTROL_ROOM and not values.get("call_number") and not self.errors:
            self.add_error("call_number", _("Say the number: cards ring the control room by it."))
        return values


def add(place: Place, values: dict[str, Any], by: User, at: datetime) -> object:
    """Register the point that a form describes."""
    return add_point(place, PointDraft(**values), by=by, at=at)
