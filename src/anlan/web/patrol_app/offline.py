"""What makes the guard's page work without network: the service worker, the list of its files, the manifest."""

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from anlan.web.access import open_to_anybody
from anlan.web.patrol_app.words import EARLY_REASONS, LEVELS, MISSED_REASONS, script_words

WORKER = "anlan/js/patrol/worker.js"
FILES = (
    "anlan/css/patrol_app.css",
    "anlan/img/favicon.svg",
    "anlan/js/theme.js",
    "anlan/js/patrol/app.js",
    "anlan/js/patrol/camera.js",
    "anlan/js/patrol/clock.js",
    "anlan/js/patrol/codes.js",
    "anlan/js/patrol/dialogs.js",
    "anlan/js/patrol/elsewhere.js",
    "anlan/js/patrol/ending.js",
    "anlan/js/patrol/helping.js",
    "anlan/js/patrol/labels.js",
    "anlan/js/patrol/legs.js",
    "anlan/js/patrol/marks.js",
    "anlan/js/patrol/outbox.js",
    "anlan/js/patrol/page.js",
    "anlan/js/patrol/photos.js",
    "anlan/js/patrol/rescue.js",
    "anlan/js/patrol/screens.js",
    "anlan/js/patrol/sketch.js",
    "anlan/js/patrol/store.js",
    "anlan/js/patrol/work.js",
    "vendor/idb/idb.js",
    "vendor/uuidv7/uuidv7.js",
    "vendor/scan/barcode-detector.js",
    "vendor/scan/zxing_reader.wasm",
)
"""All that the page loads; a test holds this list against what it asks for."""


def shell_of(language: str) -> str:
    """The page itself, the same for everybody: what it shows of people and places comes from the phone's store."""
    with translation.override(language):
        english = language == "en"
        return render_to_string(
            "patrol_app/shell.html",
            {
                "html_language": "en" if english else "zh-Hans",
                "zone": settings.TIME_ZONE,
                "other_language": "zh-hans" if english else "en",
                "other_html_language": "zh-Hans" if english else "en",
                "other_language_name": "中文" if english else "English",
                "words": script_words(),
                "missed_reasons": MISSED_REASONS,
                "early_reasons": EARLY_REASONS,
                "levels": LEVELS,
                "addresses": {
                    "shift": reverse("patrol-shift"),
                    "device": reverse("patrol-device"),
                    "sync": reverse("patrol-sync"),
                    "help": reverse("patrol-help"),
                    "photos": reverse("patrol-photo", args=["0" * 64]).replace("0" * 64, "{sha256}"),
                    "worker": reverse("patrol-worker"),
                    "scan": static("vendor/scan/"),
                },
            },
        )


@open_to_anybody
@require_safe
def worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  (the same for everybody)
    """The service worker; a new version whenever one of its files has changed."""
    response = HttpResponse(worker_text(), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@open_to_anybody
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  (the same for everybody)
    """What a phone needs to put the page on its home screen."""
    icon = {"src": static("anlan/img/favicon.svg"), "sizes": "any", "type": "image/svg+xml"}
    response = JsonResponse(
        {
            "id": reverse("patrol-app"),
            "name": _("Anlan patrol"),
            "short_name": _("Patrol"),
            "start_url": reverse("patrol-app"),
            "scope": reverse("patrol-app"),
            "display": "standalone",
            "orientation": "portrait",
            "background_color": "#0e161a",
            "theme_color": "#0f5868",
            "icons": [icon, {**icon, "purpose": "maskable"}],
        },
        content_type="application/manifest+json",
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


def worker_text() -> str:
    """The worker with the list of its files and their version."""
    return _worker_text(tuple(_modified(name) for name in (WORKER, *FILES)))


@lru_cache(maxsize=2)
def _worker_text(stamps: tuple[float, ...]) -> str:  # noqa: ARG001  (a changed file makes it anew)
    shells = {code: reverse("patrol-shell", args=[code]) for code, _name in settings.LANGUAGES}
    content = hashlib.sha256()
    for name in (WORKER, *FILES):
        content.update(_path(name).read_bytes())
    for code in shells:
        content.update(shell_of(code).encode())
    known = {
        "version": content.hexdigest()[:16],
        "page": reverse("patrol-app"),
        "files": [static(name) for name in FILES],
        "shells": shells,
        "language": settings.LANGUAGE_CODE,
    }
    return f"self.PATROL = {json.dumps(known)};\n{_path(WORKER).read_text('utf-8')}"


def _path(name: str) -> Path:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(name)
    return Path(found)


def _modified(name: str) -> float:
    return _path(name).stat().st_mtime
