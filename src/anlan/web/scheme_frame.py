"""What the pages of one scheme share: the scheme of the address, its figures today, its tabs."""

from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.engine.figures import Figures
from anlan.queries.schemes import AdoptedScheme, local_figures, stored_scheme
from anlan.web import clock
from anlan.web.access import allowed, request_reach


def scheme_or_404(request: HttpRequest, scheme_id: str) -> AdoptedScheme:
    """The scheme of the address, in the edition asked for."""
    one = stored_scheme(scheme_id, clock.now(), request.GET.get("edition", "")[:64])
    if one is None:
        raise Http404
    return one


def frame(request: HttpRequest, one: AdoptedScheme, tab: str) -> dict[str, Any]:
    """What every page of a scheme shows around its content."""
    names = [
        ("rules", _("Rules"), "scheme", len(one.scheme.rules)),
        ("figures", _("Figures"), "scheme-figures", len(one.scheme.parameters)),
        ("cases", _("Cases"), "scheme-cases", len(one.scheme.cases)),
        ("editions", _("Editions"), "scheme-editions", len(one.editions)),
    ]
    return {
        "title": one.scheme.title.in_language(request.LANGUAGE_CODE),
        "crumbs": scheme_crumbs(),
        "one": one,
        "scheme": one.scheme,
        "may_adopt": allowed(request, "adopt-schemes"),
        "may_set": request_reach(request, "set-local-values").everywhere,
        "tabs": [
            {"label": label, "url": reverse(name, args=[one.scheme.id]), "active": key == tab, "count": count}
            for key, label, name, count in names
        ],
    }


def scheme_crumbs() -> list[tuple[Any, str]]:
    """The way back to all schemes."""
    return [(_("Schemes"), reverse("schemes"))]


def figures_now(one: AdoptedScheme) -> Figures:
    """The figures of an edition as they stand today, or on its first day if that is yet to come."""
    on = max(timezone.localtime(clock.now()).date(), one.scheme.valid_from)
    return Figures(one.scheme, on, local_figures())
