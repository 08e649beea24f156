"""Settings of the installation, all from the environment (`.env.example` explains every one)."""

from __future__ import annotations

import hashlib
import os
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from cryptography.fernet import Fernet
from django.utils.translation import gettext_lazy as _

from config import env as environment
from config.checks import refuse_unsafe
from config.env import BASE_DIR, SMALLEST_SECRET, env, installation_secret
from config.logs import configure as configure_logs

# --- mode -----------------------------------------------------------------------------------------------------------
refuse_unsafe(os.environ)
NODE_ENV = env.str("NODE_ENV", default="development")
PRODUCTION = NODE_ENV == "production"
DEBUG = False
TESTING = False  # tests set it where they need it; no installation can (`accounts.failpoints`)
VAR_DIR = environment.VAR_DIR
PORT = env.int("PORT", default=3001)
PROCESS = env.str("NARYAD_PROCESS", default="manage")
LOG_LEVEL = env.str("LOG_LEVEL", default="info").upper()
LOGGING = configure_logs(level=LOG_LEVEL, process=PROCESS, directory=env.str("NARYAD_LOG_DIR", default=""))

# --- secrets: in development each installation makes its own ----------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY", default="") or installation_secret("SECRET_KEY")
JWT_SECRET = env.str("JWT_SECRET", default="") or installation_secret("JWT_SECRET")
CREDENTIAL_KEYS = env.list("CREDENTIAL_KEYS", default=[]) or [
    installation_secret("CREDENTIAL_KEY", lambda: Fernet.generate_key().decode())
]

# --- hosts ----------------------------------------------------------------------------------------------------------
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://localhost:{PORT}").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", "testserver"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# Networks of the proxies in front: only what they add to X-Forwarded-For is believed.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
if PUBLIC_URL.startswith("https://"):
    # TLS ends at the proxy in front, which says so in this header and turns plain requests away itself.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=3600)
# The proxy that ends TLS sends plain requests to https; subdomains and browsers' preload lists are its owner's affair.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W008", "security.W021"]
FRONTEND_URL = [url.strip().rstrip("/") for url in env.list("FRONTEND_URL", default=["http://localhost:3000"])]
CORS_ALLOWED_ORIGINS = FRONTEND_URL
CORS_ALLOW_CREDENTIALS = False
CORS_EXPOSE_HEADERS = ["ETag", "X-Request-Id"]

# --- apps -----------------------------------------------------------------------------------------------------------
# Who shows no pages does not load those of the admin, and all that they need: five megabytes in every process.
_SHOWS_PAGES = PROCESS.split("-")[0] not in ("worker", "ticker", "beat", "bot")
INSTALLED_APPS = [
    "django.contrib.admin" if _SHOWS_PAGES else "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "corsheaders",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "channels",
    "accounts",
    "integrations",
    "tickets",
    "workflows",
    "executions",
    "config",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "config.middleware.RequestLog",
    "config.middleware.StripApiSlash",
    "config.middleware.ChunkedBody",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.PersonLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- database -------------------------------------------------------------------------------------------------------
# The web process and the workers with threads share a pool; prefork children, ticker and beat keep one connection.
DATABASE_POOL_SIZE = env.int("DATABASE_POOL_SIZE", default=0)
DATABASES: dict[str, Any] = {
    "default": env.db_url("DATABASE_URL", default="postgresql://postgres@localhost:5432/naryad"),
}
# A line that swallows packets is given up well before a lease runs out. A Unix socket knows none of these.
_LINE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}
# A statement of the engine reads rows by index only; the plan of an early, small table must not outlive it.
_PATIENCE = "-c lock_timeout=5s -c statement_timeout=30s"
_BY_INDEX = "-c enable_seqscan=off -c jit=off -c plan_cache_mode=force_generic_plan"
_SESSION = {
    "worker": f"{_BY_INDEX} {_PATIENCE}",
    "ticker": f"{_BY_INDEX} {_PATIENCE}",
    "web": _PATIENCE,
}.get(PROCESS.split("-")[0], "")
DATABASES["default"].update(
    CONN_MAX_AGE=0 if DATABASE_POOL_SIZE else None,
    CONN_HEALTH_CHECKS=True,
    OPTIONS={
        **_LINE,
        **DATABASES["default"].get("OPTIONS", {}),
        "prepare_threshold": 2,
        "application_name": f"naryad-{PROCESS}",
        # A process frozen inside a transaction must not keep its locks for ever.
        **({"options": f"{_SESSION} -c idle_in_transaction_session_timeout=15s"} if _SESSION else {}),
        **({"pool": {"min_size": 1, "max_size": DATABASE_POOL_SIZE, "timeout": 10}} if DATABASE_POOL_SIZE else {}),
    },
)

# --- Valkey (Redis) -------------------------------------------------------------------------------------------------
_password = env.str("REDIS_PASSWORD", default="")
REDIS_URL = env.str(
    "REDIS_URL",
    default="redis://{}{}:{}/0".format(
        f":{quote(_password, safe='')}@" if _password else "",
        env.str("REDIS_HOST", default="localhost"),
        env.int("REDIS_PORT", default=6379),
    ),
)


def _broker_url(url: str) -> str:
    """Celery writes a Unix socket its own way: `unix:///path?db=1` is `redis+socket:///path?virtual_host=1` there."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"


CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}

# --- Celery: a message is a doorbell, so it may be lost, doubled or forged without changing any result ----------------
CELERY_BROKER_URL = _broker_url(REDIS_URL)
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "system"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "health_check_interval": 10,
    "socket_keepalive": True,
    "socket_connect_timeout": 1,
}
CELERY_DB_REUSE_MAX = 10_000
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "config.beat:Scheduler"
# Should no ticker run, beat still moves time, if more slowly.
CELERY_BEAT_SCHEDULE = {"executions.tick": {"task": "executions.tick", "schedule": 30.0}}

# --- language and time ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", _("Русский")), ("en", _("Английский")), ("pt-br", _("Португальский (Бразилия)"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="UTC")

# --- static files -----------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
# Collected files are for production only; in development they are served from where they lie.
STATIC_ROOT = BASE_DIR / "static" if PRODUCTION else None
WHITENOISE_USE_FINDERS = not PRODUCTION

# --- API --------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.tokens.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.permissions.RolePermission"],
    "DEFAULT_PARSER_CLASSES": ["config.api_json.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["config.api_json.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "accounts.api.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.api_errors.handle",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_METADATA_CLASS": None,
    "NON_FIELD_ERRORS_KEY": "nonFieldErrors",
    "COERCE_DECIMAL_TO_STRING": False,
    "URL_FORMAT_OVERRIDE": None,  # `?format=` belongs to the addresses that offer several
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Naryad API",
    "DESCRIPTION": "Workflows, executions, data and people.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # Several resources have a `status` or a `kind`: what each set of values is called.
    "ENUM_NAME_OVERRIDES": {
        "WorkflowKind": "workflows.models.Workflow.Kind",
        "WorkflowStatus": ["draft", "published"],
        "ExecutionStatus": "config.openapi.EXECUTION_STATUS",
        "StepStatus": "config.openapi.STEP_STATUS",
        "ReasonKind": "config.openapi.REASON_KIND",
        "DeadLetterKind": ["step", "message"],
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.openapi.document_errors",
    ],
}
API_MAX_BODY = 10_000_000
REQUEST_MAX_BODY = 50_000_000  # beyond it a connection is not even read to its end
DEFINITION_MAX_BODY = 5_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = API_MAX_BODY

# --- engine -----------------------------------------------------------------------------------------------------------
LEASE_SECONDS = env.float("LEASE_SECONDS", default=30.0)
HEARTBEAT_SECONDS = env.float("HEARTBEAT_SECONDS", default=5.0)
SWEEP_SECONDS = env.float("SWEEP_SECONDS", default=5.0)
WORKER_QUEUES = env.list("NARYAD_QUEUES", default=[])
WORKER_SLOTS = env.int("NARYAD_SLOTS", default=1)
PAYLOAD_MAX_BYTES = env.int("PAYLOAD_MAX_BYTES", default=10_000_000)
SUBWORKFLOW_MAX_DEPTH = env.int("SUBWORKFLOW_MAX_DEPTH", default=10)
ERROR_WORKFLOW = env.str("ERROR_WORKFLOW", default="")
SOCKET_AUTH_SECONDS = env.float("SOCKET_AUTH_SECONDS", default=10.0)
SOCKET_RECHECK_SECONDS = env.float("SOCKET_RECHECK_SECONDS", default=15.0)
DEAD_LETTER_ALARM_HOURS = env.float("DEAD_LETTER_ALARM_HOURS", default=24.0)
EXECUTION_RETENTION_DAYS = env.float("EXECUTION_RETENTION_DAYS", default=365.0)
WORKFLOW_GUARDS = {"delete": "executions.services.refuse_if_open"}
WORKFLOW_HOOKS = {
    "published": "executions.services.scheduling.follow_published",
    "deleted": "executions.services.scheduling.switch_off_deleted",
}
OUTBOX_HANDLERS = {
    "dataset.store": "executions.storage.store_output",
    "run.follow": "executions.services.children.follow",
    "event.arrived": "executions.services.arrivals.wake_waiting",
    "telegram.send": "integrations.telegram.delivery.send",
}

# --- border -----------------------------------------------------------------------------------------------------------
WB_API_BASE_URL = env.str("WB_API_BASE_URL", default="https://advert-api.wildberries.ru")
WB_ANALYTICS_BASE_URL = env.str("WB_ANALYTICS_BASE_URL", default="https://statistics-api.wildberries.ru")
WB_API_KEY = env.str("WB_API_KEY", default="")
OUTBOUND_ALLOW = env.list("OUTBOUND_ALLOW", default=[])
GCP_PROJECT_ID = env.str("GCP_PROJECT_ID", default="")
EVENT_RETENTION_DAYS = env.float("EVENT_RETENTION_DAYS", default=90.0)
DATASET_RETENTION_DAYS = env.int("DATASET_RETENTION_DAYS", default=365)
TELEGRAM_BOT_TOKEN = env.str("TELEGRAM_BOT_TOKEN", default="")
TELEGRAM_API_BASE_URL = env.str("TELEGRAM_API_BASE_URL", default="https://api.telegram.org")


def _signing_key(secret: str) -> str:
    """A short JWT secret is stretched in development; production refuses it (`config.checks`)."""
    return secret if len(secret) >= SMALLEST_SECRET else hashlib.sha256(secret.encode()).hexdigest()


JWT_SIGNING_KEY = _signing_key(JWT_SECRET)
