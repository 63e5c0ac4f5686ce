"""The peer of the job `scans`: plain Django, one request and one transaction for each scan, the rows made by the ORM.

It keeps the scan and an audit line, as a first program would: no flags, no evidence, no states, no permission.
"""

import json
import os
import secrets
from datetime import datetime
from typing import Any

import django
from django.conf import settings

if not settings.configured:
    settings.configure(
        SECRET_KEY=secrets.token_urlsafe(),
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=[],
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": os.environ["PLAIN_SCANS"],
                "CONN_MAX_AGE": None,
                "OPTIONS": {
                    "timeout": 30,
                    "transaction_mode": "IMMEDIATE",
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
                },
            }
        },
    )
    django.setup()

from django.core.wsgi import get_wsgi_application
from django.db import connection, models, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt


class Scan(models.Model):
    """A scan as it came in."""

    id = models.UUIDField(primary_key=True)
    code = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        app_label = "plain"


class Audit(models.Model):
    """That it came in."""

    scan = models.ForeignKey(Scan, on_delete=models.PROTECT)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "plain"


def make_tables() -> None:
    """The two tables, in a database that has none."""
    with connection.schema_editor() as editor:
        editor.create_model(Scan)
        editor.create_model(Audit)


@csrf_exempt
def take(request: HttpRequest) -> JsonResponse:
    """Keep one scan unless it is kept."""
    body: dict[str, Any] = json.loads(request.body)
    with transaction.atomic():
        scan, is_new = Scan.objects.get_or_create(
            id=body["id"],
            defaults={"code": body["code"], "at": datetime.fromisoformat(body["device_at"])},
        )
        if is_new:
            Audit.objects.create(scan=scan)
    return JsonResponse({"id": str(scan.id)})


urlpatterns = [path("scans/", take)]
application = get_wsgi_application()
