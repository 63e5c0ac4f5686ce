"""Forms about people: the search, accounts, grants."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.actions.accounts import Scope
from anlan.models import Department, District, Place, User
from anlan.web import clock
from anlan.web.day_fields import day_field
from anlan.web.people_words import ROLE_CHOICES


class PeopleSearch(forms.Form):
    """The filters of the list."""

    q = forms.CharField(
        label=gettext_lazy("Search people"),
        required=False,
        max_length=64,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": gettext_lazy("Name or user name")}),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), required=False, choices=[("", gettext_lazy("All")), *ROLE_CHOICES]
    )
    closed = forms.BooleanField(label=gettext_lazy("Closed accounts"), required=False)


class PersonForm(forms.Form):
    """What is kept about a member of staff, and nothing else."""

    name = forms.CharField(label=gettext_lazy("Full name"), max_length=64)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    expires_on = day_field(
        gettext_lazy("Last day"),
        gettext_lazy("After this day the account opens nothing. Leave it empty for permanent staff."),
    )


class NewPersonForm(PersonForm):
    """A new account with its first password."""

    username = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._@-]{1,63}$",
        label=gettext_lazy("User name"),
        help_text=gettext_lazy("Letters, digits and . _ - @; two at least."),
        error_messages={"invalid": gettext_lazy("Use letters, digits and . _ - @ only, two at least.")},
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=gettext_lazy("First password"),
        max_length=128,
        strip=False,
        help_text=gettext_lazy(
            "At least 8 characters. Hand it over in person; it can be changed under My account."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    field_order = ("username", "name", "password", "email", "expires_on")

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"])
        if username == "new" or User.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError(_("Somebody has this user name already."))
        return username

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        password_validation.validate_password(password, User(username=self.cleaned_data.get("username", "")))
        return password


class GrantForm(forms.Form):
    """A role, for what, and for how long."""

    role = forms.ChoiceField(
        label=gettext_lazy("Role"),
        choices=ROLE_CHOICES,
        help_text=gettext_lazy("What each role may do is described below the form."),
    )
    district = forms.ModelChoiceField(
        label=gettext_lazy("For one district"),
        queryset=District.objects.order_by("code"),
        required=False,
        empty_label="—",
    )
    department = forms.ModelChoiceField(
        label=gettext_lazy("For one department"),
        queryset=Department.objects.order_by("code"),
        required=False,
        empty_label="—",
    )
    place = forms.CharField(
        label=gettext_lazy("For one place (its code)"),
        required=False,
        max_length=64,
        help_text=gettext_lazy("Leave all three empty for the whole city."),
    )
    until = day_field(gettext_lazy("Last day"))

    def clean_place(self) -> str:
        code = str(self.cleaned_data["place"]).strip()
        if code and not Place.objects.filter(code=code).exists():
            raise forms.ValidationError(_("There is no place with this code."))
        return code

    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if until and until < clock.today():
            raise forms.ValidationError(_("This day is over."))
        return until

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        named = [field for field in ("district", "department", "place") if values.get(field)]
        if len(named) > 1:
            self.add_error(
                named[1], _("A grant is for one district, one department or one place. Give two grants.")
            )
        if (
            values.get("role") in {"venue-manager", "guard"}
            and not values.get("place")
            and "place" not in self.errors
        ):
            self.add_error("place", _("This role belongs to one place; state its code."))
        if values.get("role") == "administrator" and named:
            self.add_error(named[0], _("An administrator looks after the whole installation."))
        return values

    def scope(self) -> Scope:
        district, department = self.cleaned_data["district"], self.cleaned_data["department"]
        return Scope(
            district=district.code if district else "",
            department=department.code if department else "",
            place=self.cleaned_data["place"],
        )
