"""Addresses of the process that streams."""

from django.urls import include, path

from anlan.web.health import healthz
from anlan.web.incident_stream import incident_stream

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("incidents/<uuid:incident>/stream/", incident_stream, name="incident-stream"),
    path("", include("anlan.web.addresses")),
]

handler400 = "anlan.web.errors.bad_request"
handler403 = "anlan.web.errors.forbidden"
handler404 = "anlan.web.errors.not_found"
handler500 = "anlan.web.errors.server_error"
