"""A secret in clear, for the time of a call."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from integrations.credential_kinds import ANYWHERE, BASIC, BEARER, HEADER, OPENAI, QUERY, WILDBERRIES

MASK: Final = "••••••••"


@dataclass(frozen=True)
class Secret:
    """A secret in clear, for the time of a call. Its representation shows nothing.

    `value` is the token, password, key or DSN; `login` the user name (basic, mail), the client's id (OAuth2), or the
    name of the header or parameter; `settings` what is no secret: addresses, scopes. Without `hosts` it may go
    anywhere; with them only there (`*.example.org` covers subdomains, `*` everything).
    """

    id: str
    kind: str
    value: str
    login: str = ""
    hosts: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Secret(id={self.id!r}, kind={self.kind!r}, value={MASK!r})"

    def headers(self) -> dict[str, str]:
        """The request headers that carry it."""
        if self.kind == BASIC:
            pair = base64.b64encode(f"{self.login}:{self.value}".encode()).decode()
            return {"Authorization": f"Basic {pair}"}
        if self.kind == HEADER:
            return {self.login: self.value}
        if self.kind in (BEARER, OPENAI, WILDBERRIES):
            token = self.value.removeprefix("Bearer ").strip()
            return {"Authorization": f"Bearer {token}"}
        return {}

    def parameters(self) -> dict[str, str]:
        """The parameters of the address that carry it."""
        return {self.login: self.value} if self.kind == QUERY else {}

    def may_go_to(self, host: str) -> bool:
        """Whether the secret may be sent to `host` (a name in lower case, without port)."""
        return not self.hosts or any(_covers(_spelled(pattern.lower()), _spelled(host)) for pattern in self.hosts)


def _spelled(name: str) -> str:
    """The name as it is resolved, whatever letters it is written in: a call goes to `xn--…` in the end."""
    wild, bare = ("*.", name[2:]) if name.startswith("*.") else ("", name)
    try:
        return wild + bare.encode("idna").decode()
    except UnicodeError:
        return name


def _covers(pattern: str, host: str) -> bool:
    if pattern == ANYWHERE:
        return True
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
