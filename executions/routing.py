"""Addresses of the sockets."""

from __future__ import annotations

from django.urls import re_path

from executions.consumers.nowhere import Nowhere
from executions.consumers.progress import ExecutionProgress

websocket_urlpatterns = [
    re_path(r"^ws/executions/(?P<execution_id>[^/]+)/?$", ExecutionProgress.as_asgi()),
    re_path(r"", Nowhere.as_asgi()),
]
