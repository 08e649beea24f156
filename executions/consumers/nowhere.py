"""Where sockets of unknown addresses end."""

from __future__ import annotations

from channels.generic.websocket import AsyncWebsocketConsumer


class Nowhere(AsyncWebsocketConsumer):
    """Answers the handshake with 403, as the protocol has nothing better."""

    async def connect(self) -> None:
        await self.close()
