"""What can be read in files: the pages of a PDF, and the texts that a store of vectors keeps of a file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from integrations import safe_json
from workflows import table_files
from workflows.items import files
from workflows.items.limits import MAX_ITEMS
from workflows.stored_files import Content

PDF: Final = "application/pdf"
MAX_PAGES: Final = 1000
MAX_TEXT: Final = 5_000_000
"""Characters that one file gives."""


@dataclass(frozen=True)
class Document:
    """The pages of a PDF as texts, and what it says of itself: title, author."""

    pages: tuple[str, ...]
    about: dict[str, str]


def is_pdf(content: Content) -> bool:
    return content.mime.lower() == PDF or content.name.lower().endswith(".pdf")


def pdf_of(data: bytes) -> Document:
    """Raises `ValueError` for what is no PDF or needs a password, `files.TooLarge` beyond pages and characters."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data))
        if len(reader.pages) > MAX_PAGES:
            raise files.TooLarge
        about = {str(name).lstrip("/"): str(value)[:1000] for name, value in (reader.metadata or {}).items()}
        return Document(tuple(_limited(page.extract_text() for page in reader.pages)), about)
    except (PyPdfError, *table_files.NOT_AS_EXPECTED) as error:
        raise ValueError(f"PDF: {type(error).__name__}") from None


def texts_of(content: Content) -> list[str]:
    """The texts of a file: a PDF is one, a table one for each row, JSON gives all that are in it.

    Raises `ValueError` for what holds no text that can be read here, `files.TooLarge`.
    """
    return list(_texts_of(content))


def _texts_of(content: Content) -> Iterator[str]:
    name, mime = content.name.lower(), content.mime.lower()
    if is_pdf(content):
        yield "\n\n".join(pdf_of(content.data).pages)
    elif mime == table_files.CSV or name.endswith((".csv", ".tsv")):
        for row in table_files.csv_items(table_files.text_of(content.data), most=MAX_ITEMS):
            yield "\n".join(f"{column}: {value}" for column, value in row.items())
    elif mime == "application/json" or name.endswith(".json"):
        yield from texts_in(safe_json.loads(content.data))
    elif mime.startswith("text/") or name.endswith((".txt", ".md", ".xml", ".html")):
        yield table_files.text_of(content.data)
    else:
        raise ValueError(f"{content.name[:100]}: {content.mime[:100]}")


def texts_in(value: Any) -> Iterator[str]:
    """The texts in a JSON value, in their order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner)


def _limited(texts: Iterator[str]) -> Iterator[str]:
    size = 0
    for text in texts:
        size += len(text)
        if size > MAX_TEXT:
            raise files.TooLarge
        yield text
