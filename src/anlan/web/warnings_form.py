"""The form of a warning: what it states, where it holds, from when until when."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.actions.warnings import WarningDraft
from anlan.engine.areas import Area, Circle, area_read
from anlan.engine.policy import LEVELS, Level
from anlan.models import District, WarningNotice
from anlan.queries.vocabulary import Words
from anlan.web.place_kinds import kinds_by_group
from anlan.web.shape_form import ShapeForm, places_called
from anlan.web.templatetags.looks import POSTURES
from anlan.web.templatetags.words import name_of, say
from anlan.web.warnings_words import CATEGORIES, tier_titles

CITY, CHOSEN = "city", "chosen"
LASTS: Final = ("2", "6", "24")
LONGEST = timedelta(days=366)
_MOMENT = "%Y-%m-%dT%H:%M"


class WhereForm(ShapeForm):
    """Level and area: all that a preview needs."""

    level = forms.ChoiceField(
        label=gettext_lazy("Level"),
        choices=[(level, POSTURES[level].words) for level in reversed(LEVELS[1:])],
        widget=forms.RadioSelect,
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("Area covered"),
        choices=[(CITY, gettext_lazy("Whole city")), (CHOSEN, gettext_lazy("Part of the city"))],
        widget=forms.RadioSelect,
    )
    tiers = forms.MultipleChoiceField(
        label=gettext_lazy("Only these tiers"), required=False, widget=forms.CheckboxSelectMultiple
    )
    districts = forms.MultipleChoiceField(
        label=gettext_lazy("Districts"), required=False, widget=forms.CheckboxSelectMultiple
    )
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("Kinds of place"), required=False, widget=forms.CheckboxSelectMultiple
    )
    places = forms.CharField(
        label=gettext_lazy("Named places"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy("Codes or full names, one to a line. They are covered whatever stands above."),
    )

    field_order = ("level", "scope", "tiers", "districts", "kinds")

    def __init__(self, data: Any, known: Words, **more: Any) -> None:
        super().__init__(data, **more)
        fields: Any = self.fields
        fields["tiers"].choices = _tier_choices(known)
        fields["districts"].choices = [(row.code, name_of(row)) for row in District.objects.order_by("code")]
        fields["kinds"].choices = kinds_by_group(known)

    def clean_places(self) -> frozenset[str]:
        asked = [
            word.strip() for word in re.split(r"[\n,，;；、]+", self.cleaned_data["places"]) if word.strip()
        ]
        found, missing = places_called(asked)
        if missing:
            raise forms.ValidationError(
                _(
                    "Not an open place of the register: %(names)s. Give the code, or the full name if it is unique."
                )
                % {"names": _(", ").join(missing[:5])}
            )
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("near") and not data.get("radius_m") and "radius_m" not in self.errors:
            self.add_error("radius_m", _("State how many metres around the point are meant."))
        if data.get("scope") == CHOSEN and not self.errors and self.area.is_empty and not data.get("tiers"):
            self.add_error(
                "scope",
                _("Say where: choose tiers, districts or kinds, a circle or an outline, or name places."),
            )
        return data

    @property
    def area(self) -> Area:
        """The area that the form states; tiers alone mean those tiers in the whole city."""
        data = self.cleaned_data
        if data.get("scope") == CITY:
            return Area(city=True)
        near, radius = data.get("near"), data.get("radius_m")
        area = Area(
            places=data.get("places", frozenset()),
            districts=tuple(data.get("districts", ())),
            kinds=tuple(data.get("kinds", ())),
            circles=(Circle(near[0], near[1], float(radius)),) if near and radius else (),
            polygons=(data["outline"],) if data.get("outline") else (),
        )
        return Area(city=True) if area.is_empty and data.get("tiers") else area

    @property
    def tiers_chosen(self) -> tuple[str, ...]:
        return tuple(self.cleaned_data.get("tiers", ()))

    @property
    def level_chosen(self) -> Level:
        return cast("Level", self.cleaned_data["level"])


class WarningForm(WhereForm):
    """Everything a warning states."""

    category = forms.ChoiceField(label=gettext_lazy("Category"), choices=list(CATEGORIES.items()))
    start = forms.DateTimeField(
        label=gettext_lazy("Begins"),
        required=False,
        help_text=gettext_lazy("Empty: at once, when it is issued."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT),
        input_formats=[_MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    lasts = forms.ChoiceField(
        label=gettext_lazy("Expected end"),
        choices=[
            ("2", gettext_lazy("after 2 hours")),
            ("6", gettext_lazy("after 6 hours")),
            ("24", gettext_lazy("after 24 hours")),
            ("until", gettext_lazy("at a stated time")),
        ],
        widget=forms.RadioSelect,
    )
    expected_end = forms.DateTimeField(
        label=gettext_lazy("Ends at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT),
        input_formats=[_MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    matters_zh = forms.CharField(
        label=gettext_lazy("Matters (Chinese)"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "zh-Hans"}),
        help_text=gettext_lazy("What it is about. Describe the place and the thing, not the person."),
    )
    matters_en = forms.CharField(
        label=gettext_lazy("Matters (English)"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "en"}),
    )
    measures_zh = forms.CharField(
        label=gettext_lazy("Measures (Chinese)"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "zh-Hans"}),
        help_text=gettext_lazy(
            "What to do now. The duties that change follow from the scheme by themselves."
        ),
    )
    measures_en = forms.CharField(
        label=gettext_lazy("Measures (English)"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "en"}),
    )
    issuer_zh = forms.CharField(label=gettext_lazy("Issuer (Chinese)"), max_length=160)
    issuer_en = forms.CharField(label=gettext_lazy("Issuer (English)"), required=False, max_length=200)
    reason = forms.CharField(
        label=gettext_lazy("Reason of the update"),
        required=False,
        max_length=500,
        help_text=gettext_lazy("For an extension: why it has to last longer."),
    )

    def __init__(
        self, data: Any, known: Words, *, at: datetime, is_update: bool = False, **more: Any
    ) -> None:
        super().__init__(data, known, **more)
        self.at = at
        if is_update:
            self.fields["reason"].required = True
        else:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        begins = max(data.get("start") or self.at, self.at)
        if data.get("lasts") in LASTS:
            data["expected_end"] = begins + timedelta(hours=int(data["lasts"]))
        end = data.get("expected_end")
        if end is None:
            if "expected_end" not in self.errors:
                self.add_error(
                    "expected_end", _("State when the warning is expected to end; it can be extended.")
                )
        elif end <= begins:
            self.add_error("expected_end", _("The end must lie after the beginning and after now."))
        elif end > self.at + LONGEST:
            self.add_error(
                "expected_end", _("A warning lasts a year at most; extend it when the time comes.")
            )
        return data

    def draft(self) -> WarningDraft:
        """What was entered, as a draft."""
        data = self.cleaned_data
        return WarningDraft(
            category=data["category"],
            level=self.level_chosen,
            area=self.area,
            tiers=self.tiers_chosen,
            start=data.get("start"),
            expected_end=data["expected_end"],
            matters=(data["matters_zh"], data["matters_en"]),
            measures=(data["measures_zh"], data["measures_en"]),
            issuer=(data["issuer_zh"], data["issuer_en"]),
            reason=data.get("reason", ""),
        )


def initial_of(notice: WarningNotice, at: datetime, *, is_update: bool = False) -> dict[str, Any]:
    """A warning as the form shows it; an update begins at once and states its reason anew."""
    begins_later = notice.start is not None and notice.start > at
    return {
        **where_of(area_read(notice.area), notice.tiers),
        "level": notice.level,
        "category": notice.category,
        "start": notice.start if begins_later or not is_update else None,
        "lasts": "until",
        "expected_end": timezone.localtime(notice.expected_end),
        "matters_zh": notice.matters_zh,
        "matters_en": notice.matters_en,
        "measures_zh": notice.measures_zh,
        "measures_en": notice.measures_en,
        "issuer_zh": notice.issuer_zh,
        "issuer_en": notice.issuer_en,
        "reason": "" if is_update else notice.reason,
    }


def where_of(area: Area, tiers: Sequence[str] = ()) -> dict[str, Any]:
    """An area as the form's fields show it."""
    circle = area.circles[0] if area.circles else None
    return {
        "scope": CITY if area.city and not tiers else CHOSEN,
        "tiers": list(tiers),
        "districts": area.districts,
        "kinds": area.kinds,
        "near": f"{circle.latitude:.6f}, {circle.longitude:.6f}" if circle else "",
        "radius_m": round(circle.radius_m) if circle else None,
        "outline": "\n".join(f"{y}, {x}" for x, y in area.polygons[0][:-1]) if area.polygons else "",
        "places": "\n".join(sorted(area.places)),
    }


def _tier_choices(known: Words) -> list[tuple[str, str]]:
    """The tiers, under the name of their scheme where several schemes have tiers."""
    titles = tier_titles(known)
    schemes = {scheme.id: say(scheme.title) for scheme in known.schemes}
    several = len({tier.partition(":")[0] for tier in titles}) > 1
    return [
        (tier, f"{say(title)} · {schemes[tier.partition(':')[0]]}" if several else say(title))
        for tier, title in titles.items()
    ]
