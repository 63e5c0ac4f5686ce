"""The peer of the job `log`: a log of an incident in plain Django, written by requests and asked for again and again.

It keeps the text and the order, as a first program would: no permission, no commands, no numbering within an incident.
"""

import json
import os
import secrets
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
                "NAME": os.environ["PLAIN_LOG"],
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
from django.db import connection, models
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt


class Line(models.Model):
    """A line of the log; its number is its place in the order."""

    objects: models.Manager["Line"] = models.Manager()

    key = models.UUIDField(unique=True)
    text = models.TextField()
    written_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "plain"


def make_tables() -> None:
    """The one table, in a database that has none."""
    with connection.schema_editor() as editor:
        editor.create_model(Line)


@csrf_exempt
def write(request: HttpRequest) -> JsonResponse:
    """Keep the lines that are not kept yet."""
    body: dict[str, Any] = json.loads(request.body)
    for line in body["lines"]:
        Line.objects.get_or_create(key=line["id"], defaults={"text": line["text"]})
    return JsonResponse({})


def read(request: HttpRequest) -> JsonResponse:
    """The lines after a number."""
    rows = Line.objects.filter(pk__gt=int(request.GET["after"])).order_by("pk")
    lines = [{"seq": row.pk, "id": str(row.key), "text": row.text} for row in rows[:500]]
    return JsonResponse({"entries": lines})


urlpatterns = [path("write", write), path("read", read)]
application = get_wsgi_application()

if __name__ == "__main__":
    make_tables()
