"""Files that people have sent to the bot, brought from Telegram."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

from django.utils.html import escape
from django.utils.translation import gettext as _

from accounts.models import User
from integrations import last_try
from integrations.errors import CircuitOpen, OutboundError, RateLimited
from integrations.telegram import delivery
from integrations.telegram.client import TelegramClient
from integrations.telegram.errors import RequestRejected
from integrations.telegram.schemas import File
from tickets.services.attachments import NewFile
from tickets.telegram.saying import tell

LARGEST_FILE: Final = 20_000_000


@dataclass(frozen=True)
class Fetched:
    """Files that were sent to the bot: those that Telegram gave, and the names of those that it did not."""

    files: list[NewFile] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.files) + len(self.missed)

    def and_also(self, further: Fetched) -> Fetched:
        return Fetched(self.files + further.files, self.missed + further.missed)


def may_be_fetched(person: User, file: File) -> bool:
    """Whether Telegram gives files of this size to bots; who sent a larger one is told."""
    if file.file_size <= LARGEST_FILE:
        return True
    tell(person, escape(_("Файл больше 20 МБ: добавьте его на странице заявки")))
    return False


def fetch(files: Sequence[Mapping[str, str]]) -> Fetched:
    """What was sent to the bot. Raises as `delivery.ask`; a file that Telegram refuses for good, or once more when
    nobody will try again, is only missed: the words that came with it are not lost."""
    found = Fetched()
    for one in files:
        try:
            content = delivery.ask(_bring(one["id"]))
        except (RateLimited, CircuitOpen):
            raise
        except OutboundError as error:
            if not isinstance(error, RequestRejected) and not last_try.is_last():
                raise
            found.missed.append(one["name"])
        else:
            found.files.append(NewFile(name=one["name"], content=BytesIO(content), size=len(content)))
    return found


def _bring(file_id: str) -> Callable[[TelegramClient], bytes]:
    return lambda client: client.file(file_id=file_id)


def tell_of_missed(person: User, fetched: Fetched) -> None:
    """Words must not be lost with a file; whoever sent it can bring it another way."""
    for name in fetched.missed:
        text = _("Telegram не отдал файл «%(name)s»: добавьте его на странице заявки") % {"name": name}
        tell(person, escape(text))
