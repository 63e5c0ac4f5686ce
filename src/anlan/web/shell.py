"""Pages of the shell itself: language, appearance, and the living style sheet; and how pages are drawn."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from anlan.web import basemap
from anlan.web.access import allowed, open_to_anybody
from anlan.web.context import THEMES
from anlan.web.style_examples import examples

A_YEAR = 365 * 24 * 3600


def page(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, results: str = "", status: int = 200
) -> HttpResponse:
    """A page, or only its list when htmx asks for `#results`; `title`, `subtitle` and `crumbs` are in the context."""
    partial = (
        bool(results)
        and request.headers.get("HX-Request") == "true"
        and request.headers.get("HX-Target") == "results"
        and request.headers.get("HX-History-Restore-Request") != "true"
    )
    response = render(request, results if partial else template, dict(context), status=status)
    if results:
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _back(request: HttpRequest) -> HttpResponseRedirect:
    """To the page the switch was used on, if it is one of ours."""
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "/"
    return HttpResponseRedirect(target)


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name, value, max_age=A_YEAR, samesite="Lax", secure=settings.TLS, httponly=name == "language"
    )


@open_to_anybody
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language and stay on the page."""
    chosen = request.POST.get("language", "")
    response = _back(request)
    if chosen in dict(settings.LANGUAGES):
        _remember(response, settings.LANGUAGE_COOKIE_NAME, chosen)
    return response


@open_to_anybody
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Switch between light, dark and the device's own choice."""
    chosen = request.POST.get("theme", "")
    response = _back(request)
    if chosen in dict(THEMES):
        _remember(response, "theme", chosen)
    return response


@open_to_anybody
@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for those who build pages."""
    if not settings.DEBUG and not allowed(request, "manage-settings"):
        raise PermissionDenied
    pages = {"wall": "layout/style_wall.html", "plain": "layout/style_plain.html"}
    template = pages.get(request.GET.get("layout", ""), "layout/style_page.html")
    return page(request, template, {"title": _("Style sheet"), **examples()})


urlpatterns = [
    *basemap.addresses,
    path("language/", language, name="language"),
    path("theme/", theme, name="theme"),
    path("style/", style, name="style"),
]
