"""What a field says when it is not filled in rightly: how to mend it, in both languages, in every form."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_CHOOSE: dict[str, Any] = {
    "required": _("Choose one of the list."),
    "invalid_choice": _("“%(value)s” is not on the list; choose one of those listed."),
}
_WORDS: dict[type[forms.Field], dict[str, Any]] = {
    forms.Field: {"required": _("Fill this in.")},
    forms.CharField: {
        "max_length": _("At most %(limit_value)d characters; this has %(show_value)d. Shorten it."),
        "min_length": _("At least %(limit_value)d characters; this has %(show_value)d."),
    },
    forms.IntegerField: {
        "invalid": _("Write a whole number in digits, such as 12."),
        "min_value": _("Write %(limit_value)s or more."),
        "max_value": _("Write %(limit_value)s or less."),
    },
    forms.FloatField: {"invalid": _("Write a number in digits, such as 12.5, without its unit.")},
    forms.DateField: {"invalid": _("Write the date like 2026-07-01.")},
    forms.TimeField: {"invalid": _("Write the time like 08:00.")},
    forms.DateTimeField: {"invalid": _("Write date and time like 2026-07-01 08:00.")},
    forms.EmailField: {"invalid": _("Write the e-mail address like name@example.org.")},
    forms.ChoiceField: _CHOOSE,
    forms.ModelChoiceField: _CHOOSE,
    forms.MultipleChoiceField: _CHOOSE,
    forms.BooleanField: {"required": _("Tick this to go on.")},
    forms.UUIDField: {"invalid": _("This form was altered on its way; open the page anew.")},
    forms.FileField: {
        "required": _("Choose a file."),
        "invalid": _("The file did not arrive; choose it again."),
        "missing": _("The file did not arrive; choose it again."),
        "empty": _("This file is empty; choose another."),
    },
}


def faults_of(form: forms.BaseForm) -> list[tuple[str, str]]:
    """What is wrong with a filter, field by field; the list is shown without what could not be read."""
    return [
        (str(form.fields[name].label or "") if name in form.fields else "", str(error))
        for name, errors in form.errors.items()
        for error in errors
    ]


def say_how_to_mend() -> None:
    """Give Django's fields our words in place of their own; a field's own `error_messages` still win."""
    for field, words in _WORDS.items():
        own = field.__dict__.get("default_error_messages", {})
        field.default_error_messages = {**own, **words}
