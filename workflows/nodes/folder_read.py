"""Takes files of the installation's own folder into items."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.errors import OutboundError
from integrations.folder import Folder
from workflows import node_type, stored_files
from workflows.calls import failure
from workflows.file_field import KEPT, FileField
from workflows.node_type import Done, Item, NodeContext, NodeType, Port
from workflows.stored_files import Content


class FolderRead(NodeType):
    """Only what lies under `WORKFLOW_FOLDER`, which the operator of the installation names; no link leads out of it."""

    type = "folder-read"
    title = _("Взять файлы из папки")
    description = _("Читает файлы из папки WORKFLOW_FOLDER по имени или образцу и отдаёт элемент с каждым из них")
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Файлы")),)
    weight = "io"

    class Config(node_type.Config):
        path: str = Field(
            min_length=1,
            max_length=1000,
            title=gettext_noop("Путь"),
            description=gettext_noop("Имя файла или образец внутри папки, например data/*.csv"),
        )
        file: str = FileField(description=KEPT)

    def run(self, context: NodeContext) -> Done:
        """A pattern that nothing fits gives no items. Raises `Permanent` with the codes of `Folder`."""
        folder = context.connect(Folder)
        items: list[Item] = []
        sources: list[tuple[str, int]] = []
        for index, _item in enumerate(context.items):
            config = context.config_for(index)
            try:
                for name, data in folder.matching(config.path):
                    told = {"fileName": name}
                    content = Content(name, "", data)
                    items.append(stored_files.with_file(context, told, config.file, content, index=index))
                    sources.append(("in", index))
            except OutboundError as error:
                raise failure(error, item=index) from error
        context.log.info(gettext_noop("Файлов: %(count)s"), count=len(items))
        return Done({"out": items}, {"out": sources})
