"""Posts on LinkedIn."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.credential_kinds import BEARER, OAUTH2_REFRESH
from integrations.linkedin import LinkedInClient, Picture, Post
from workflows import node_type, stored_files
from workflows.credential_field import CredentialField, CredentialRef
from workflows.node_type import Done, Item, Later, NodeContext, NodeType, Outcome, Port
from workflows.one_by_one import for_each_item

SECONDS = 60.0


class LinkedinPost(NodeType):
    """A second try would make a second post, so none is made; what has gone out is written down item by item."""

    type = "linkedin-post"
    title = _("Запись в LinkedIn")
    description = _(
        "Публикует запись в LinkedIn от имени человека или организации: текст, картинку из элемента или ссылку. "
        "Учётным данным разрешают узлы api.linkedin.com и www.linkedin.com."
    )
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)
    weight = "io"
    repeatable = False
    timeout_seconds = 300.0

    class Config(node_type.Config):
        credential: CredentialRef = CredentialField(BEARER, OAUTH2_REFRESH, required=True)
        as_: Literal["person", "organization"] = Field(
            default="person",
            alias="as",
            title=gettext_noop("От чьего имени"),
            description=gettext_noop("person — человек, organization — организация"),
        )
        author: str = Field(
            min_length=1,
            max_length=200,
            title=gettext_noop("Автор"),
            description=gettext_noop("id человека или организации в LinkedIn"),
        )
        text: str = Field(
            default="", max_length=3000, title=gettext_noop("Текст"), description=gettext_noop("Текст записи")
        )
        picture: str = Field(
            default="",
            max_length=200,
            title=gettext_noop("Картинка"),
            description=gettext_noop("Имя файла в элементе; пусто — без картинки"),
        )
        link: str = Field(
            default="",
            max_length=2000,
            title=gettext_noop("Ссылка"),
            description=gettext_noop("Адрес статьи; пусто — без ссылки, с картинкой не бывает"),
        )
        heading: str = Field(
            default="",
            max_length=400,
            title=gettext_noop("Заголовок"),
            description=gettext_noop("Подпись картинки или название статьи"),
        )
        summary: str = Field(
            default="", max_length=4000, title=gettext_noop("О статье"), description=gettext_noop("Описание статьи")
        )
        visibility: Literal["PUBLIC", "CONNECTIONS"] = Field(
            default="PUBLIC",
            title=gettext_noop("Кому видно"),
            description=gettext_noop("PUBLIC — всем, CONNECTIONS — контактам"),
        )
        version: str = Field(
            default="202606",
            pattern=r"^\d{6}$",
            title=gettext_noop("Версия API"),
            description=gettext_noop("Год и месяц, например 202606; LinkedIn держит версию около года"),
        )

    def run(self, context: NodeContext) -> Outcome:
        """Gives `{urn}` for each item. Raises `Permanent`: "no_file", "file_gone", and what LinkedIn says."""
        client = context.connect(LinkedInClient)

        def publish(index: int) -> list[Item]:
            config = context.config_for(index)
            post = _post(context, config, index)
            urn = client.publish(post, version=config.version, credential=config.credential, timeout=SECONDS)
            return [{"urn": urn}]

        found = for_each_item(context, publish, seconds=lambda _index: 3 * SECONDS, keep_each=True)
        if isinstance(found, Later):
            return found
        return Done({"out": [item for items in found for item in items]})


def _post(context: NodeContext, config: Any, index: int) -> Post:
    picture, article = None, None
    if config.picture:
        file = stored_files.read(context, context.items[index], config.picture, index=index)
        picture = Picture(file.data, file.mime, config.heading)
    elif config.link:
        article = {"source": config.link, "title": config.heading or config.link, "description": config.summary}
    return Post(f"urn:li:{config.as_}:{config.author}", config.text, config.visibility, picture, article)
