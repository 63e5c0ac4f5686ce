"""Where somebody came from, so that a form leads back there."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest, otherwise: str) -> str:
    """The page of ours that the form names, or that the link was on; else `otherwise`."""
    asked = request.POST.get("back") or request.GET.get("back") or ""
    if not asked and request.method == "GET":
        asked = request.headers.get("Referer", "")
    if _is_ours(request, asked) and request.path not in asked:
        return asked
    return otherwise


def _is_ours(request: HttpRequest, address: str) -> bool:
    if not address or len(address) > 500 or any(ord(letter) < 32 for letter in address):
        return False
    return url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
