"""`/me/telegram-link`: how a person ties their Telegram account to themselves."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import acting_user
from tickets.services import linking


class LinkShape(serializers.Serializer[linking.Link]):
    """A key for ten minutes, good once. `url` is empty while the bot's name is not set."""

    token = serializers.CharField()
    url = serializers.CharField()
    command = serializers.CharField(help_text="What to send to the bot where the link does nothing.")
    expiresAt = serializers.DateTimeField(source="expires_at")


class TelegramLinkView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(summary="A key to tie my Telegram to me", request=None, responses={201: LinkShape})
    def post(self, request: Request) -> Response:
        link = linking.issue(person=acting_user(request))
        return Response(LinkShape(link).data, status=status.HTTP_201_CREATED)

    @extend_schema(summary="Forget my Telegram", responses={204: None})
    def delete(self, request: Request) -> Response:
        linking.unlink(person=acting_user(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
