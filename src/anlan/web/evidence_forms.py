"""The forms of evidence: which fields a rule asks for, what they must hold, and the filters of the list."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.actions.duties import CLOCK_SKEW, Answer
from anlan.engine.policy import Rule, Scheme, Text
from anlan.models import Checkpoint, Post
from anlan.models.ids import new_id
from anlan.web.day_fields import day_field
from anlan.web.moments import read_moment
from anlan.web.templatetags.words import name_of, say
from anlan.web.uploads import Kept

NOTE_HINT = gettext_lazy("Describe the place and the thing, not the person.")
LONGEST_NOTE = 2000
WITH_DOCUMENT = ("document", "minutes", "roster", "count")
PASSED, FAILED = "passed", "failed"
_UUID_TIME = 7


@dataclass(frozen=True, slots=True)
class RecordSpec:
    """What one rule asks to be recorded about one subject."""

    scheme: Scheme
    rule: Rule
    kind: str
    items: tuple[tuple[str, Text], ...] = ()
    needed: float | None = None
    unit: Text | None = None
    posts: Sequence[Post] = ()
    checkpoints: Sequence[Checkpoint] = ()
    scanned: frozenset[str] = frozenset()

    @property
    def asks_quantity(self) -> bool:
        return self.rule.quantity is not None or self.kind == "count"

    @property
    def asks_scan(self) -> bool:
        return self.kind == "scan" and bool(self.checkpoints)

    @property
    def files(self) -> dict[str, str]:
        """The fields for files: their names, and whether photos or documents are taken."""
        fields = {"photos": "photo", "camera": "photo"}
        if self.kind in WITH_DOCUMENT:
            fields["document"] = "document"
        return fields | {f"photo-{item}": "photo" for item, _title in self.items}


class MomentField(forms.CharField):
    """A moment in the city's time; empty means now. The future is refused."""

    def __init__(self, at: datetime, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(
            attrs={"type": "datetime-local", "max": f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"}
        )
        super().__init__(required=False, max_length=40, widget=widget, **kwargs)
        self.at = at

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return self.at
        moment = read_moment(text)
        if moment is None:
            raise forms.ValidationError(_("This is no date or time. Write it like 2026-07-01 08:00."))
        if moment > self.at + CLOCK_SKEW:
            raise forms.ValidationError(_("This time is in the future. Record it when it is done."))
        return min(moment, self.at)


def note_field(label: Any, *, required: bool = False, rows: int = 3) -> forms.CharField:
    """Free words, with the request to leave people out of them."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST_NOTE,
        help_text=NOTE_HINT,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class RecordForm(forms.Form):
    """Evidence for one rule; only what the rule asks for is on it."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    back = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500)

    def __init__(self, data: Any, spec: RecordSpec, at: datetime, back: str = "") -> None:
        super().__init__(data, initial={"id": new_id(), "back": back}, auto_id="id_%s")
        self.spec, self.at = spec, at
        fields: dict[str, forms.Field] = {}
        if spec.asks_scan:
            fields |= _scan_fields(spec)
        for item, title in spec.items:
            fields[f"item-{item}"] = forms.ChoiceField(
                label=say(title),
                choices=[(PASSED, _("In order")), (FAILED, _("Not in order"))],
                widget=forms.RadioSelect,
                error_messages={"required": _("Say whether this is in order.")},
            )
            fields[f"note-{item}"] = note_field(_("What is wrong"), rows=2)
        if spec.asks_quantity:
            fields["quantity"] = forms.FloatField(
                label=_("How many"), min_value=0, max_value=1e9, required=True,
                widget=forms.NumberInput(attrs={"inputmode": "decimal", "min": "0", "step": "any"}),
            )  # fmt: skip
        if spec.kind in WITH_DOCUMENT and spec.kind != "count":
            fields["expires_on"] = day_field(
                _("Valid until"), _("The last day on which it holds; leave empty if it states none.")
            )
        label = _("What was discussed and decided") if spec.kind == "minutes" else _("Note")
        fields["note"] = note_field(
            label, required=spec.kind == "minutes", rows=6 if spec.kind == "minutes" else 3
        )
        if spec.posts:
            fields["post"] = forms.ChoiceField(
                label=_("Post"), required=False,
                choices=[("", _("No particular post")), *((post.code, name_of(post)) for post in spec.posts)],
            )  # fmt: skip
        fields["effective_at"] = MomentField(
            at,
            label=_("When it was done"),
            help_text=_("Leave empty for now. When it is recorded is kept apart from it."),
        )
        self.fields.update(fields)

    def item_fields(self) -> list[dict[str, Any]]:
        """Each item with its fields, for the template."""
        return [
            {"id": item, "title": title, "answer": self[f"item-{item}"], "note": self[f"note-{item}"],
             "photo": f"photo-{item}"}
            for item, title in self.spec.items
        ]  # fmt: skip

    def clean_id(self) -> UUID:
        """The id that the form was given; one that we would not have made is replaced."""
        given = self.cleaned_data.get("id")
        return given if isinstance(given, UUID) and given.version == _UUID_TIME else new_id()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for item, _title in self.spec.items:
            if cleaned.get(f"item-{item}") == FAILED and not cleaned.get(f"note-{item}"):
                self.add_error(f"note-{item}", _("Say what is wrong, so that it can be put right."))
        if self.spec.asks_scan:
            self._find_checkpoint(cleaned)
        until, effective = cleaned.get("expires_on"), cleaned.get("effective_at")
        if until and effective and end_of_day(until) <= effective:
            self.add_error("expires_on", _("It must be valid beyond the time it was done."))
        return cleaned

    def add_problems(self, kept: Kept) -> None:
        """What is wrong with the files, and a document that is missing."""
        for _name, words in kept.problems:
            self.add_error(None, words)
        if self.spec.kind == "document" and not kept.of("document") and not kept.problems:
            self.add_error(None, missing_document())

    def answers(self, kept: Kept) -> dict[str, Answer]:
        """The answers to the items, each failed one with its photos."""
        return {
            item: Answer(
                self.cleaned_data[f"item-{item}"] == PASSED,
                self.cleaned_data.get(f"note-{item}") or "",
                tuple(kept.of(f"photo-{item}")),
            )
            for item, _title in self.spec.items
        }

    def chosen_checkpoint(self) -> Checkpoint | None:
        code = self.cleaned_data.get("checkpoint") if self.spec.asks_scan else None
        return next((one for one in self.spec.checkpoints if one.code == code), None)

    def chosen_post(self) -> Post | None:
        code = self.cleaned_data.get("post")
        return next((one for one in self.spec.posts if one.code == code), None)

    def expires_at(self) -> datetime | None:
        until = self.cleaned_data.get("expires_on")
        return end_of_day(until) if until else None

    def _find_checkpoint(self, cleaned: dict[str, Any]) -> None:
        typed = (cleaned.get("checkpoint_code") or "").strip()
        if typed:
            known = {one.code.casefold(): one.code for one in self.spec.checkpoints}
            if typed.casefold() not in known:
                self.add_error("checkpoint_code", _("This place has no open checkpoint with this code."))
                return
            cleaned["checkpoint"] = known[typed.casefold()]
        elif not cleaned.get("checkpoint"):
            self.add_error("checkpoint", _("Choose the checkpoint, or type the code on its label."))


def missing_document() -> str:
    """What is said when the file is missing that the record is about."""
    return _("Add the document: PDF, DOCX, XLSX, JPG or PNG.")


def end_of_day(on: date) -> datetime:
    """The first moment after a day in the city."""
    return datetime.combine(on + timedelta(days=1), time(), timezone.get_default_timezone())


def _scan_fields(spec: RecordSpec) -> dict[str, forms.Field]:
    following = next((one.code for one in spec.checkpoints if one.code not in spec.scanned), "")
    choices = [
        (one.code, f"{name_of(one)} · {one.code}" + (_(" (done)") if one.code in spec.scanned else ""))
        for one in spec.checkpoints
    ]
    return {
        "checkpoint": forms.ChoiceField(
            label=_("Checkpoint"),
            choices=choices,
            required=False,
            widget=forms.RadioSelect,
            initial=following,
        ),
        "checkpoint_code": forms.CharField(
            label=_("Or the code on the label"),
            required=False,
            max_length=64,
            widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off"}),
        ),
    }


class StrikeForm(forms.Form):
    """Why a record is struck through."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        help_text=NOTE_HINT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class EvidenceSearch(forms.Form):
    """The filters of the list, kept in the address."""

    more = ("since", "until", "struck")

    q = forms.CharField(
        label=gettext_lazy("Search by place or department"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    rule = forms.ChoiceField(label=gettext_lazy("Rule"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    since = day_field(gettext_lazy("From"))
    until = day_field(gettext_lazy("Until"))
    struck = forms.ChoiceField(
        label=gettext_lazy("Struck through"),
        required=False,
        choices=[
            ("", gettext_lazy("Shown too")),
            ("no", gettext_lazy("Left out")),
            ("only", gettext_lazy("Only these")),
        ],
    )
    place = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    department = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(
        self, data: Any, schemes: Sequence[Scheme], offered: Collection[tuple[str, str]] | None = None
    ) -> None:
        """Of the schemes only the rules `offered` are listed, by scheme and rule; None lists all."""
        super().__init__(data)
        fields: Any = self.fields
        groups = [(scheme, _rules_of(scheme, offered)) for scheme in schemes]
        titles = Counter(say(rule.title) for _scheme, rules in groups for rule in rules)
        fields["rule"].choices = [
            ("", _("All rules")),
            *(
                (
                    say(scheme.title),
                    [(f"{scheme.id}/{rule.id}", _named(rule, scheme, titles)) for rule in rules],
                )
                for scheme, rules in groups
                if rules
            ),
        ]
        kinds = {
            kind: term.title for scheme in schemes for kind, term in scheme.terms.get("evidence", {}).items()
        }
        fields["kind"].choices = [
            ("", _("All kinds")),
            *((kind, say(title)) for kind, title in kinds.items()),
            ("re-inspection", _("Re-inspection")),
        ]


def _rules_of(scheme: Scheme, offered: Collection[tuple[str, str]] | None) -> list[Rule]:
    return [
        rule
        for rule in scheme.rules
        if rule.kind in ("duty", "standard") and (offered is None or (scheme.id, rule.id) in offered)
    ]


def _named(rule: Rule, scheme: Scheme, titles: Mapping[str, int]) -> str:
    """The title of a rule; with what tells it from others where several rules have the same title."""
    title = say(rule.title)
    if titles[title] < 2:
        return title
    return f"{title} · {rule.cites.clause or rule.id} · {say(scheme.title)}"
