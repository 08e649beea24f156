"""The node type `rss-read`, against feeds on loopback."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.scope import CallScope
from tests.fakes.scripted import Service
from tests.nodes.context import faults, run
from workflows.node_type import Done, Permanent, Transient

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Новости</title>
<item><title>Вторая</title><link>/b</link><guid>2</guid><pubDate>Tue, 03 Mar 2026 12:00:00 +0300</pubDate>
<description>&lt;b&gt;Да&lt;/b&gt;&lt;script&gt;alert(1)&lt;/script&gt;</description><category>x</category></item>
<item><title>Первая</title><link>https://example.org/a</link><pubDate>Mon, 02 Mar 2026 12:00:00 GMT</pubDate></item>
<item><title>Без времени</title></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title>
<entry><id>urn:1</id><title>One</title><updated>2026-03-01T00:00:00Z</updated><content type="html">&lt;p&gt;C</content>
</entry></feed>"""


def read(service: Service, text: str, **config: Any) -> list[dict[str, Any]]:
    service.kind, service.answers = "application/xml", [(200, text)]
    outcome = run("rss-read", {"url": service.url("/feed"), **config}, scope=CallScope())
    assert isinstance(outcome, Done)
    return list(outcome.ports["out"])


def test_entries_of_rss_become_items(service: Service) -> None:
    second, first, bare = read(service, RSS)
    assert (second["id"], second["title"], second["link"]) == ("2", "Вторая", service.url("/b"))
    assert (second["published"], second["summary"]) == ("2026-03-03T09:00:00+00:00", "<b>Да</b>")
    assert (second["categories"], second["feed"]) == (["x"], "Новости")
    assert (first["id"], first["published"]) == ("https://example.org/a", "2026-03-02T12:00:00+00:00")
    assert bare["published"] is None


def test_entries_of_atom_become_the_same(service: Service) -> None:
    (entry,) = read(service, ATOM)
    assert (entry["id"], entry["updated"], entry["feed"]) == ("urn:1", "2026-03-01T00:00:00+00:00", "A")
    assert entry["content"].startswith("<p>C")


def test_entries_can_have_the_names_of_feeds_without_what_they_do_not_say(service: Service) -> None:
    second, _first, bare = read(service, RSS, names="feed")
    assert {name: second[name] for name in ("guid", "title", "contentSnippet", "isoDate", "categories")} == {
        "guid": "2",
        "title": "Вторая",
        "contentSnippet": "Да",
        "isoDate": "2026-03-03T09:00:00+00:00",
        "categories": ["x"],
    }
    assert "isoDate" not in bare


def test_old_entries_and_too_many_are_left_out(service: Service) -> None:
    assert [entry["title"] for entry in read(service, RSS, since="2026-03-03T00:00:00Z")] == ["Вторая", "Без времени"]
    assert len(read(service, RSS, limit=1)) == 1


def test_characters_that_are_none_spoil_no_entry_that_could_be_kept(service: Service) -> None:
    assert read(service, RSS.replace("Первая", "a&#0;b"))[1]["title"] == "a\ufffdb"
    service.answers = [(200, RSS.replace("Первая", "&#xD800;"))]
    with pytest.raises(Transient) as caught:
        run("rss-read", {"url": service.url("/feed")}, scope=CallScope())
    assert caught.value.code == "invalid_answer"


def test_an_entity_bomb_and_a_file_are_not_unfolded(service: Service) -> None:
    bomb = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    text = RSS.replace("<rss", bomb + "<rss", 1).replace("Первая", "&f;&b;")
    titles = " ".join(entry["title"] for entry in read(service, text))
    assert "root:" not in titles
    assert "aaaaaaaaaa" * 4 not in titles


@pytest.mark.parametrize(
    ("status", "text", "kind"),
    [(200, "<html><body>no</body></html>", Transient), (404, "", Permanent), (503, "", Transient)],
)
def test_what_is_no_feed_is_a_failure(service: Service, status: int, text: str, kind: type[Exception]) -> None:
    service.kind, service.answers = "text/html", [(status, text)]
    with pytest.raises(kind):
        run("rss-read", {"url": service.url()}, scope=CallScope())


def test_faults_are_named() -> None:
    assert set(faults("rss-read", {"url": "", "limit": 0, "since": "yesterday"})) == {"url", "limit", "since"}
