"""`make messages`: the catalogues of `locale/`, brought in step with the texts of the code. Needs no GNU gettext."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir, extract_python
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from devtools import console, translations
from devtools.bootstrap import PYTHON, ROOT
from devtools.installation import Refused

SOURCE_LANGUAGE = "ru"
SKIPPED = frozenset({"tests", "devtools", "var", "static"})
READERS = [
    ("templates/**", "devtools.messages:from_template"),
    ("**/templates/**", "devtools.messages:from_template"),
    ("**.py", "python"),
]
KEYWORDS: Mapping[str, Any] = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "pgettext_lazy": ((1, "c"), 2),
}
WIDTH = 120
HEADER = """\
# Naryad: {language}. Written by `make messages`; translate here, the texts themselves stand in the code.
msgid ""
msgstr ""
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""


def messages(arguments: Sequence[str]) -> int:
    """Write the catalogues and compile them; `--check` only compares. Status 1 names what is left to translate."""
    if set(arguments) - {"--check"}:
        raise Refused("messages takes --check or nothing")
    texts = extracted()
    late, untranslated = [], []
    for path in targets():
        catalogue = merged(path, texts)
        content = rendered(catalogue)
        if content != path.read_text():
            late.append(str(path.relative_to(ROOT)))
        untranslated += [f"{catalogue.locale}: {message.id}" for message in unfinished(catalogue)]
        if not arguments:
            path.write_text(content)
    if arguments and late:
        console.say(f"out of step with the code, run `make messages`: {', '.join(late)}")
    for text in untranslated:
        console.say(f"not translated: {text}")
    if not arguments:
        translations.compile_all(PYTHON)
    if untranslated or (arguments and late):
        return 1
    console.say("the catalogues are in step with the code, and everything is translated")
    return 0


def targets() -> list[Path]:
    """The catalogues into which our own texts are translated."""
    return [path for path in translations.catalogues() if path.parent.parent.name != SOURCE_LANGUAGE]


def extracted() -> Catalog:
    """Every text of the product's packages and templates, with the files that it stands in."""
    texts = Catalog()
    found = extract_from_dir(
        ROOT,
        method_map=READERS,
        keywords=KEYWORDS,
        comment_tags=["Translators:"],
        strip_comment_tags=True,
        directory_filter=lambda folder: not Path(folder).name.startswith(".") and Path(folder).name not in SKIPPED,
    )
    for file, line, text, comments, context in found:
        texts.add(text, None, [(file, line)], auto_comments=comments, context=context)
    return texts


def from_template(
    file: IO[bytes], keywords: Mapping[str, Any], comment_tags: Collection[str], options: Mapping[str, Any]
) -> Iterator[Any]:
    """Babel's reader for Django templates: Django rewrites them as calls of gettext among blanked-out words."""
    calls = templatize(file.read().decode())
    # The indentation is a template's and none of Python's.
    lines = "\n".join(line.strip() for line in calls.splitlines())
    return extract_python(io.BytesIO(lines.encode()), keywords, comment_tags, {"encoding": "utf-8"})


def merged(path: Path, texts: Catalog) -> Catalog:
    """The catalogue at `path` with exactly `texts`: new ones without translation, and none that have gone."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parent.parent.name)
    catalogue.update(texts, no_fuzzy_matching=True)
    return catalogue


def rendered(catalogue: Catalog) -> str:
    """The file's content: sorted by text, without lines and dates, so that only a changed text changes it."""
    buffer = io.BytesIO()
    write_po(
        buffer,
        catalogue,
        width=WIDTH,
        omit_header=True,
        sort_output=True,
        ignore_obsolete=True,
        include_lineno=False,
    )
    language = catalogue.locale.english_name if catalogue.locale else ""
    header = HEADER.format(language=language, locale=catalogue.locale, plural_forms=catalogue.plural_forms)
    return header + buffer.getvalue().decode().rstrip("\n") + "\n"


def unfinished(catalogue: Catalog) -> list[Message]:
    """Texts without a translation, or with one that is marked as a guess."""
    return [message for message in catalogue if message.id and (message.fuzzy or not _translated(message))]


def _translated(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)
