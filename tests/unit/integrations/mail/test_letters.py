"""What a letter looks like on its way."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import Any

import pytest

from integrations.mail.letters import Letter


def sent(contents: tuple[bytes, ...] = (), **parts: Any) -> Any:
    letter = Letter.checked(to=["anna@example.org"], subject="Отчёт", **parts)
    return message_from_bytes(letter.as_bytes("<1@example.org>", contents), policy=policy.default)


@pytest.mark.parametrize(
    ("parts", "kind", "alternatives"),
    [
        ({"text": "Да"}, "text/plain", ["text/plain"]),
        ({"html": "<b>Да</b>"}, "text/html", ["text/html"]),
        ({"text": "Да", "html": "<b>Да</b>"}, "multipart/alternative", ["text/plain", "text/html"]),
    ],
)
def test_a_letter_has_the_bodies_that_it_was_given(parts: dict[str, Any], kind: str, alternatives: list[str]) -> None:
    message = sent(**parts)
    assert message.get_content_type() == kind
    bodies = [part for part in message.walk() if not part.is_multipart()]
    assert [part.get_content_type() for part in bodies] == alternatives
    assert [part.get_content().strip() for part in bodies] == list(parts.values())


def test_files_go_along_under_their_names() -> None:
    file = {"fileName": "отчёт.csv", "mimeType": "text/csv"}
    (attached,) = sent((b"a;b\r\n",), text="Да", files=[file]).iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("отчёт.csv", "text/csv")
    assert attached.get_content().strip() == "a;b"
