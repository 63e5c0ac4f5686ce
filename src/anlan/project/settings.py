"""Settings, read from the environment; every one has a default that works on one machine."""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import anlan.project.sqlite_library  # noqa: F401  (before Django: puts a safe SQLite in place)
from anlan.project.i18n import LANGUAGES as LANGUAGES

SOURCE = Path(__file__).resolve().parent.parent
ROOT = SOURCE.parent.parent
DATA = Path(os.environ.get("ANLAN_DATA") or ROOT / "data").resolve()
SCHEMES = Path(os.environ.get("ANLAN_SCHEMES") or ROOT / "schemes").resolve()
BASEMAP = DATA / "basemap.pmtiles"
MEDIA_ROOT = DATA / "files"


def _secret_key() -> str:
    """The installation's secret, made at first start, readable by its owner only."""
    path = Path(os.environ.get("ANLAN_SECRET_FILE") or DATA / "secret.key")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(64))
    return path.read_text(encoding="ascii").strip()


def _database() -> dict[str, Any]:
    """SQLite in the data folder, or the PostgreSQL that ANLAN_DATABASE_URL names."""
    address = os.environ.get("ANLAN_DATABASE_URL", "")
    if not address:
        return {
            "ENGINE": "anlan.project.sqlite",
            "NAME": str(DATA / "anlan.sqlite3"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY",
            },
        }
    parts = urlsplit(address)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


DEBUG = os.environ.get("ANLAN_DEBUG") == "1"
SECRET_KEY = _secret_key()
TLS = os.environ.get("ANLAN_TLS") == "1"
ALLOWED_HOSTS = os.environ.get("ANLAN_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
ADDRESS = os.environ.get("ANLAN_ADDRESS", "http://localhost:8000").rstrip("/")
"""Where people reach this installation; messages and what goes out to other systems lead there."""
STREAM = os.environ.get("ANLAN_STREAM", "")
"""Where the process that streams is reached: a port of the same host, "/" behind a proxy, an address, or nowhere."""
INTERNAL_IPS: list[str] = []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "anlan",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "anlan.web.middleware.language",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "anlan.web.sessions.limits",
    "anlan.web.drafts.forget_sent",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "anlan.web.middleware.headers",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "anlan.project.urls"
WSGI_APPLICATION = "anlan.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SOURCE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "anlan.web.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "anlan.web.templatetags.anlan",
                "anlan.web.templatetags.entry",
            ],
            "libraries": {"anlan": "anlan.web.templatetags.anlan"},
        },
    }
]

DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default", "urgent"]}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTH_USER_MODEL = "anlan.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "anlan.project.passwords.LongEnough", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "anlan.project.passwords.NotTheName",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "board"
LOGOUT_REDIRECT_URL = "sign-in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "anlan.web.accounts.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_PREVENT_ENUMERATION = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Anlan"
MFA_TOTP_TOLERANCE = 1
MFA_ADAPTER = "anlan.actions.second_factor.EncryptingAdapter"
SESSION_IDLE = timedelta(minutes=30)
"""How long a session may rest; a guard's lasts the shift, until SESSION_COOKIE_AGE."""

SESSION_COOKIE_NAME = "__Host-session" if TLS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if TLS else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False
CSRF_FAILURE_VIEW = "anlan.web.errors.csrf_failure"
SECURE_SSL_REDIRECT = TLS
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
# Subdomains and preload lists are for the operator of a whole domain to decide, not for one host.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "worker-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "zh-hans"
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("ANLAN_TIME_ZONE") or "Asia/Shanghai"
LOCALE_PATHS = [SOURCE / "locale"]
LANGUAGE_COOKIE_NAME = "language"
FORMAT_MODULE_PATH = ["anlan.project.formats"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [SOURCE / "web" / "static"]
STATIC_ROOT = Path(os.environ.get("ANLAN_STATIC") or DATA / "static")
WHITENOISE_USE_FINDERS = True
WHITENOISE_MIMETYPES = {".mjs": "text/javascript", ".pmtiles": "application/octet-stream"}

FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
UPLOAD_MAX_BYTES = 64 * 1024 * 1024
"""Largest sheet or map extract taken through a page; the command line has no limit."""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"axes": {"level": "ERROR"}},
}

PATROL_NAMES_DAYS = int(os.environ.get("ANLAN_PATROL_NAMES_DAYS") or 90)
"""After so many days it is erased who walked a patrol and who was on the roster."""

SIGNAL_TEXT_DAYS = int(os.environ.get("ANLAN_SIGNAL_TEXT_DAYS") or 180)
"""So many days after a signal was received its words and files are erased; that there was one stays."""

CAP_SENDER = os.environ.get("ANLAN_CAP_SENDER") or ""
"""How this installation calls itself as the sender of CAP messages, such as its domain."""

CAP_REFUSED_DAYS = int(os.environ.get("ANLAN_CAP_REFUSED_DAYS") or 30)
"""So many days the bytes of a refused CAP message are kept; that it came and why it was refused stays."""
