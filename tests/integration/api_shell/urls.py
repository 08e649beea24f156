"""The addresses of the installation and a few that misbehave on purpose."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation, ValidationError
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from rest_framework import exceptions, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.strict import StrictSerializer
from accounts.errors import DomainError, Forbidden, TooManyAttempts
from config import urls as installation

handler400, handler403 = installation.handler400, installation.handler403
handler404, handler500 = installation.handler404, installation.handler500

SECRET = "the-password-of-the-database"


class Rare(Forbidden):
    """A class that stands in no table; its base does."""

    code = "rare"


class Unheard(DomainError):
    """A class that stands in no table, nor does its base."""

    code = "unheard"


def divide() -> None:
    raise ZeroDivisionError(SECRET)


def ask_for_too_long() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 1")
        cursor.execute("SELECT pg_sleep(5)")


def overflow_a_column() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 99999999999999999999::bigint")


def recurse() -> None:
    recurse()


def raising(error: Exception) -> Callable[[], None]:
    def fault() -> None:
        raise error

    return fault


FAULTS: dict[str, Callable[[], None]] = {
    "domain": raising(Unheard(field="x")),
    "heir": raising(Rare()),
    "throttle": raising(TooManyAttempts(retry_after=12.3)),
    "http404": raising(Http404(SECRET)),
    "denied": raising(PermissionDenied(SECRET)),
    "suspicious": raising(SuspiciousOperation(SECRET)),
    "invalid": raising(exceptions.ValidationError({"name": ["плохо"]})),
    "invalid-list": raising(exceptions.ValidationError(["плохо"])),
    "model-invalid": raising(ValidationError({"name": "плохо"})),
    "throttled": raising(exceptions.Throttled(wait=7)),
    "unauthenticated": raising(exceptions.AuthenticationFailed(SECRET)),
    "operational": raising(OperationalError(f"connection failed, password={SECRET}")),
    "interface": raising(InterfaceError(SECRET)),
    "timeout": ask_for_too_long,
    "overflow": overflow_a_column,
    "data": raising(DataError(SECRET)),
    "integrity": raising(IntegrityError(SECRET)),
    "recursion": recurse,
    "defect": divide,
}


class FaultView(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    def get(self, request: Request, name: str) -> Response:
        FAULTS[name]()
        return Response()


class EchoView(APIView):
    """Gives back what it read."""

    authentication_classes = []
    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        return Response({"body": request.data})


class SmallEchoView(EchoView):
    max_body = 100


class InnerSerializer(StrictSerializer):
    price = serializers.DecimalField(max_digits=30, decimal_places=2)


class ItemSerializer(StrictSerializer):
    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField()
    inner = InnerSerializer(required=False)


class ItemView(APIView):
    """One item that is always there."""

    authentication_classes = []
    permission_classes = [AllowAny]
    item: dict[str, Any] = {"id": 7, "name": "Семь", "inner": {"price": Decimal("1.10")}}

    def put(self, request: Request) -> Response:
        form = ItemSerializer(self.item, data=request.data)
        form.is_valid(raise_exception=True)
        return Response(form.validated_data)


def broken_page(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError(SECRET)


def forbidden_page(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


urlpatterns = [
    *installation.urlpatterns,
    path("api/v1/test/faults/<str:name>", FaultView.as_view()),
    path("api/v1/test/echo", EchoView.as_view()),
    path("api/v1/test/small-echo", SmallEchoView.as_view()),
    path("api/v1/test/item", ItemView.as_view()),
    path("api/v1/test/broken", broken_page),
    path("api/v1/test/forbidden", forbidden_page),
    path("broken", broken_page),
]
