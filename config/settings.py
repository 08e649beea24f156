"""Settings of the installation, all from the environment (`.env.example` explains every one)."""

from __future__ import annotations

import os
import secrets
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from django.utils.translation import gettext_lazy as _

from config.admin_look import UNFOLD as UNFOLD
from config.env import BASE_DIR, VAR_DIR, env, installation_secret, signing_key
from config.logs import configure as configure_logs
from config.unsafe_values import refuse_unsafe

# --- mode -----------------------------------------------------------------------------------------------------------
refuse_unsafe(os.environ)
NODE_ENV = env.str("NODE_ENV", default="development")
PRODUCTION = NODE_ENV == "production"
DEBUG = False
TESTING = False  # tests set it where they need it; no installation can (`accounts.failpoints`)
PORT = env.int("PORT", default=3001)
PROCESS = env.str("NARYAD_PROCESS", default="manage")
LOG_LEVEL = env.str("LOG_LEVEL", default="info").upper()
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
SENTRY_DSN = env.str("SENTRY_DSN", default="")
LOGGING = configure_logs(level=LOG_LEVEL, process=PROCESS, directory=env.str("NARYAD_LOG_DIR", default=""))

# --- secrets: in development each installation makes its own ----------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY", default="") or installation_secret("SECRET_KEY")
JWT_SECRET = env.str("JWT_SECRET", default="") or installation_secret("JWT_SECRET")
CREDENTIAL_KEYS = env.list("CREDENTIAL_KEYS", default=[]) or [
    installation_secret("CREDENTIAL_KEY", lambda: urlsafe_b64encode(secrets.token_bytes(32)).decode())
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
CORS_EXPOSE_HEADERS = ["ETag", "Retry-After", "X-Request-Id"]

# --- apps -----------------------------------------------------------------------------------------------------------
# Who shows no pages loads nothing of what pages need: eight megabytes in every process.
_SHOWS_PAGES = PROCESS.split("-")[0] not in ("worker", "ticker", "beat", "bot")
_OF_PAGES = [
    "unfold.apps.BasicAppConfig",
    "config.admin_app.AdminPages",
    "corsheaders",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "auditlog",
]
_OF_ALL = [
    *(_OF_PAGES if _SHOWS_PAGES else []),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django_celery_beat",
    "accounts",
    "integrations",
    "tickets",
    "workflows",
    "executions",
    "config",
]
# Beat reads the rows of its schedule and sends messages by their names: it needs no other table.
INSTALLED_APPS = ["django_celery_beat", "config"] if PROCESS == "beat" else _OF_ALL
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "config.middleware.RequestLog",
    "config.content_policy.ContentPolicy",
    "config.middleware.StripApiSlash",
    "config.middleware.ChunkedBody",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "config.throttles.PerAddress",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.PersonLanguage",
    "config.trail.Trail",
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
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "desk-tickets"
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
# Connections that only a rush needed are closed one by one: each is megabytes of PostgreSQL's.
_POOL = {"min_size": 1, "max_size": DATABASE_POOL_SIZE, "timeout": 10, "max_idle": 15}
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
_BY_INDEX = f"-c enable_seqscan=off -c jit=off -c plan_cache_mode=force_generic_plan {_PATIENCE}"
_SESSION = {"worker": _BY_INDEX, "ticker": _BY_INDEX, "web": _PATIENCE}.get(PROCESS.split("-")[0], "")
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
        **({"pool": _POOL} if DATABASE_POOL_SIZE else {}),
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
VALKEY_SECONDS: float = 0.5  # what has not answered by then is away: it only helps, so nobody waits for it


def _broker_url(url: str) -> str:
    """Celery writes a Unix socket its own way: `unix:///path?db=1` is `redis+socket:///path?virtual_host=1` there."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"


# Nothing is cached. Django would keep it pickled, and who may write to Valkey could have any program run here.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

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
CELERY_BROKER_CHANNEL_ERROR_RETRY = True  # or a value of another kind in the place of a queue would end every worker
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
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "config" / "locale"]  # the latter puts right what libraries say
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
    "DEFAULT_THROTTLE_CLASSES": ["config.throttles.PerPerson"],
    "DEFAULT_PARSER_CLASSES": ["config.api_json.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["config.api_json.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "accounts.api.pagination.Pages",
    "DEFAULT_FILTER_BACKENDS": ["accounts.api.filters.KnownFilters"],
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
        "TicketStatus": "config.openapi.TICKET_STATUS",
        "TicketSource": "tickets.models.Ticket.Source",
        "CredentialKind": "integrations.models.Credential.Kind",
        "FindingSeverity": ["error", "warning", "info"],
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.openapi.document_errors",
    ],
}
API_MAX_BODY = 10_000_000
API_PER_MINUTE = env.int("API_PER_MINUTE", default=3000)
API_PER_MINUTE_ADDRESS = env.int("API_PER_MINUTE_ADDRESS", default=6000)
REQUEST_MAX_BODY = 50_000_000  # beyond it a connection is not even read to its end
DEFINITION_MAX_BODY = 5_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = API_MAX_BODY
DATA_UPLOAD_MAX_NUMBER_FILES = 501  # one more than an import takes, so that it is the import that says how many

# --- engine -----------------------------------------------------------------------------------------------------------
LEASE_SECONDS = env.float("LEASE_SECONDS", default=30.0)
HEARTBEAT_SECONDS = env.float("HEARTBEAT_SECONDS", default=5.0)
SWEEP_SECONDS = env.float("SWEEP_SECONDS", default=5.0)
BURST_STEPS = env.int("BURST_STEPS", default=200)
BURST_SECONDS: float = 0.02  # a longer burst begins no further step: others wait for its results, a stop for its record
WORKER_QUEUES = env.list("NARYAD_QUEUES", default=[])
WORKER_SLOTS = env.int("NARYAD_SLOTS", default=1)
PAYLOAD_MAX_BYTES = env.int("PAYLOAD_MAX_BYTES", default=10_000_000)
SUBWORKFLOW_MAX_DEPTH = env.int("SUBWORKFLOW_MAX_DEPTH", default=10)
ERROR_WORKFLOW = env.str("ERROR_WORKFLOW", default="")
SOCKET_AUTH_SECONDS = env.float("SOCKET_AUTH_SECONDS", default=10.0)
SOCKET_RECHECK_SECONDS = env.float("SOCKET_RECHECK_SECONDS", default=15.0)
DEAD_LETTER_ALARM_HOURS = env.float("DEAD_LETTER_ALARM_HOURS", default=24.0)
ERROR_RETENTION_DAYS = env.float("ERROR_RETENTION_DAYS", default=180.0)
TRAIL_RETENTION_DAYS = env.float("TRAIL_RETENTION_DAYS", default=730.0)
EXECUTION_RETENTION_DAYS = env.float("EXECUTION_RETENTION_DAYS", default=365.0)
ERROR_STATUS = "config.api_errors.status_of"
WORKFLOW_GUARDS = {"delete": "executions.services.refuse_if_open"}
CREDENTIAL_USERS = "workflows.services.credential_use.published_users"
WORKFLOW_HOOKS = {
    "published": "executions.services.publication.published",
    "unpublished": "executions.services.publication.unpublished",
    "deleted": "executions.services.publication.deleted",
}
OUTBOX_HANDLERS = {
    "dataset.store": "executions.storage.store_output",
    "run.follow": "executions.services.children.follow",
    "vigil.look": "executions.services.probing.look",
    "event.arrived": "executions.services.reacting.arrive",
    "contact.deliver": "tickets.contacts.delivering.deliver",
    "mail.send": "integrations.mail.delivery.send",
    "telegram.send": "tickets.contacts.chatting.send",
    "telegram.remind": "executions.services.reminding.remind",
    "telegram.details": "tickets.telegram.delivery.deliver_details",
    "telegram.file": "tickets.telegram.delivery.deliver_file",
    "telegram.bare": "tickets.telegram.delivery.lay_bare",
    "telegram.open": "tickets.telegram.drafts.open_ticket",
    "telegram.comment": "tickets.telegram.messages.write_comment",
    "telegram.card": "tickets.telegram.delivery.deliver_card",
    "telegram.ping": "tickets.telegram.delivery.deliver_ping",
    "bigquery.load": "integrations.bigquery.delivery.deliver",
    "error.list": "integrations.error_lists.push",
}

# --- border -----------------------------------------------------------------------------------------------------------
WB_API_BASE_URL = env.str("WB_API_BASE_URL", default="https://advert-api.wildberries.ru")
WB_ANALYTICS_BASE_URL = env.str("WB_ANALYTICS_BASE_URL", default="https://statistics-api.wildberries.ru")
SHEETS_API_BASE_URL = env.str("SHEETS_API_BASE_URL", default="https://sheets.googleapis.com")
WB_API_KEY = env.str("WB_API_KEY", default="")
OUTBOUND_ALLOW = env.list("OUTBOUND_ALLOW", default=[])
ERROR_REDIS_URL = env.str("ERROR_REDIS_URL", default="")
EXPRESSION_ENV = {name: os.environ.get(name, "") for name in env.list("EXPRESSION_ENV", default=[])}
GCP_PROJECT_ID = env.str("GCP_PROJECT_ID", default="")
BIGQUERY_DATASET = env.str("BIGQUERY_DATASET", default="naryad")
BIGQUERY_LOCATION = env.str("BIGQUERY_LOCATION", default="EU")
BIGQUERY_API_ENDPOINT = env.str("BIGQUERY_EMULATOR_HOST", default="")  # an emulator, asked without credentials
BIGQUERY_BATCH_SECONDS = env.float("BIGQUERY_BATCH_SECONDS", default=60.0)
BIGQUERY_RAW_RETENTION_DAYS = env.int("BIGQUERY_RAW_RETENTION_DAYS", default=0)
# All that the process which talks to Google is given: where its credentials lie and how the network is reached.
GOOGLE_ENVIRONMENT = {
    name: os.environ[name]
    for name in (
        *("PATH", "HOME", "LANG", "TMPDIR", "GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG", "GCE_METADATA_HOST"),
        *("HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "https_proxy", "http_proxy", "no_proxy"),
        *("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"),
    )
    if os.environ.get(name)
}
MESSAGE_RULES = env.list("MESSAGE_RULES", default=["negative", "conflict", "question", "late", "greeting"])
LATE_REPLY_SECONDS = env.float("LATE_REPLY_SECONDS", default=3600.0)
ALERT_PAUSE_SECONDS = env.float("ALERT_PAUSE_SECONDS", default=1800.0)
ALERT_QUIET_HOURS = env.float("ALERT_QUIET_HOURS", default=24.0)
EVENT_STARTS_PER_MINUTE = env.int("EVENT_STARTS_PER_MINUTE", default=6000)
EVENT_RETENTION_DAYS = env.float("EVENT_RETENTION_DAYS", default=90.0)
DATASET_RETENTION_DAYS = env.int("DATASET_RETENTION_DAYS", default=365)
FILE_MAX_BYTES = env.int("FILE_MAX_BYTES", default=20_000_000)
FILE_QUOTA_BYTES = env.int("FILE_QUOTA_BYTES", default=2_000_000_000)
WORKFLOW_FOLDER = env.str("WORKFLOW_FOLDER", default="")
FILE_RETENTION_DAYS = env.float("FILE_RETENTION_DAYS", default=30.0)
ATTACHMENT_DIR = env.str("ATTACHMENT_DIR", default="") or str(VAR_DIR / "attachments")
ATTACHMENT_QUOTA_BYTES = env.int("ATTACHMENT_QUOTA_BYTES", default=1_000_000_000)
EMAIL_HOST = env.str("EMAIL_HOST", default="")
EMAIL_PORT = env.int("EMAIL_PORT", default=587)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", default=False)
EMAIL_CA_FILE = env.str("EMAIL_CA_FILE", default="")
EMAIL_TIMEOUT = env.float("EMAIL_TIMEOUT", default=15.0)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="naryad@localhost")
TELEGRAM_BOT_TOKEN = env.str("TELEGRAM_BOT_TOKEN", default="")
TELEGRAM_BOT_NAME = env.str("TELEGRAM_BOT_NAME", default="")
TELEGRAM_API_BASE_URL = env.str("TELEGRAM_API_BASE_URL", default="") or "https://api.telegram.org/bot"
TELEGRAM_API_FILE_BASE_URL = env.str("TELEGRAM_API_FILE_BASE_URL", default="")
TELEGRAM_MODE = env.str("TELEGRAM_MODE", default="polling")
TELEGRAM_WEBHOOK_SECRET = env.str("TELEGRAM_WEBHOOK_SECRET", default="")
TELEGRAM_CLIENT_BOT_TOKEN = env.str("TELEGRAM_CLIENT_BOT_TOKEN", default="")
TELEGRAM_CLIENT_WEBHOOK_SECRET = env.str("TELEGRAM_CLIENT_WEBHOOK_SECRET", default="")
TELEGRAM_PER_MINUTE = env.int("TELEGRAM_PER_MINUTE", default=60)
QUOTAS = {
    "workflows": env.int("QUOTA_WORKFLOWS", default=1000),
    "schedules": env.int("QUOTA_SCHEDULES", default=1000),
    "addresses": env.int("QUOTA_ADDRESSES", default=1000),
    "open_runs": env.int("QUOTA_OPEN_RUNS", default=10_000),
    "open_tickets": env.int("QUOTA_OPEN_TICKETS", default=1000),
    "service_accounts": env.int("QUOTA_SERVICE_ACCOUNTS", default=100),
}
JWT_SIGNING_KEY = signing_key(JWT_SECRET)
