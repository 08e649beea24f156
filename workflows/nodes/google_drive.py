"""Files of Google Drive: download, upload, find, delete; folders."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.credential_kinds import GOOGLE, OAUTH2_REFRESH
from integrations.drive import DriveClient, file_id
from workflows import node_type, stored_files
from workflows.credential_field import CredentialField, CredentialRef
from workflows.file_field import FileField
from workflows.graph.settings import RetryPolicy
from workflows.node_type import Done, Item, Later, NodeContext, NodeType, Outcome, Port
from workflows.one_by_one import for_each_item
from workflows.stored_files import Content

SECONDS = 120.0
MAX_FOUND = 1000
ONCE = RetryPolicy()
AGAIN = RetryPolicy(attempts=3, delay_seconds=3.0, cap_seconds=60.0)
REPEATABLE = frozenset({"download", "find", "delete"})
DO = gettext_noop("Действие")
FILE = gettext_noop("Файл")
FILE_ABOUT = gettext_noop("id или адрес файла")
FOLDER_ABOUT = gettext_noop("id или адрес папки; пусто — корень")
FOLDER = gettext_noop("Папка")
NAME = gettext_noop("Название")


class Download(node_type.Config):
    do: Literal["download"] = Field(title=DO, description=gettext_noop("Скачать файл"))
    file: str = Field(min_length=1, max_length=2000, title=FILE, description=FILE_ABOUT)
    into: str = FileField(title=gettext_noop("Под каким именем"))
    name: str = Field(
        default="",
        max_length=255,
        title=gettext_noop("Имя файла"),
        description=gettext_noop("Как назвать файл; пусто — как на диске"),
    )
    export_as: str = Field(
        default="",
        max_length=200,
        alias="exportAs",
        title=gettext_noop("Вид документа Google"),
        description=gettext_noop(
            "Тип, в котором отдать документ, таблицу или презентацию Google, например application/pdf или text/csv; "
            "пусто — DOCX, XLSX, PPTX"
        ),
    )


class Upload(node_type.Config):
    do: Literal["upload"] = Field(title=DO, description=gettext_noop("Загрузить файл элемента"))
    file: str = FileField(title=FILE)
    folder: str = Field(default="", max_length=2000, title=FOLDER, description=FOLDER_ABOUT)
    name: str = Field(
        default="",
        max_length=255,
        title=NAME,
        description=gettext_noop("Как назвать файл на диске; пусто — как в элементе"),
    )


class Find(node_type.Config):
    do: Literal["find"] = Field(title=DO, description=gettext_noop("Найти файлы"))
    folder: str = Field(
        default="", max_length=2000, title=FOLDER, description=gettext_noop("id или адрес папки; пусто — везде")
    )
    text: str = Field(default="", max_length=500, title=NAME, description=gettext_noop("Часть названия; пусто — любые"))
    query: str = Field(
        default="",
        max_length=4000,
        title=gettext_noop("Условие"),
        description=gettext_noop("Ещё одно условие на языке Google Drive, например mimeType = 'image/png'"),
    )
    limit: int = Field(
        default=100,
        ge=1,
        le=MAX_FOUND,
        title=gettext_noop("Сколько самое большее"),
        description=gettext_noop("Сколько файлов прочитать"),
    )


class MakeFolder(node_type.Config):
    do: Literal["make-folder"] = Field(title=DO, description=gettext_noop("Создать папку"))
    name: str = Field(min_length=1, max_length=255, title=NAME, description=gettext_noop("Название папки"))
    folder: str = Field(default="", max_length=2000, title=FOLDER, description=FOLDER_ABOUT)


class Delete(node_type.Config):
    do: Literal["delete"] = Field(title=DO, description=gettext_noop("Отправить файл или папку в корзину"))
    file: str = Field(min_length=1, max_length=2000, title=FILE, description=FILE_ABOUT)


Call = Annotated[Download | Upload | Find | MakeFolder | Delete, Field(discriminator="do")]


class GoogleDrive(NodeType):
    """What changes something on the drive is done once and not tried again: a second try would make a second file."""

    type = "google-drive"
    title = _("Google Диск")
    description = _(
        "Скачивает файлы с Google Диска и загружает их туда, ищет их, создаёт папки, отправляет в корзину. Папку "
        "открывают адресу сервисного аккаунта, либо входят от имени человека."
    )
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Файлы")),)
    weight = "io"
    timeout_seconds = 600.0
    retry = AGAIN

    class Config(node_type.Config):
        credential: CredentialRef = CredentialField(GOOGLE, OAUTH2_REFRESH, required=True)
        call: Call = Field(title=gettext_noop("Вызов"), description=gettext_noop("Действие и его поля"))

    @classmethod
    def retry_for(cls, config: Mapping[str, Any]) -> RetryPolicy:
        return AGAIN if _done(config) in REPEATABLE else ONCE

    @classmethod
    def acts(cls, config: Mapping[str, Any]) -> bool:
        return _done(config) not in ("download", "find")

    def run(self, context: NodeContext) -> Outcome:
        """Raises `Permanent`: "no_file", "file_gone", "file_too_large", and what Drive says."""
        drive = context.connect(DriveClient)

        def ask(index: int) -> list[Item]:
            config = context.config_for(index)
            return _WAYS[config.call.do](context, drive, config, index)

        keep = context.config.call.do not in REPEATABLE
        found = for_each_item(context, ask, seconds=lambda _index: 2 * SECONDS, keep_each=keep)
        if isinstance(found, Later):
            return found
        sources = [("in", index) for index, items in enumerate(found) for _one in items]
        return Done({"out": [item for items in found for item in items]}, {"out": sources})


def _done(config: Mapping[str, Any]) -> Any:
    call = config.get("call")
    return call.get("do") if isinstance(call, Mapping) else None


def _download(context: NodeContext, drive: DriveClient, config: Any, index: int) -> list[Item]:
    call = config.call
    got = drive.download(call.file, credential=config.credential, export_as=call.export_as, timeout=SECONDS)
    content = Content(call.name or got.name, got.mime, got.data)
    return [stored_files.with_file(context, context.items[index], call.into, content, index=index)]


def _upload(context: NodeContext, drive: DriveClient, config: Any, index: int) -> list[Item]:
    call = config.call
    content = stored_files.read(context, context.items[index], call.file, index=index)
    name = call.name or content.name
    made = drive.upload(
        content.data, name=name, mime=content.mime, folder=call.folder, credential=config.credential, timeout=SECONDS
    )
    return [dict(made)]


def _find(_context: NodeContext, drive: DriveClient, config: Any, _index: int) -> list[Item]:
    call = config.call
    parts = ["trashed = false"]
    if call.folder:
        parts.append(f"{_quoted(file_id(call.folder))} in parents")
    if call.text:
        parts.append(f"name contains {_quoted(call.text)}")
    if call.query:
        parts.append(f"({call.query})")
    return drive.find(" and ".join(parts), most=call.limit, credential=config.credential, timeout=SECONDS)


def _make_folder(_context: NodeContext, drive: DriveClient, config: Any, _index: int) -> list[Item]:
    call = config.call
    return [dict(drive.make_folder(call.name, parent=call.folder, credential=config.credential, timeout=SECONDS))]


def _delete(_context: NodeContext, drive: DriveClient, config: Any, _index: int) -> list[Item]:
    return [dict(drive.put_into_bin(config.call.file, credential=config.credential, timeout=SECONDS))]


def _quoted(text: str) -> str:
    """A text of Drive's query language: nothing in it ends it early."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_WAYS: Mapping[str, Callable[[NodeContext, DriveClient, Any, int], list[Item]]] = {
    "download": _download,
    "upload": _upload,
    "find": _find,
    "make-folder": _make_folder,
    "delete": _delete,
}
