"""`manage.py make_node wb-get-stocks`: the file and the test of a new node type, ready to be filled in."""

from __future__ import annotations

import keyword
import re
from argparse import ArgumentParser
from pathlib import Path
from string import Template
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")

NODE = Template('''\
"""Passes items on, marked with a text from its config."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import node_type
from workflows.node_type import Done, NodeContext, NodeType, Port


class $class_name(NodeType):
    type = "$type_name"
    title = _("Новый узел $type_name")
    description = _("Добавляет к каждому элементу поле note из настроек.")
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)

    class Config(node_type.Config):
        note: str = Field(
            default="",
            max_length=1000,
            title=gettext_noop("Пометка"),
            description=gettext_noop("Текст, который получит каждый элемент"),
        )

    def run(self, context: NodeContext) -> Done:
        marked = [{**item, "note": context.config_for(index).note} for index, item in enumerate(context.items)]
        return Done({"out": marked})
''')

TEST = Template('''\
"""The node type `$type_name`."""

from __future__ import annotations

from tests.nodes.context import run
from workflows.node_type import Done


def test_every_item_is_marked() -> None:
    outcome = run("$type_name", {"note": "{{ $$json.name }}!"}, [{"name": "a"}, {"name": "b"}])

    assert outcome == Done({"out": [{"name": "a", "note": "a!"}, {"name": "b", "note": "b!"}]})
''')


class Command(BaseCommand):
    help = "Writes the file and the test of a new node type."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="kebab-case, as it will stand in definitions: wb-get-stocks")
        parser.add_argument("--root", type=Path, default=settings.BASE_DIR, help="where the repository is")

    def handle(self, *args: Any, **options: Any) -> None:
        name, root = options["name"], options["root"]
        if NAME.fullmatch(name) is None:
            raise CommandError("A node type is named in lower case with dashes: wb-get-stocks")
        stem = name.replace("-", "_")
        texts = {"type_name": name, "class_name": "".join(word.capitalize() for word in name.split("-"))}
        written = {
            root / "workflows" / "nodes" / f"{stem}{'_' if keyword.iskeyword(stem) else ''}.py": NODE,
            root / "tests" / "nodes" / f"test_{stem}.py": TEST,
        }
        for path in written:
            if path.exists():
                raise CommandError(f"{path} exists already")
        for path, template in written.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(template.substitute(texts), encoding="utf-8")
            self.stdout.write(str(path))
