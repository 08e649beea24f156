"""The one door to the outside: every HTTP request of the product goes through `Door.request`.

It checks the target and pins the address (`targets`, `pinning`), asks the circuit breaker, adds the headers of the
step and the credential, follows redirects only when told and checks each hop, and limits the answer in size (decoded)
and the whole exchange in time by our own clock. Environment proxies and `.netrc` are ignored; no cookie is kept.
"""

from __future__ import annotations

import time
from codecs import BOM_UTF8
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final, Self
from urllib.parse import urlencode, urljoin, urlsplit
from uuid import UUID

import requests
import urllib3
from django.utils.translation import gettext_lazy as _
from requests.structures import CaseInsensitiveDict
from requests_hardened import Config, HTTPSession

from integrations import circuits, ledger, limiter, minting, safe_json
from integrations.decoding import read_body
from integrations.errors import (
    ForbiddenTarget,
    InvalidAnswer,
    OutboundError,
    RateLimited,
    Refused,
    ServerFault,
    TimedOut,
    Unreachable,
    UnsafeAnswer,
)
from integrations.held_lines import CONNECT_SECONDS
from integrations.pinning import adapter, current_call
from integrations.safe_json import UnsafeJSON
from integrations.scope import CallScope, CancelHandle, RunningCall
from integrations.secret import Secret
from integrations.targets import TargetRules, forbidden, rules

__all__ = ["Answer", "CallScope", "CancelHandle", "Door", "retry_after"]

MAX_BYTES: Final = 10_000_000
TIMEOUT_SECONDS: Final = 30.0
MAX_REDIRECTS: Final = 3
DEFAULT_REST: Final = 5.0
"""How long a bucket rests after a 429 that does not say."""
USER_AGENT: Final = "Naryad/1.0"
REDIRECTS: Final = (301, 302, 303, 307, 308)
KEPT_ACROSS_ORIGINS: Final = frozenset({"accept", "accept-language", "content-type", "user-agent"})
"""The only headers of the caller that a redirect to another origin takes along: any other may be a secret."""


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status. `elapsed` is in seconds, `url` the last one after redirects."""

    status: int
    headers: CaseInsensitiveDict[str]
    body: bytes
    elapsed: float
    url: str

    def json(self) -> Any:
        """The body as JSON, numbers as Decimal; None when it is empty. Raises `InvalidAnswer`, `UnsafeAnswer`."""
        if not self.body.strip():
            return None
        try:
            return safe_json.loads(self.body.removeprefix(BOM_UTF8))  # some servers write it, and it says nothing
        except UnsafeJSON as error:
            kind = InvalidAnswer if error.reason in ("not_json", "not_utf8") else UnsafeAnswer
            raise kind(host=self.host, status=self.status, reason=error.reason) from None

    def text(self) -> str:
        """The body as text in the charset that the answer names, else UTF-8; what does not fit is replaced."""
        charset = requests.utils.get_encoding_from_headers({"content-type": self.headers.get("content-type", "")})
        declared = "charset" in self.headers.get("content-type", "").lower()
        try:
            return self.body.decode(charset if declared and charset else "utf-8", errors="replace")
        except LookupError:
            return self.body.decode("utf-8", errors="replace")

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    def raise_for_status(self) -> None:
        """Raises `RateLimited` for 429, `Refused` for other 3xx and 4xx, `ServerFault` for 5xx."""
        if self.status < 300 or self.status == 304:
            return
        rest = retry_after(self.headers)
        if self.status == 429:
            raise RateLimited(retry_after=rest, status=self.status, host=self.host)
        if self.status >= 500:
            raise ServerFault(retry_after=rest, status=self.status, host=self.host)
        if self.status < 400:
            text = _("Сервер отвечает перенаправлением: укажите в адресе его новое место")
            raise Refused(text, code="redirected", status=self.status, host=self.host)
        raise Refused(status=self.status, host=self.host)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that `Retry-After` asks for, given as a number or as a date; None when it says nothing usable.

    A day at most, as `limiter.freeze`: nobody means the year 9999.
    """
    text = (headers.get("Retry-After") or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), limiter.LONGEST_REST) if len(text) < 9 else None
    try:
        return min(max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0), limiter.LONGEST_REST)
    except (ValueError, TypeError, OverflowError):
        return None


@dataclass(frozen=True)
class _Hop:
    """One request of a chain of redirects. `own` are the headers of the caller, `added` the door's."""

    method: str
    url: str
    own: Mapping[str, str]
    added: Mapping[str, str]
    params: Any = None
    json: Any = None
    data: Any = None
    secret: Secret | None = None

    @property
    def has_body(self) -> bool:
        return self.json is not None or self.data is not None


class Door:
    """Makes the requests of one step, or of one other piece of work, within its scope."""

    def __init__(self, scope: CallScope, targets: TargetRules | None = None) -> None:
        self._scope = scope
        self._rules = targets or rules()
        self._session = HTTPSession(
            Config(
                ip_filter_enable=False,  # our adapter checks and pins by stricter rules, and asks the library's too
                ip_filter_allow_loopback_ips=False,
                never_redirect=True,
                default_timeout=(CONNECT_SECONDS, TIMEOUT_SECONDS),
            )
        )
        self._session.trust_env = False
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.mount("http://", adapter())
        self._session.mount("https://", adapter())
        self._session.headers = CaseInsensitiveDict({"User-Agent": USER_AGENT, "Accept": "*/*"})

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        """What `context.connect(Door)` calls."""
        return cls(scope)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: Any = None,
        timeout: float = TIMEOUT_SECONDS,
        max_bytes: int = MAX_BYTES,
        credential: Secret | UUID | str | None = None,
        bucket: str | None = None,
        follow_redirects: bool = False,
    ) -> Answer:
        """Call `url` and read the whole answer; any status is an answer.

        `timeout` is the total time in seconds, redirects and body included; the scope's deadline may be earlier.
        `json` is written with all digits of a Decimal. Headers of the caller win over those of the scope. `credential`
        is what the step's config names, or a secret in clear; it goes to its own hosts only, and to no other origin
        that a redirect leads to. With
        `bucket`, a 429 freezes the shared bucket of that name and this host (`limiter`) for as long as the answer
        says, and a frozen bucket raises `RateLimited` before anything is sent.
        Raises the other kinds of `OutboundError`: `ForbiddenTarget`, `ServerCrowded`, `CircuitOpen`, `Unreachable`,
        `TimedOut`, `TooLarge`, `InvalidAnswer`, `Cancelled`; and `CredentialError`.
        """
        host, port = self._rules.check_url(url)
        shared = f"{bucket}@{host}:{port}" if bucket is not None else None
        rest = limiter.frozen(shared) if shared is not None else 0.0
        if rest > 0:
            raise RateLimited(retry_after=rest, host=host)
        added = {"Accept-Encoding": "gzip", **self._scope.headers}
        secret = None if credential is None else self._opened(credential, host, port)
        hop = _Hop(method.upper(), url, dict(headers or {}), added, params, json, data, secret)
        with RunningCall(self._scope, timeout) as call:
            answer = self._exchange(call, hop, max_bytes)
            for _number in range(MAX_REDIRECTS if follow_redirects else 0):
                following = _next_hop(hop, answer)
                if following is None:
                    break
                hop = following
                self._rules.check_url(hop.url)
                answer = self._exchange(call, hop, max_bytes)
        if shared is not None and answer.status == 429:
            limiter.freeze(shared, retry_after(answer.headers) or DEFAULT_REST)
        if answer.status == 401 and credential is not None:
            minting.forget(self._scope.secret(credential))
        return answer

    def _opened(self, credential: Secret | UUID | str, host: str, port: int) -> Secret:
        """The secret that travels, once it is known that it may go to `host`; nothing is asked for a foreign one."""
        secret = self._scope.secret(credential)
        if not secret.may_go_to(host):
            raise forbidden("host", host=host, port=port)
        carried = self.token_for(secret)
        if self._scope.secrets is not None:
            self._scope.secrets.learn(carried.value)
        return carried

    def token_for(self, secret: Secret) -> Secret:
        """What travels in a request: the secret, or the token that it is changed into. Raises `OutboundError`."""
        return minting.as_bearer(secret, self._exchange_for_token)

    def _exchange_for_token(self, url: str, form: Mapping[str, str], client: Secret | None) -> Any:
        answer = self.request(
            "POST",
            url,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            data=urlencode(form),
            credential=client,
        )
        answer.raise_for_status()
        return answer.json()

    def _exchange(self, call: RunningCall, hop: _Hop, max_bytes: int) -> Answer:
        """One request and its answer, with the breaker told how it went."""
        prepared = self._prepare(hop)
        url = prepared.url or ""
        host, port = self._rules.check_url(url)
        if hop.secret is not None and not hop.secret.may_go_to(host):
            raise forbidden("host", host=host, port=port)
        credential = hop.secret.id if hop.secret else None
        with circuits.calling(self._scope, host, port, credential=credential) as calling:
            answer = self._send_on_record(call, hop, prepared, max_bytes)
            calling.at_fault = answer.status >= 500
        return answer

    def _prepare(self, hop: _Hop) -> requests.PreparedRequest:
        """Raises `ForbiddenTarget` for a URL or header that cannot be sent."""
        headers = CaseInsensitiveDict(hop.added)
        headers.update(hop.own)
        params = hop.params
        if hop.secret is not None:
            headers.update(hop.secret.headers())
            params = {**(params or {}), **hop.secret.parameters()}
        data = hop.data
        if hop.json is not None:
            headers.setdefault("Content-Type", "application/json")
            data = safe_json.dumps(hop.json).encode()
        try:
            return self._session.prepare_request(
                requests.Request(hop.method, hop.url, headers=headers, params=params, data=data)
            )
        except (requests.RequestException, UnicodeError, ValueError):
            raise forbidden("malformed", host=urlsplit(hop.url).hostname or "") from None

    def _send_on_record(
        self, call: RunningCall, hop: _Hop, prepared: requests.PreparedRequest, max_bytes: int
    ) -> Answer:
        """Send, and tell the scope's recorder what went out and what came of it."""
        begun = time.monotonic()
        outcome = "unknown"
        try:
            answer = self._send(call, prepared, max_bytes)
            outcome = str(answer.status)
        except OutboundError as error:
            outcome = error.code
            raise
        finally:
            # Only a target that was refused when the connection opened has surely seen nothing.
            if self._scope.record is not None and outcome != ForbiddenTarget.code:
                self._scope.record(ledger.describe(prepared, secret=hop.secret, outcome=outcome, at=begun))
        return answer

    def _send(self, call: RunningCall, prepared: requests.PreparedRequest, max_bytes: int) -> Answer:
        begun = time.monotonic()
        host = urlsplit(prepared.url or "").hostname or ""
        token = current_call.set((call, self._rules))
        try:
            timeout = (CONNECT_SECONDS, call.remaining())
            response = self._session.send(prepared, stream=True, timeout=timeout, allow_redirects=False)
            try:
                body = read_body(call, response.raw, max_bytes)
            except BaseException:
                response.raw.close()
                raise
            response.raw.release_conn()
            call.check()  # a connection that was cut looks like the end of a body without length
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            call.check()
            if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
                raise TimedOut(host=host) from None
            raise Unreachable(host=host) from None
        finally:
            current_call.reset(token)
        return Answer(
            status=response.status_code,
            headers=response.headers,
            body=body,
            elapsed=time.monotonic() - begun,
            url=prepared.url or "",
        )


def _next_hop(hop: _Hop, answer: Answer) -> _Hop | None:
    """The request that a redirect asks for; None when the answer is none. Raises `ForbiddenTarget`."""
    location = answer.headers.get("Location")
    if answer.status not in REDIRECTS or not location:
        return None
    url = urljoin(answer.url, _as_written(location))
    # 303 turns everything into GET, 301 and 302 turn POST into it: what browsers do and servers expect.
    becomes_get = answer.status == 303 or (answer.status in (301, 302) and hop.method == "POST")
    keeps_body = hop.has_body and not becomes_get
    own, secret = hop.own, hop.secret
    if _origin(url) != _origin(answer.url):
        if keeps_body:
            raise forbidden("redirect", host=urlsplit(url).hostname or "")
        own = {name: value for name, value in own.items() if name.lower() in KEPT_ACROSS_ORIGINS}
        secret = None
    return _Hop(
        method="GET" if becomes_get and hop.method != "HEAD" else hop.method,
        url=url,
        own=own,
        added=hop.added,
        json=hop.json if keeps_body else None,
        data=hop.data if keeps_body else None,
        secret=secret,
    )


def _as_written(location: str) -> str:
    """An address whose bytes, which headers give one by one, are letters of UTF-8."""
    try:
        return location.encode("latin-1").decode()
    except UnicodeError:
        return location


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
