"""The roof: settings, wiring, addresses. It knows everybody and nobody knows it."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
