"""The source of the pages that browsers build: its words, its size, and where its packages come from."""

from __future__ import annotations

import json
import re

from devtools.front_end import SOURCE
from tests.architecture.tree import files, name
from workflows.admin.texts import TEXTS

LONGEST_FILE = 400
NAMED = re.compile(r"""\bt\("([\w-]+)"|\? "(emptyGraph)" : "(emptyLook)"|boot\.texts\.(\w+)""")
COMPOSED = re.compile(r"\bt\(`(\w+_)\$")


def sources() -> dict[str, str]:
    return {
        name(path): path.read_text() for path in files() if path.suffix in (".ts", ".tsx") and SOURCE in path.parents
    }


def test_every_text_that_a_page_names_is_there_and_no_other() -> None:
    written = "\n".join(sources().values())
    named = {found for groups in NAMED.findall(written) for found in groups if found}
    stems = tuple(COMPOSED.findall(written))
    assert not named - TEXTS.keys()
    assert not {text for text in TEXTS if text not in named and not text.startswith(stems)}


def test_no_text_stands_in_the_source_of_a_page() -> None:
    assert not [path for path, text in sources().items() if re.search("[А-Яа-яё]", text)]


def test_no_file_of_a_page_is_too_long() -> None:
    assert not {path: lines for path, text in sources().items() if (lines := text.count("\n")) > LONGEST_FILE}


def test_the_lock_of_npm_names_hashes_and_no_hosts() -> None:
    lock = json.loads((SOURCE / "package-lock.json").read_text())
    packages = {path: one for path, one in lock["packages"].items() if path}
    assert packages
    assert not [path for path, one in packages.items() if "resolved" in one or not one.get("integrity")]
