"""Django's settings, from the environment (soyte/config/environment.py) and from the folders of the house."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import structlog

from soyte.config import environment, home, logs, postgres

BASE = Path(__file__).resolve().parents[1]


def _rooms(*floors: str) -> list[str]:
    """The Django apps of a floor, found by their apps.py: a new room joins the house without a list."""
    found = []
    for floor in floors:
        for manifest in sorted(BASE.glob(f"{floor}/apps.py")):
            found.append("soyte." + ".".join(manifest.parent.relative_to(BASE).parts))
    return found


SOYTE_HOME = home.home()
SOYTE_KEYS = home.keys_folder()
SOYTE_INBOX = home.inbox_folder()
SOYTE_DEMO = environment.flag("SOYTE_DEMO")
SOYTE_PROCESSES = int(environment.read("SOYTE_PROCESSES") or min(len(os.sched_getaffinity(0)), 8))
SOYTE_METRICS_TOKEN = environment.read("SOYTE_METRICS_TOKEN")

SECRET_KEY = home.secret_key()
DEBUG = environment.flag("SOYTE_DEBUG")
ALLOWED_HOSTS = [h.strip() for h in environment.read("SOYTE_ALLOWED_HOSTS").split(",") if h.strip()]

INSTALLED_APPS = [
    *_rooms("kernel/*", "ui", "engines/*", "clinical/*", "systems/*/*", "web", "demo"),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.forms",
]
AUTH_USER_MODEL = "accounts.Account"

MIDDLEWARE = [
    "soyte.web.middleware.ServerTiming",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "soyte.web.middleware.Compressed",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "soyte.web.middleware.Language",
    "soyte.web.middleware.Readable",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "soyte.kernel.access.middleware.ActorMiddleware",
    "soyte.web.middleware.OnlySent",
]
ROOT_URLCONF = "soyte.web.urls"
WSGI_APPLICATION = "soyte.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "soyte.web.context.shell",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"  # ui's own templates of widgets come first


def _database() -> dict[str, object]:
    url = postgres.external_url()
    common = {
        "ENGINE": "django.db.backends.postgresql",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": f"test_{environment.read('SOYTE_TEST_DB')}"},
    }
    if url:
        parts = urlsplit(url)
        return {
            **common,
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "OPTIONS": dict(parse_qsl(parts.query)),  # sslmode and its like, in libpq's words
        }
    link = postgres.connection_settings()
    return {**common, "NAME": link["dbname"], "USER": link["user"], "HOST": link["host"]}


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PASSWORD_HASHERS = ["soyte.kernel.accounts.hashers.Argon2"]
AUTHENTICATION_BACKENDS = ["soyte.kernel.accounts.backends.AccountBackend"]
LOGIN_URL = "/dang-nhap/"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "soyte.kernel.accounts.sessions"
SESSION_COOKIE_NAME = "soyte_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # in a cookie a name would travel
CSRF_FAILURE_VIEW = "soyte.web.errors.csrf_failure"

_PROXY = environment.flag("SOYTE_TRUST_PROXY")
SOYTE_TRUST_PROXY = _PROXY
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _PROXY else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _PROXY
SECURE_HSTS_SECONDS = 31536000 if _PROXY else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    },
}

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "soyte_language"
LOCALE_PATHS = [BASE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
FORMAT_MODULE_PATH = ["soyte.config.formats"]

STATIC_URL = "/static/"
STATIC_ROOT = home.CHECKOUT / "static-root"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+\.[0-9a-f]{12}\..+$"

FILE_UPLOAD_MAX_MEMORY_SIZE = 1 << 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 << 20
DATA_UPLOAD_MAX_NUMBER_FILES = 2000
FILE_UPLOAD_HANDLERS = ["soyte.kernel.files.scratch.ScratchUploadHandler"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                logs.without_messages,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
        },
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": environment.read("SOYTE_LOG_LEVEL")},
    # Their lines quote addresses, which may name a person; soyte/web/errors.py logs faults without them.
    "loggers": {"django.request": {"level": "CRITICAL"}, "django.security": {"level": "CRITICAL"}},
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
