"""The node type `vector-store`, against services that answer as the stores do."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.secret import Secret
from integrations.vault import Vault
from tests.fakes.scripted import Service
from tests.nodes import stores
from tests.nodes.context import StandaloneContext
from tests.nodes.pdfs import pdf
from workflows import catalogue
from workflows.node_type import Done, Item, Later, Permanent, Transient

KEY = "0199f7a0-0000-7000-8000-0000000000ba"


def items_of(service: Service, kind: str, call: dict[str, Any], items: Any, maker: str = "openai") -> list[Item]:
    secret = Secret(id=KEY, kind="openai", value="key", hosts=("127.0.0.1",), settings={"baseUrl": service.url("/")})
    scope, node_type, progress = stores.scope(secrets=Vault([secret])), catalogue.get("vector-store"), None
    config = {
        "store": {"kind": kind, "credential": KEY, "name": "books", "namespace": "ru", "function": "match_documents"},
        "embeddings": {"credential": KEY, "model": "small", "maker": maker},
        "call": call,
    }
    while True:
        context = StandaloneContext(node_type, config, items, scope=scope, progress=progress, seconds=600)
        outcome = node_type.run(context)
        if not isinstance(outcome, Later):
            assert isinstance(outcome, Done), outcome
            return list(outcome.ports["out"])
        progress = outcome.progress


KEEP = {
    "operation": "add",
    "texts": "{{ $json.text }}",
    "metadata": {"page": "{{ $json.page }}"},
    "splitter": {"by": "separator", "size": 8, "overlap": 0},
}
TEXT = {"text": "One two\n\nthree", "page": 7}


@pytest.mark.parametrize(
    ("kind", "method", "path", "rows", "row"),
    [
        (
            "pinecone",
            "POST",
            "/vectors/upsert",
            "vectors",
            {"values": [1.0], "metadata": {"page": 7, "text": "One two"}},
        ),
        (
            "qdrant",
            "PUT",
            "/collections/books/points?wait=true",
            "points",
            {"vector": [1.0], "payload": {"content": "One two", "metadata": {"page": 7}}},
        ),
        (
            "supabase",
            "POST",
            "/rest/v1/books",
            None,
            {"content": "One two", "metadata": {"page": 7}, "embedding": [1.0]},
        ),
    ],
)
def test_texts_are_cut_embedded_and_kept(
    service: Service, kind: str, method: str, path: str, rows: str | None, row: dict[str, Any]
) -> None:
    service.answers = [(200, {"data": [{"embedding": [1]}, {"embedding": [2]}]}), (200, {})]
    found = items_of(service, kind, KEEP, [TEXT])
    assert found == [
        {"pageContent": "One two", "metadata": {"page": 7}},
        {"pageContent": "three", "metadata": {"page": 7}},
    ]
    embedded, kept = service.calls
    assert embedded.body == {"model": "small", "input": ["One two", "three"]}
    assert (kept.method, kept.path) == (method, path)
    sent = kept.body if rows is None else kept.body[rows]
    assert {name: value for name, value in sent[0].items() if name != "id"} == row
    assert len(sent) == 2


@pytest.mark.parametrize(
    ("kind", "path", "answer"),
    [
        ("pinecone", "/query", {"matches": [{"score": 0.5, "metadata": {"text": "One", "page": 7}}]}),
        (
            "qdrant",
            "/collections/books/points/search",
            {"result": [{"score": 0.5, "payload": {"content": "One", "metadata": {"page": 7}}}]},
        ),
        (
            "supabase",
            "/rest/v1/rpc/match_documents",
            [{"id": 1, "content": "One", "metadata": {"page": 7}, "similarity": 0.5}],
        ),
    ],
)
def test_the_nearest_texts_are_found(service: Service, kind: str, path: str, answer: Any) -> None:
    service.answers = [(200, {"data": [{"embedding": [1]}]}), (200, answer)]
    found = items_of(service, kind, {"operation": "find", "question": "{{ $json.q }}", "top": 3}, [{"q": "one?"}])
    assert found == [{"document": {"pageContent": "One", "metadata": {"page": 7}}, "score": 0.5}]
    assert service.calls[1].path == path
    assert 3 in service.calls[1].body.values()


def test_gemini_is_asked_for_its_own_vectors(service: Service) -> None:
    answer = {"matches": [{"score": 0.5, "metadata": {"text": "One", "page": 7}}]}
    service.answers = [(200, {"embeddings": [{"values": [1]}]}), (200, answer)]
    call = {"operation": "find", "question": "{{ $json.q }}", "top": 3}
    assert len(items_of(service, "pinecone", call, [{"q": "one?"}], maker="gemini")) == 1
    asked, found = service.calls
    assert asked.path == "/v1beta/models/small:batchEmbedContents"
    assert asked.body == {"requests": [{"model": "models/small", "content": {"parts": [{"text": "one?"}]}}]}
    assert found.body["vector"] == [1.0]


@pytest.mark.parametrize("vectors", [None, [], ["x"], [{}], [{"embedding": None}], [{"embedding": ["much"]}]], ids=str)
def test_vectors_that_are_none_fail_the_step_as_the_models_fault(service: Service, vectors: Any) -> None:
    service.answers = [(200, {"data": vectors})]
    with pytest.raises(Transient, match="invalid_answer"):
        items_of(service, "pinecone", KEEP, [{"text": "One", "page": 7}])


def test_every_text_of_an_item_is_kept_where_no_field_is_named(service: Service) -> None:
    service.answers = [(200, {"data": [{"embedding": [1]}] * 3}), (200, {})]
    found = items_of(
        service, "qdrant", {"operation": "add", "texts": "{{ $json }}"}, [{"a": "x", "b": ["y", {"c": "z"}], "d": 1}]
    )
    assert [one["pageContent"] for one in found] == ["x", "y", "z"]


@pytest.mark.django_db
@pytest.mark.parametrize("file", ["data", "*"])
@pytest.mark.parametrize(
    ("name", "data", "texts"),
    [
        ("a.pdf", pdf("One", "Two"), ["One\n\nTwo"]),
        ("a.csv", b"name,age\nAnn,7\nBob,8\n", ["name: Ann\nage: 7", "name: Bob\nage: 8"]),
        ("a.json", b'{"a": "x", "b": ["y"]}', ["x", "y"]),
        ("a.md", "Привет".encode(), ["Привет"]),
    ],
)
def test_the_texts_of_files_are_kept(service: Service, file: str, name: str, data: bytes, texts: list[str]) -> None:
    service.answers = [(200, {"data": [{"embedding": [1]}] * len(texts)}), (200, {})]
    found = items_of(service, "qdrant", {"operation": "add", "file": file}, [stores.carrying(name, data)])
    assert [one["pageContent"] for one in found] == texts


@pytest.mark.django_db
def test_a_file_without_a_text_is_unreadable(service: Service) -> None:
    with pytest.raises(Permanent) as caught:
        items_of(service, "qdrant", {"operation": "add", "file": "data"}, [stores.carrying("a.png", b"\x89PNG")])
    assert caught.value.code == "unreadable"
    assert service.calls == []
