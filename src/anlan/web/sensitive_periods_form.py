"""The form of a sensitive period: what it is called, on which days, where, and by whose word."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.actions.sensitive_periods import PeriodDraft
from anlan.engine.areas import area_read
from anlan.engine.sensitive_periods import Days, days_of, each_year, overlap
from anlan.models import SensitivePeriod
from anlan.queries.vocabulary import Words
from anlan.web.day_fields import day_field
from anlan.web.warnings_form import WhereForm, where_of

MOST_DAYS = 92
"""How many days in a row a period may have; longer is a level of its own, not a sensitive period."""

MOST_SPANS = 40
YEARS_AHEAD = 5
_RANGE = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:\s*(?:–|—|~|至|到|to|\s)\s*(\d{4}-\d{2}-\d{2}))?$")


class PeriodForm(WhereForm):
    """A sensitive period."""

    name_zh = forms.CharField(
        label=gettext_lazy("Name (Chinese)"),
        max_length=80,
        widget=forms.TextInput(attrs={"lang": "zh-Hans", "autofocus": True}),
    )
    name_en = forms.CharField(
        label=gettext_lazy("Name (English)"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"lang": "en"}),
    )
    first = day_field(gettext_lazy("First day"))
    last = day_field(gettext_lazy("Last day"))
    until_year = forms.TypedChoiceField(
        label=gettext_lazy("Every year"), required=False, coerce=int, empty_value=None
    )
    further = forms.CharField(
        label=gettext_lazy("Further days"),
        required=False,
        max_length=1200,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "For days that move from year to year, one line each: 2027-02-05 to 2027-02-12, or a single day."
        ),
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=300,
        help_text=gettext_lazy(
            "Who settled these days, and where it says so: the notice, its number, its date."
        ),
    )
    reason = forms.CharField(label=gettext_lazy("Reason of the change"), max_length=500)

    def __init__(self, data: Any, known: Words, *, today: date, is_change: bool = False, **more: Any) -> None:
        super().__init__(data, known, **more)
        self.today = today
        fields: Any = self.fields
        fields["first"].required = fields["last"].required = True
        fields["until_year"].choices = [
            ("", _("This time only")),
            *(
                (str(year), _("Every year until %(year)s") % {"year": year})
                for year in range(today.year + 1, today.year + 1 + YEARS_AHEAD)
            ),
        ]
        if not is_change:
            del self.fields["reason"]

    def clean_further(self) -> tuple[Days, ...]:
        lines = (line.strip() for line in self.cleaned_data["further"].splitlines())
        return tuple(_range(line) for line in lines if line)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day lies before the first."))
        elif first and last and "further" in data:
            self._clean_days(Days(first, last))
        return data

    def _clean_days(self, days: Days) -> None:
        data = self.cleaned_data
        found = (*each_year(days, data.get("until_year") or 0), *data["further"])
        if any(one.count > MOST_DAYS for one in found):
            self.add_error("last", _("A period has at most %(most)s days in a row.") % {"most": MOST_DAYS})
        elif len(found) > MOST_SPANS:
            self.add_error("further", _("At most %(most)s times may be stated.") % {"most": MOST_SPANS})
        elif all(one.last < self.today for one in found):
            self.add_error("last", _("These days have passed. State days to come."))
        elif both := overlap(found):
            words = _("%(one)s and %(other)s overlap.")
            self.add_error("further", words % {"one": both[0].first, "other": both[1].first})
        else:
            data["days"] = found

    def draft(self) -> PeriodDraft:
        """What was entered."""
        data = self.cleaned_data
        return PeriodDraft(
            name=(data["name_zh"], data["name_en"]),
            level=self.level_chosen,
            area=self.area,
            days=data["days"],
            source=data["source"],
            tiers=self.tiers_chosen,
            reason=data.get("reason", ""),
        )


def initial_of(period: SensitivePeriod, today: date) -> dict[str, Any]:
    """A period as the form shows it, without the days that have passed."""
    days = [one for one in days_of(period.spans) if one.last >= today] or list(days_of(period.spans))
    return {
        **where_of(area_read(period.area), period.tiers),
        "level": period.level,
        "name_zh": period.name_zh,
        "name_en": period.name_en,
        "first": days[0].first,
        "last": days[0].last,
        "further": "\n".join(
            f"{one.first}" if one.count == 1 else f"{one.first} – {one.last}" for one in days[1:]
        ),
        "source": period.source,
    }


def _range(line: str) -> Days:
    match = _RANGE.match(line)
    try:
        if match is None:
            raise ValueError(line)
        first = date.fromisoformat(match[1])
        return Days(first, date.fromisoformat(match[2]) if match[2] else first)
    except ValueError:
        raise forms.ValidationError(
            _("“%(line)s” is not a day or two days in order. Write for example 2027-02-05 to 2027-02-12.")
            % {"line": line[:40]}
        ) from None
