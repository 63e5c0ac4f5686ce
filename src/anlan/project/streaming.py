"""The ASGI application that streams, run in a process of its own beside the pages."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "anlan.project.stream_settings"

from django.core.asgi import get_asgi_application

application = get_asgi_application()
