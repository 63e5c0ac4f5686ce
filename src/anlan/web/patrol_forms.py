"""Forms of what patrols are planned from: beats, shifts, settings, worth of checkpoints, walking times."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.models import Beat, Checkpoint, CheckpointWorth, Grant, PatrolSettings, Place, Post, Shift, User
from anlan.queries.people import in_force
from anlan.web.place_parts import PartForm
from anlan.web.templatetags.words import name_of

WEEKDAYS = (
    ("1", gettext_lazy("Monday")),
    ("2", gettext_lazy("Tuesday")),
    ("3", gettext_lazy("Wednesday")),
    ("4", gettext_lazy("Thursday")),
    ("5", gettext_lazy("Friday")),
    ("6", gettext_lazy("Saturday")),
    ("7", gettext_lazy("Sunday")),
)


class SettingsForm(forms.Form):
    """How a place walks its rounds."""

    attack_minutes = forms.IntegerField(
        label=gettext_lazy("An attack takes"),
        help_text=gettext_lazy("A guard who comes by within this time disturbs it."),
        min_value=1,
        max_value=120,
    )
    metres_a_minute = forms.FloatField(label=gettext_lazy("Walking speed"), min_value=10, max_value=200)
    detour = forms.FloatField(
        label=gettext_lazy("Detour"),
        help_text=gettext_lazy(
            "Walked metres for each metre of the straight line, where no walking time was measured."
        ),
        min_value=1,
        max_value=5,
    )
    walks_by = forms.ChoiceField(
        label=gettext_lazy("Walking times that nobody measured"),
        help_text=gettext_lazy(
            "By road: along streets and paths open to all, for checkpoints outdoors within 60 m of one. "
            "Others, and all where no OpenStreetMap extract was imported, go by the straight line."
        ),
        choices=(
            ("line", gettext_lazy("by the straight line with its detour")),
            ("road", gettext_lazy("by the road network")),
        ),
        initial="line",
    )
    dwell_seconds = forms.IntegerField(
        label=gettext_lazy("Stay at a checkpoint"), min_value=10, max_value=1800
    )
    asks_position = forms.BooleanField(
        label=gettext_lazy("Take the phone's position at each scan"),
        help_text=gettext_lazy("Only at the moment of a scan. A position far away is marked for review."),
        required=False,
    )
    asks_photo = forms.BooleanField(label=gettext_lazy("Ask for a photo at each scan"), required=False)

    def __init__(self, data: Any, settings: PatrolSettings) -> None:
        super().__init__(data, initial={name: getattr(settings, name) for name in self.base_fields})


class BeatForm(PartForm):
    """The checkpoints that one guard walks."""

    checkpoints = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Checkpoints"),
        queryset=Checkpoint.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    post = forms.ModelChoiceField(
        label=gettext_lazy("Post"),
        help_text=gettext_lazy("Scans are recorded for this post, never for a person."),
        queryset=Post.objects.none(),
        required=False,
        empty_label="—",
    )
    spare = forms.BooleanField(
        label=gettext_lazy("Spare: helps where the plan sends this guard"), required=False
    )

    def __init__(self, data: Any, place: Place, beat: Beat | None = None) -> None:
        super().__init__(data, place)
        fields: Any = self.fields
        points = place.checkpoints.filter(closed_at=None).order_by("order", "code")
        fields["checkpoints"].queryset = points
        fields["checkpoints"].label_from_instance = name_of
        fields["post"].queryset = place.posts.order_by("code")
        fields["post"].label_from_instance = name_of
        if beat is not None:
            del fields["code"]
            self.initial = {
                "name_zh": beat.name_zh,
                "name_en": beat.name_en,
                "checkpoints": [point.pk for point in beat.checkpoints.all()],
                "post": beat.post_id,
                "spare": beat.spare,
            }

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if self.place.beats.filter(code=code).exists():
            raise forms.ValidationError(_("This code is taken at this place."))
        return code


class ShiftForm(PartForm):
    """A span of the day in which the place is manned."""

    starts = forms.TimeField(label=gettext_lazy("From"), widget=forms.TimeInput(attrs={"type": "time"}))
    ends = forms.TimeField(
        label=gettext_lazy("Until"),
        help_text=gettext_lazy("A shift that ends no later than it begins runs into the next day."),
        widget=forms.TimeInput(attrs={"type": "time"}),
    )
    days = forms.MultipleChoiceField(
        label=gettext_lazy("Begins on"), choices=WEEKDAYS, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any, place: Place) -> None:
        super().__init__(data, place)
        self.initial = {"days": [day for day, _words in WEEKDAYS]}

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if Shift.objects.filter(place=self.place, code=code).exists():
            raise forms.ValidationError(_("This code is taken at this place."))
        return code


class WorthForm(forms.Form):
    """What an attack at one checkpoint would cost."""

    present = forms.FloatField(label=gettext_lazy("People usually near it"), min_value=0, max_value=1_000_000)
    consequence = forms.TypedChoiceField(
        label=gettext_lazy("Consequence"),
        choices=[
            (1, gettext_lazy("1 – slight")),
            (2, gettext_lazy("2 – limited")),
            (3, gettext_lazy("3 – usual")),
            (4, gettext_lazy("4 – grave")),
            (5, gettext_lazy("5 – critical")),
        ],
        coerce=int,
        initial=3,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Such as: counted in the evening peak, next to the fuel store"),
        max_length=500,
    )

    def __init__(self, data: Any, worth: CheckpointWorth | None, present: float) -> None:
        initial = {"present": round(present, 1), "consequence": 3}
        if worth is not None:
            initial |= {"present": worth.present, "consequence": worth.consequence}
        super().__init__(data, initial=initial)


class GuardOutForm(forms.Form):
    """Who stands in for a guard who cannot go on."""

    stand_in = forms.ModelChoiceField(
        label=gettext_lazy("Stand-in"),
        help_text=gettext_lazy(
            "With nobody standing in, the rest of the shift is drawn anew for the guards who are left."
        ),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nobody: plan anew without this guard"),
    )

    def __init__(self, data: Any, guards: QuerySet[User]) -> None:
        super().__init__(data)
        field: Any = self.fields["stand_in"]
        field.queryset = guards


def guards_of(place: Place, at: datetime) -> QuerySet[User]:
    """The people who work as guards at a place, by name."""
    grants = in_force(Grant.objects.filter(role="guard", place_code=place.code), at)
    return User.objects.filter(pk__in=grants.values("user"), is_active=True).order_by("name", "username")
