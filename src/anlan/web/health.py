"""Answers whether the installation serves."""

from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from anlan.web import access


@access.open_to_anybody
@never_cache
def healthz(_request: HttpRequest) -> JsonResponse:
    """200 when the database answers; anything else is a failure of the server."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "serving"})
