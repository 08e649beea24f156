"""What a field of a config is called, found by its key."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field

from workflows.field_titles import title_of


class Mail(BaseModel):
    kind: Literal["mail"] = "mail"
    to: str = Field(title="Кому письмо")


class Chat(BaseModel):
    kind: Literal["chat"] = "chat"
    to: str = Field(title="В какой чат")


Sent = Annotated[Mail | Chat, Field(discriminator="kind")]


class Settings(BaseModel):
    url: str = Field(title="Адрес")
    time_limit: float | None = Field(default=None, alias="timeLimit", title="Предел времени")
    sent: tuple[Sent, ...] = Field(default=(), title="Что отправить")
    headers: dict[str, str] = Field(default_factory=dict, title="Заголовки")
    plain: int = 0


RAW: Any = {"sent": [{"kind": "mail"}, {"kind": "chat"}, "no object"], "headers": {"X-A": "1"}}


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("url", "Адрес"),
        ("timeLimit", "Предел времени"),
        ("time_limit", "Предел времени"),
        ("sent", "Что отправить"),
        ("sent[0].to", "Кому письмо"),
        ("sent[1].to", "В какой чат"),
        ("sent[2]", "Что отправить"),
        ("sent[9].kind.deeper", "Что отправить"),
        ("headers.X-A", "Заголовки"),
        ("plain", ""),
        ("unknown", ""),
        ("config", ""),
        ("", ""),
    ],
)
def test_a_place_is_called_as_its_field_on_the_form(name: str, title: str) -> None:
    assert title_of(Settings, RAW, name) == title


@pytest.mark.parametrize("raw", [None, [], "text", {"sent": {"to": 1}}, {"sent": 5}])
def test_whatever_the_config_is_a_title_is_looked_for(raw: Any) -> None:
    assert title_of(Settings, raw, "url") == "Адрес"
    assert title_of(Settings, raw, "sent[3].to") in ("Кому письмо", "В какой чат")
