from importlib import import_module
from urllib.parse import urlsplit

from django.apps import AppConfig, apps
from django.conf import settings

from config import error_reports, time_zones
from config.celery import app as celery_app

__all__ = ["ConfigConfig", "celery_app"]
"""The Celery application is made with Django, so that every process that rings a bell knows the broker."""

SHOWS_PAGES = "auditlog" in settings.INSTALLED_APPS
if not SHOWS_PAGES:
    time_zones.list_none()


class ConfigConfig(AppConfig):
    name = "config"
    label = "naryad"
    verbose_name = "Naryad"

    def ready(self) -> None:
        if SHOWS_PAGES:
            import_module("config.trail").start()
        else:
            time_zones.take_any(apps.get_model("django_celery_beat", "CrontabSchedule")._meta.get_field("timezone"))
        error_reports.start(
            dsn=settings.SENTRY_DSN,
            environment=settings.NODE_ENV,
            process=settings.PROCESS,
            secrets=installation_secrets(),
        )


def installation_secrets() -> list[str]:
    """Values that no report may hold, whatever they are called there."""
    of_servers = (urlsplit(settings.REDIS_URL).password, settings.DATABASES["default"].get("PASSWORD"))
    named = (
        settings.SECRET_KEY,
        settings.JWT_SECRET,
        settings.JWT_SIGNING_KEY,
        settings.METRICS_TOKEN,
        settings.TELEGRAM_BOT_TOKEN,
        settings.TELEGRAM_WEBHOOK_SECRET,
        settings.TELEGRAM_CLIENT_BOT_TOKEN,
        settings.TELEGRAM_CLIENT_WEBHOOK_SECRET,
        settings.WB_API_KEY,
        settings.EMAIL_HOST_PASSWORD,
    )
    return [value for value in (*of_servers, *named, *settings.CREDENTIAL_KEYS) if value]
