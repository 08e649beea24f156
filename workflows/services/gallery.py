"""Ready workflows to begin with. Each is a file of `workflows/gallery/`, its texts in every language of the product."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.utils.translation import get_language

from integrations import safe_json
from workflows.errors import TemplateNotFound
from workflows.models import Workflow
from workflows.services.saving import Particulars, create_workflow

FOLDER: Final = Path(__file__).parent.parent / "gallery"


@dataclass(frozen=True)
class Template:
    """One ready workflow, in one language. `slug` names it for ever."""

    slug: str
    name: str
    description: str
    kind: str
    definition: dict[str, Any]

    @property
    def node_types(self) -> list[str]:
        return list(dict.fromkeys(node["type"] for node in self.definition["nodes"]))


def templates() -> list[Template]:
    """All of them by name, in the language of the reader."""
    return sorted((_read(slug, content) for slug, content in _files().items()), key=lambda one: one.name)


def template(slug: str) -> Template:
    """The one of this name; raises `TemplateNotFound`."""
    content = _files().get(slug)
    if content is None:
        raise TemplateNotFound
    return _read(slug, content)


def create_from_template(*, slug: str, user: Any, name: str = "") -> Workflow:
    """A draft of the ready workflow, for the person to look through. Raises as `template` and `create_workflow` do."""
    found = template(slug)
    particulars = Particulars(name=name or found.name, description=found.description, kind=found.kind)
    return create_workflow(user=user, particulars=particulars, definition=found.definition, draft=True)


@cache
def _files() -> dict[str, Any]:
    return {path.stem: safe_json.loads(path.read_bytes()) for path in sorted(FOLDER.glob("*.json"))}


def _read(slug: str, content: dict[str, Any]) -> Template:
    spoken = _in_language(content, (get_language() or settings.LANGUAGE_CODE).lower())
    return Template(slug, **spoken)


def _in_language(value: Any, language: str) -> Any:
    """The same with every `{language: text}` replaced by its text in `language`."""
    if isinstance(value, dict):
        if _is_text(value):
            return value.get(language, value[settings.LANGUAGE_CODE])
        return {key: _in_language(part, language) for key, part in value.items()}
    return [_in_language(part, language) for part in value] if isinstance(value, list) else value


def _is_text(value: dict[str, Any]) -> bool:
    """Whether this is a text in all languages, and no object of a config."""
    return value.keys() == {code for code, _name in settings.LANGUAGES}
