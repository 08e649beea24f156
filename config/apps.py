from django.apps import AppConfig

from config.celery import app as celery_app

__all__ = ["ConfigConfig", "celery_app"]
"""The Celery application is made with Django, so that every process that rings a bell knows the broker."""


class ConfigConfig(AppConfig):
    name = "config"
    label = "naryad"
    verbose_name = "Naryad"
