"""The WSGI application that the server runs."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.project.settings")

from django.core.wsgi import get_wsgi_application  # noqa: E402  (settings first)

application = get_wsgi_application()
