"""The node type `linkedin-post`, against a service on loopback that answers as LinkedIn does."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from integrations import safe_json
from integrations.secret import Secret
from integrations.vault import Vault
from tests.nodes.context import StandaloneContext
from tests.nodes.stores import carrying, scope
from workflows import catalogue
from workflows.node_type import Done, Item, Later, NodeError, Permanent

pytestmark = pytest.mark.django_db

ID = "0199f7a0-0000-7000-8000-0000000000dd"


class LinkedIn:
    """`told` is what it says to who wants to bring a picture; `calls` are method, path, type and body."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, str, Any]] = []
        linkedin = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                kind = self.headers.get("Content-Type", "")
                linkedin.calls.append((self.command, self.path, kind, body))
                answer = safe_json.dumps(linkedin.told if "/images" in self.path else {}).encode()
                self.send_response(201)
                self.send_header("x-restli-id", f"urn:li:share:{len(linkedin.calls)}")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_PUT = do_POST  # noqa: N815

            def log_message(self, *args: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"127.0.0.1:{self.server.server_port}"
        upload = {"uploadUrl": f"http://{self.endpoint}/bring", "image": "urn:li:image:1"}
        self.told: dict[str, Any] = {"value": upload}
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def linkedin(settings: Any) -> Iterator[LinkedIn]:
    served = LinkedIn()
    settings.OUTBOUND_ALLOW = [served.endpoint]
    yield served
    served.server.shutdown()
    served.server.server_close()


def items_of(linkedin: LinkedIn, config: dict[str, Any], items: Any = ({},)) -> list[Item]:
    at = {"baseUrl": f"http://{linkedin.endpoint}"}
    secret = Secret(id=ID, kind="bearer", value="token-of-the-test", hosts=("127.0.0.1",), settings=at)
    node_type, progress = catalogue.get("linkedin-post"), None
    while True:
        held = scope(secrets=Vault([secret]))
        whole = {"credential": ID, "author": "123", **config}
        outcome = node_type.run(StandaloneContext(node_type, whole, items, scope=held, progress=progress, seconds=600))
        if not isinstance(outcome, Later):
            assert isinstance(outcome, Done)
            return list(outcome.ports["out"])
        progress = outcome.progress


def test_each_item_is_a_post_whose_text_means_itself(linkedin: LinkedIn) -> None:
    found = items_of(linkedin, {"text": "{{ $json.text }}", "link": "https://example.org"}, [{"text": "A (b) #c"}])
    assert found == [{"urn": "urn:li:share:1"}]
    [(method, path, _kind, body)] = linkedin.calls
    sent = safe_json.loads(body)
    assert (method, path, sent["author"]) == ("POST", "/rest/posts", "urn:li:person:123")
    assert (sent["commentary"], sent["visibility"]) == ("A \\(b\\) #c", "PUBLIC")
    assert sent["content"]["article"]["source"] == "https://example.org"


def test_a_picture_is_brought_first(linkedin: LinkedIn) -> None:
    item = carrying("a.png", b"Picture", mime="image/png")
    items_of(linkedin, {"as": "organization", "picture": "data", "heading": "Goods"}, [item])
    asked, brought, posted = linkedin.calls
    assert safe_json.loads(asked[3]) == {"initializeUploadRequest": {"owner": "urn:li:organization:123"}}
    assert brought == ("PUT", "/bring", "image/png", b"Picture")
    assert safe_json.loads(posted[3])["content"] == {"media": {"id": "urn:li:image:1", "title": "Goods"}}


def test_without_the_file_or_a_place_for_it_nothing_is_posted(linkedin: LinkedIn) -> None:
    with pytest.raises(Permanent) as caught:
        items_of(linkedin, {"picture": "data"})
    assert (caught.value.code, linkedin.calls) == ("no_file", [])
    linkedin.told = {}
    with pytest.raises(NodeError) as refused:
        items_of(linkedin, {"picture": "data"}, [carrying("a.png", b"Picture", mime="image/png")])
    assert refused.value.details["reason"] == "no_upload_address"
    assert [call[1] for call in linkedin.calls] == ["/rest/images?action=initializeUpload"]
