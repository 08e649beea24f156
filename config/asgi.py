"""HTTP by Django, WebSockets by Channels."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
http = get_asgi_application()  # first: it sets Django up, and what follows imports models

from config.body_limit import BodyLimit  # noqa: E402
from executions.consumers.origin import OriginCheck  # noqa: E402
from executions.routing import websocket_urlpatterns  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": BodyLimit(http, settings.REQUEST_MAX_BODY),
        "websocket": OriginCheck(URLRouter(websocket_urlpatterns)),
    }
)
