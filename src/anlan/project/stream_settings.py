"""Settings of the process that streams: those of the pages, with the few parts that a stream passes."""

from anlan.project.settings import *  # noqa: F403  (the same installation)

ROOT_URLCONF = "anlan.project.stream_urls"
MIDDLEWARE = [
    "anlan.web.incident_stream.let_go",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "anlan.web.middleware.language",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "anlan.web.sessions.limits",
    "anlan.web.middleware.headers",
    "allauth.account.middleware.AccountMiddleware",
]
