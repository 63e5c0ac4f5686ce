"""Settings: what this installation is and how it fares, for the administrator."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from anlan.actions.installation import name_city
from anlan.queries.installation import city_settings, installation
from anlan.web import access, clock
from anlan.web.shell import page


class CityForm(forms.Form):
    """The city's name as every page shows it."""

    name_zh = forms.CharField(label=gettext_lazy("Name of the city in Chinese"), max_length=80)
    name_en = forms.CharField(
        label=gettext_lazy("Name of the city in English"), max_length=120, required=False
    )


@access.needs("manage-settings")
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """The installation's figures, and the one thing that is set here: the city's name."""
    at = clock.now()
    city = city_settings()
    form = CityForm(request.POST or None, initial={"name_zh": city.name_zh, "name_en": city.name_en})
    if request.method == "POST" and form.is_valid():
        name_city(**form.cleaned_data, by=access.user_of(request), at=at)
        messages.success(request, _("Saved."))
        return HttpResponseRedirect(reverse("settings"))
    context = {
        "title": _("Settings"),
        "subtitle": _("What this installation is and how it fares"),
        "form": form,
        "city": city,
        "here": installation(at),
        "at": at,
    }
    return page(request, "settings/settings.html", context, status=422 if form.errors else 200)


addresses = [path("settings/", settings, name="settings")]
