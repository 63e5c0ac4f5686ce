"""What the board and its lists are narrowed to, kept in the address."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.models import District
from anlan.queries.schemes import stored_schemes
from anlan.web import clock
from anlan.web.templatetags.words import say


class BoardFilter(forms.Form):
    """What the board is narrowed to."""

    district = forms.ChoiceField(label=gettext_lazy("District"), required=False)
    scheme = forms.ChoiceField(label=gettext_lazy("Scheme"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["district"].choices = [
            ("", _("All districts")),
            *(
                (district.code, say({"zh": district.name_zh, "en": district.name_en}))
                for district in District.objects.order_by("code")
            ),
        ]
        fields["scheme"].choices = [
            ("", _("All schemes")),
            *(
                (one.scheme.id, say(one.scheme.title))
                for one in stored_schemes(clock.now())
                if one.is_adopted
            ),
        ]

    def chosen(self) -> dict[str, str]:
        """The filters that are known; an unknown one counts as none."""
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in ("district", "scheme")}


def asked(chosen: Mapping[str, str]) -> str:
    """What is chosen as the end of an address."""
    query = urlencode({name: value for name, value in chosen.items() if value})
    return f"?{query}" if query else ""


def of_places(chosen: Mapping[str, str], **more: str) -> str:
    """The same for the list of places, where a scheme is one of the duties to choose."""
    return asked({"district": chosen["district"], "duty": chosen["scheme"], **more})
