"""Days as forms take them: within two centuries, so that no reckoning with them can overflow."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)


def day_field(label: Any, help_text: Any = "") -> forms.DateField:
    """A day that may be left out."""
    out_of_range = _("Enter a day between 2000 and 2199.")
    return forms.DateField(
        label=label,
        required=False,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[MinValueValidator(EARLIEST, out_of_range), MaxValueValidator(LATEST, out_of_range)],
    )
