"""HTTP by Django, WebSockets by Channels."""

import gc
import os
from importlib import import_module

import django
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)  # first: what follows imports models

from config.body_limit import BodyLimit  # noqa: E402
from config.handler import OneThread  # noqa: E402
from executions.consumers.origin import OriginCheck  # noqa: E402
from executions.routing import websocket_urlpatterns  # noqa: E402
from tickets.telegram.lane import Lane  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": BodyLimit(Lane(OneThread()), settings.REQUEST_MAX_BODY),
        "websocket": OriginCheck(URLRouter(websocket_urlpatterns)),
    }
)

if settings.PROCESS == "web":
    # What is loaded now stays for good: to look through it for garbage again and again took a twelfth of a request.
    import_module(settings.ROOT_URLCONF)
    gc.collect()
    gc.freeze()
