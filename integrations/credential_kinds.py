"""PURE: the kinds of credentials: what each consists of, and where it may be sent when nobody says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

BASIC: Final = "basic"
BEARER: Final = "bearer"
HEADER: Final = "header"
QUERY: Final = "query"
OAUTH2: Final = "oauth2-client-credentials"
OAUTH2_REFRESH: Final = "oauth2-refresh-token"
GOOGLE: Final = "google-service-account"
SMTP: Final = "smtp"
IMAP: Final = "imap"
POSTGRES: Final = "postgres"
REDIS: Final = "redis"
TELEGRAM: Final = "telegram"
OPENAI: Final = "openai"
WEBHOOK: Final = "webhook"
WILDBERRIES: Final = "wildberries"

HTTP_KINDS: Final = (BASIC, BEARER, HEADER, QUERY, OAUTH2, OAUTH2_REFRESH, GOOGLE)
"""What any HTTP request can carry."""

ANYWHERE: Final = "*"


@dataclass(frozen=True)
class Kind:
    """What belongs to a credential beside its secret `value`.

    `login`: whether it has a login (of a header or a parameter: its name). `settings` are the names of what is no
    secret, `required` those of them that must be there. `lines`: whether the secret may have several. `hosts` are
    where it may go when nothing is said; without them somebody has to say it, if `bound`.
    """

    login: bool = False
    settings: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    lines: bool = False
    hosts: tuple[str, ...] = ()
    bound: bool = False


_MAIL: Final = ("host", "port", "security", "sender")
_SERVICE: Final = ("baseUrl",)
"""Where the service is, for nodes that cannot know it: a site of one's own, a proxy."""

KINDS: Final[Mapping[str, Kind]] = {
    BASIC: Kind(login=True, settings=_SERVICE, bound=True),
    BEARER: Kind(settings=_SERVICE, bound=True),
    HEADER: Kind(login=True, settings=_SERVICE, bound=True),
    QUERY: Kind(login=True, bound=True),
    OAUTH2: Kind(login=True, settings=("tokenUrl", "scope", "audience", *_SERVICE), required=("tokenUrl",), bound=True),
    OAUTH2_REFRESH: Kind(settings=("tokenUrl", *_SERVICE), required=("tokenUrl",), lines=True, bound=True),
    GOOGLE: Kind(settings=("scope", *_SERVICE), lines=True, hosts=("*.googleapis.com",), bound=True),
    SMTP: Kind(login=True, settings=_MAIL, required=("host",)),
    IMAP: Kind(login=True, settings=_MAIL, required=("host",)),
    POSTGRES: Kind(),
    REDIS: Kind(),
    TELEGRAM: Kind(hosts=("api.telegram.org",), bound=True),
    OPENAI: Kind(settings=("baseUrl",), required=("baseUrl",), bound=True),
    WEBHOOK: Kind(),
    WILDBERRIES: Kind(hosts=("*.wildberries.ru",), bound=True),
}
