"""The form of a statement to the public: what it tells people, where, until when, and the checklist."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.actions.public_information import LONGEST_WHERE, StatementDraft, faults_of
from anlan.engine.areas import Area, area_read
from anlan.engine.public_information import LONGEST_BODY, LONGEST_TITLE, Fault
from anlan.models import PublicStatement
from anlan.queries.vocabulary import Words
from anlan.web.public_words import KINDS, fault_words
from anlan.web.templatetags.words import say
from anlan.web.warnings_form import WhereForm, where_of

LASTS: Final = ("1", "3", "6", "24")
LONGEST: Final = timedelta(days=31)
NEVER_KEPT: Final[frozenset[Fault]] = frozenset({"personal", "markup", "too-long"})
"""Faults with which not even a draft is kept."""
_MOMENT = "%Y-%m-%dT%H:%M"
_TEXTS = ("where", "title", "body")


def _text(label: Any, language: str, longest: int, rows: int = 0) -> forms.CharField:
    attrs: dict[str, Any] = {"lang": "zh-Hans" if language == "zh" else "en", "data-free-text": "refused"}
    widget = forms.Textarea(attrs={**attrs, "rows": rows}) if rows else forms.TextInput(attrs=attrs)
    return forms.CharField(label=label, required=False, max_length=longest, widget=widget)


class StatementForm(WhereForm):
    """Everything a statement says; the same fields of place as a warning, without levels, tiers and kinds."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What people should do"),
        choices=[(kind, words) for kind, (words, _icon) in KINDS.items()],
        widget=forms.RadioSelect,
    )
    warning = forms.UUIDField(required=False, widget=forms.HiddenInput)
    where_zh = _text(gettext_lazy("Place in words (Chinese)"), "zh", LONGEST_WHERE["zh"])
    where_en = _text(gettext_lazy("Place in words (English)"), "en", LONGEST_WHERE["en"])
    title_zh = _text(gettext_lazy("Headline (Chinese)"), "zh", LONGEST_TITLE["zh"])
    title_en = _text(gettext_lazy("Headline (English)"), "en", LONGEST_TITLE["en"])
    body_zh = _text(gettext_lazy("Text (Chinese)"), "zh", LONGEST_BODY["zh"], 7)
    body_en = _text(gettext_lazy("Text (English)"), "en", LONGEST_BODY["en"], 7)
    lasts = forms.ChoiceField(
        label=gettext_lazy("Holds for"),
        choices=[
            ("1", gettext_lazy("one hour")),
            ("3", gettext_lazy("3 hours")),
            ("6", gettext_lazy("6 hours")),
            ("24", gettext_lazy("24 hours")),
            ("until", gettext_lazy("until a stated time")),
        ],
        widget=forms.RadioSelect,
    )
    valid_until = forms.DateTimeField(
        label=gettext_lazy("Holds until"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_MOMENT),
        input_formats=[_MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )
    checklist = forms.MultipleChoiceField(
        label=gettext_lazy("Checked before it goes out"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, data: Any, known: Words, *, at: datetime, items: Mapping[str, Any], submits: bool, **more: Any
    ) -> None:
        super().__init__(data, known, **more)
        self.at, self.submits = at, submits
        for name in ("level", "tiers", "kinds"):
            del self.fields[name]
        fields: Any = self.fields
        fields["title_zh"].required = True
        fields["checklist"].choices = [(name, say(title)) for name, title in items.items()]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("lasts") in LASTS:
            data["valid_until"] = self.at + timedelta(hours=int(data["lasts"]))
        end = data.get("valid_until")
        if end is None:
            if "valid_until" not in self.errors:
                self.add_error(
                    "valid_until", _("State until when it holds; a correction can make it longer.")
                )
        elif end <= self.at:
            self.add_error("valid_until", _("The end must lie after now."))
        elif end > self.at + LONGEST:
            self.add_error("valid_until", _("A statement holds for a month at most."))
        if not self.errors:
            self._check_texts()
        return data

    def _check_texts(self) -> None:
        """Say beside each text what keeps it from going out; a draft may still be unfinished."""
        for name, faults in faults_of(PublicStatement(**self.draft().columns())).items():
            told = [fault for fault in faults if self.submits or fault in NEVER_KEPT]
            if told:
                self.add_error(f"{name}_zh", fault_words(told))

    def draft(self) -> StatementDraft:
        """What was entered, as a draft."""
        data = self.cleaned_data
        pairs = {name: (data[f"{name}_zh"], data[f"{name}_en"]) for name in _TEXTS}
        return StatementDraft(
            kind=data["kind"],
            area=self.area,
            valid_until=data["valid_until"],
            checklist=tuple(data["checklist"]),
            warning=data.get("warning"),
            **pairs,
        )


def initial_of(statement: PublicStatement) -> dict[str, Any]:
    """A statement as the form shows it; what was ticked before is ticked anew for a new version."""
    return {
        **place_of(area_read(statement.area)),
        **{f"{name}_{one}": getattr(statement, f"{name}_{one}") for name in _TEXTS for one in ("zh", "en")},
        "kind": statement.kind,
        "warning": statement.warning_id,
        "lasts": "until",
        "valid_until": timezone.localtime(statement.valid_until),
        "checklist": statement.checklist,
    }


def place_of(area: Area) -> dict[str, Any]:
    """An area as the fields of place show it; kinds of place are nothing that the public could find its way by."""
    found = where_of(replace(area, kinds=()))
    return {name: value for name, value in found.items() if name not in ("tiers", "kinds")}
