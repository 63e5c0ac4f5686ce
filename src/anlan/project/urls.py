"""Root addresses: the pages, the API, and the health check."""

from django.urls import URLPattern, URLResolver, include, path

from anlan.api.root import api
from anlan.web.health import healthz

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", api.urls),
    path("", include("anlan.web.addresses")),
]

handler400 = "anlan.web.errors.bad_request"
handler403 = "anlan.web.errors.forbidden"
handler404 = "anlan.web.errors.not_found"
handler500 = "anlan.web.errors.server_error"
