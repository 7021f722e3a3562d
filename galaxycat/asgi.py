"""HTTP and websockets."""

import os
from importlib import import_module

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "galaxycat.settings")
http = get_asgi_application()

# The apps must be loaded before these are imported.
from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import path, re_path  # noqa: E402

from catalogs.tileapp import TileApp  # noqa: E402
from galaxycat.events.consumers import LiveConsumer  # noqa: E402

# All pages are imported before the first is asked for: whoever is told that GalaxyCat answers is answered at once.
import_module(settings.ROOT_URLCONF)


class NoSuchSocket(AsyncWebsocketConsumer):
    """An unknown websocket address is closed, not an exception in the log."""

    async def connect(self) -> None:
        await self.close(code=4404)


websocket_urlpatterns = [
    path("ws/live/<str:topic>/", LiveConsumer.as_asgi(), name="live_socket"),
    re_path(r"", NoSuchSocket.as_asgi(), name="no_such_socket"),
]

application = ProtocolTypeRouter(
    {
        "http": TileApp(http),
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
