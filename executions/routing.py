"""Addresses of the sockets."""

from __future__ import annotations

from django.urls import re_path

from executions.consumers.nowhere import Nowhere
from executions.consumers.progress import ExecutionProgress
from executions.consumers.socket_io import socket_io

websocket_urlpatterns = [
    re_path(r"^ws/executions/(?P<execution_id>[^/]+)/?$", ExecutionProgress.as_asgi()),
    re_path(r"^socket\.io/$", socket_io),  # type: ignore[arg-type]  # an ASGI application, as Channels wants it
    re_path(r"", Nowhere.as_asgi()),
]
