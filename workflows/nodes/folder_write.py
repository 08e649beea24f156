"""Puts files of items into the installation's own folder."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.errors import OutboundError
from integrations.folder import Folder
from workflows import node_type, stored_files
from workflows.calls import failure
from workflows.file_field import FileField
from workflows.node_type import Done, Item, NodeContext, NodeType, Port


class FolderWrite(NodeType):
    """A file is written beside its place and then moved there, so that nobody reads half of one."""

    type = "folder-write"
    title = _("Записать файл в папку")
    description = _(
        "Кладёт файл каждого элемента в папку WORKFLOW_FOLDER под заданным именем и передаёт элемент дальше"
    )
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)
    weight = "io"

    class Config(node_type.Config):
        path: str = Field(
            min_length=1,
            max_length=1000,
            title=gettext_noop("Путь"),
            description=gettext_noop("Имя файла внутри папки, например reports/today.csv"),
        )
        file: str = FileField(description=gettext_noop("Какой из файлов элемента записать, обычно data"))

    def run(self, context: NodeContext) -> Done:
        """Raises `Permanent`: "no_file", "file_gone" and the codes of `Folder`."""
        folder = context.connect(Folder)
        items: list[Item] = []
        for index, item in enumerate(context.items):
            config = context.config_for(index)
            content = stored_files.read(context, item, config.file, index=index)
            try:
                folder.write(config.path, content.data)
            except OutboundError as error:
                raise failure(error, item=index) from error
            items.append({**item, "fileName": config.path})
        return Done({"out": items})
