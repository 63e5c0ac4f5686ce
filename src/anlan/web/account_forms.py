"""Forms about one's own account; what opens or closes it asks for the present password again."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, password_validation
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.actions import second_factor
from anlan.queries.people import open_tokens
from anlan.web import access, clock

KEY = "second_factor_key"
"""Where the session keeps a key that is not turned on yet."""


class ProfileForm(forms.Form):
    """What a person may change about themselves."""

    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("", gettext_lazy("As last chosen")), *settings.LANGUAGES],
        required=False,
    )


class ConfirmedForm(forms.Form):
    """A form for a step that asks for the password again."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        self.user = access.user_of(request)

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        if authenticate(self.request, username=self.user.username, password=password) is None:
            raise forms.ValidationError(_("This is not your present password."))
        return password


def _present_password() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Present password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(ConfirmedForm):
    """The present password, and the new one twice."""

    password = _present_password()
    new = forms.CharField(
        label=gettext_lazy("New password"),
        max_length=128,
        strip=False,
        help_text=gettext_lazy(
            "At least 8 characters; several words make a good one. Nothing else is required."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("New password, once more"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_new(self) -> str:
        new = str(self.cleaned_data["new"])
        password_validation.validate_password(new, self.user)
        return new

    def clean_again(self) -> str:
        again = str(self.cleaned_data["again"])
        if "new" in self.cleaned_data and again != self.cleaned_data["new"]:
            raise forms.ValidationError(_("The two new passwords differ."))
        return again


class EnableForm(ConfirmedForm):
    """The code the app shows, and the password."""

    code = forms.CharField(
        label=gettext_lazy("Code of the app"),
        max_length=16,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    password = _present_password()

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if not second_factor.key_fits(self.request.session.get(KEY, ""), code):
            raise forms.ValidationError(_("The code does not fit. Is the clock of the phone right?"))
        return code


class PasswordOnlyForm(ConfirmedForm):
    """A step that needs nothing but the password again."""

    password = _present_password()


class TokenForm(ConfirmedForm):
    """A token for a machine: what for, for how long, and whether it may write."""

    name = forms.CharField(
        label=gettext_lazy("What it is for"),
        max_length=64,
        help_text=gettext_lazy("The program and the machine, such as: nightly export, server 2"),
    )
    days = forms.TypedChoiceField(
        label=gettext_lazy("Ends after"),
        coerce=int,
        choices=[(30, gettext_lazy("30 days")), (90, gettext_lazy("90 days")), (365, gettext_lazy("A year"))],
        initial=90,
    )
    may_write = forms.BooleanField(label=gettext_lazy("May also record and change"), required=False)
    password = _present_password()

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if open_tokens(self.user, clock.now()).filter(name=name).exists():
            raise forms.ValidationError(_("You have a token of this name already."))
        return name
