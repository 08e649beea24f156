"""Changes pictures that items carry: their size, parts of them, figures, other pictures over them."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import node_type, pictures, stored_files
from workflows.converting import attempt
from workflows.file_field import FileField
from workflows.items import attached
from workflows.node_type import Done, Item, NodeContext, NodeType, Port
from workflows.pictures import Step
from workflows.stored_files import Content


class ImageEdit(NodeType):
    """The steps are done one after the other; a step that begins a new picture needs no file."""

    type = "image-edit"
    title = _("Правка картинки")
    description = _(
        "Меняет картинку из файла элемента: размер, обрезка, поворот, рамка, фигуры, наложение другой картинки. "
        "Читает PNG, JPEG, GIF, WebP, BMP и TIFF."
    )
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Картинки")),)
    weight = "cpu"

    class Config(node_type.Config):
        file: str = FileField(
            description=gettext_noop("Имя файла в элементе, обычно data; результат ложится на то же место")
        )
        steps: tuple[Step, ...] = Field(
            min_length=1,
            max_length=100,
            title=gettext_noop("Шаги"),
            description=gettext_noop("Что сделать с картинкой, по порядку"),
        )
        form: Literal["same", "png", "jpeg", "webp", "gif"] = Field(
            default="same",
            title=gettext_noop("Вид"),
            description=gettext_noop("В каком виде сохранить; same — как было, а новую картинку — в PNG"),
        )
        quality: int = Field(
            default=90,
            ge=1,
            le=100,
            title=gettext_noop("Качество"),
            description=gettext_noop("Для jpeg и webp, от 1 до 100"),
        )
        name: str = Field(
            default="",
            max_length=255,
            title=gettext_noop("Имя файла"),
            description=gettext_noop("Как назвать файл; пусто — как было"),
        )

    def run(self, context: NodeContext) -> Done:
        """Raises `Permanent`: "no_file", "file_gone", "unreadable", "too_large", "file_too_large"."""
        return Done({"out": [_edited(context, index, item) for index, item in enumerate(context.items)]})


def _edited(context: NodeContext, index: int, item: Item) -> Item:
    config = context.config_for(index)

    def opened(name: str) -> Any:
        return _opened(context, item, name, index)[0]

    picture, form = None, "png"
    if config.steps[0].do != "create":
        picture, form = _opened(context, item, config.file, index)
    name = str(attached.files_of(item).get(config.file, {}).get("fileName") or "image")
    for step in config.steps:
        picture = attempt(partial(step.apply, picture, opened), item=index, field=config.file)
    form = config.form if config.form != "same" else form if form in pictures.MIMES else "png"
    data = attempt(partial(pictures.written, picture, form, config.quality), item=index, field=config.file)
    content = Content(config.name or _renamed(name, form), pictures.MIMES[form], data)
    return stored_files.with_file(context, item, config.file, content, index=index)


def _opened(context: NodeContext, item: Item, name: str, index: int) -> tuple[Any, str]:
    content = stored_files.read(context, item, name, index=index)
    return attempt(partial(pictures.opened, content.data), item=index, field=name)


def _renamed(name: str, form: str) -> str:
    """The name with the ending of what the picture has become."""
    stem, _dot, ending = name.rpartition(".")
    known = {"jpeg": ("jpeg", "jpg")}.get(form, (form,))
    return name if ending.lower() in known and stem else f"{stem or name}.{form}"
