"""A new ticket from the chat: category, words and files, in whatever order they come, become one when they are there.

Files are fetched from Telegram by the outbox, after the update's transaction; the parts of an album, which come as
updates of their own, are waited for.
"""

from __future__ import annotations

from typing import Any, Final

from django.db import transaction
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _

from accounts import clock
from accounts.errors import DomainError
from accounts.languages import language_for
from accounts.models import User
from integrations import outbox
from integrations.telegram import keyboard
from integrations.telegram.keyboard import Button
from integrations.telegram.schemas import Message
from tickets.errors import FileRefused
from tickets.models import TicketCategory, TicketDraft
from tickets.services import creation, reading
from tickets.services.attachments import NewFile
from tickets.telegram import albums, buttons
from tickets.telegram.amendments import key_of
from tickets.telegram.fetching import Fetched, fetch, may_be_fetched, tell_of_missed
from tickets.telegram.saying import tell

OPEN: Final = "telegram.open"
"""`{"draft": id, "key"}`: make the ticket of a draft that has files."""
QUEUE: Final = "notifications"
MOST_FILES: Final = 10
PAGE: Final = 40
"""Categories under one question: Telegram takes at most a hundred buttons, and ten thousand bytes of them."""
FURTHER: Final = "+"
"""What the data of the button for the next page has before the number of categories that were shown."""


def begin(person: User, words: str = "") -> None:
    """`/new`: forget what was begun, and ask for the category, where there is a choice, and for words, unless they
    came with the command."""
    TicketDraft.objects.filter(person=person, complete=False).delete()
    draft = TicketDraft.objects.create(person=person, text=words)
    if _find_category(draft):
        _complete_or_ask(draft)


def choose_category(person: User, word: str) -> str:
    """A category's button, or that for more of them; returns what the press is answered."""
    try:
        number = buttons.number(word.removeprefix(FURTHER))
    except buttons.Unreadable:
        return _("Кнопка устарела")
    if word.startswith(FURTHER):
        _ask_for_category(person, list(reading.open_categories(person)), shown=number)
        return ""
    category = reading.open_categories(person).filter(pk=number).first()
    if category is None:
        return _("Эта категория больше не принимает заявки")
    draft = _open_draft(person)
    draft.category = category
    draft.save(update_fields=["category"])
    _complete_or_ask(draft)
    return category.name


def under_way(person: User) -> bool:
    """Whether the person has begun a ticket that is not complete."""
    return TicketDraft.objects.filter(person=person, complete=False).exists()


def add(person: User, message: Message, *, bot_id: str) -> None:
    """Words or a file for the ticket that is begun, or that begins with them; stickers and the like begin none."""
    if not message.words and message.file is None:
        return
    late = message.media_group_id and _album_under_way(person, message.media_group_id)
    draft = late or _open_draft(person)
    begun = bool(draft.text or draft.files)
    if message.words:
        draft.text = f"{draft.text}\n{message.words}".strip()
    if message.file is not None and may_be_fetched(person, message.file) and _has_room(draft):
        draft.files = [*draft.files, {"id": message.file.file_id, "name": message.file.file_name}]
    draft.album = message.media_group_id or draft.album
    draft.save(update_fields=["text", "files", "album"])
    if late or not (draft.text or draft.files):
        return
    is_first = not message.media_group_id or len(draft.files) == 1
    if _find_category(draft, ask=is_first):
        _complete(draft, f"telegram-draft:{draft.pk}" if begun else key_of(bot_id, message))


def _find_category(draft: TicketDraft, *, ask: bool = True) -> bool:
    """Whether the draft has a category; the only one there is goes without saying, for one of many people are asked."""
    if draft.category is not None:
        return True
    categories = list(reading.open_categories(draft.person))
    if len(categories) == 1:
        draft.category = categories[0]
        draft.save(update_fields=["category"])
    elif ask and categories:
        _ask_for_category(draft.person, categories)
    elif ask:
        tell(draft.person, escape(_("Сейчас нет ни одной категории, которая принимает заявки")))
    return draft.category is not None


def _has_room(draft: TicketDraft) -> bool:
    """Whether one more file can come with the ticket; who sent one too many is told."""
    if len(draft.files) < MOST_FILES:
        return True
    tell(draft.person, escape(_("Не больше %(limit)s файлов за раз") % {"limit": MOST_FILES}))
    return False


def _open_draft(person: User) -> TicketDraft:
    draft, _created = TicketDraft.objects.select_for_update().get_or_create(person=person, complete=False)
    return draft


def _album_under_way(person: User, album: str) -> TicketDraft | None:
    drafts = TicketDraft.objects.select_for_update()
    return drafts.filter(person=person, album=album, complete=True).first()


def _complete_or_ask(draft: TicketDraft) -> None:
    """What follows when the category is known."""
    if draft.text or draft.files:
        _complete(draft, f"telegram-draft:{draft.pk}")
    else:
        _ask_for_words(draft)


def _complete(draft: TicketDraft, key: str) -> None:
    """Make the ticket, by `key`, now or, where files have to be fetched, after this transaction."""
    if not draft.files:
        _create(draft, [], key)
        return
    draft.complete = True
    draft.save(update_fields=["complete"])
    album = albums.draft_key(draft.person, draft.album) if draft.album else ""
    outbox.add(
        topic=OPEN,
        payload={"draft": draft.pk, "key": key},
        dedupe_key=album if album and not outbox.state_of(album) else f"draft:{draft.pk}",
        available_at=clock.read() + albums.WAIT if album else None,
        queue=QUEUE,
    )


def open_ticket(payload: dict[str, Any]) -> None:
    """The outbox's handler of `OPEN`. Raises the client's errors, to be tried again."""
    draft = TicketDraft.objects.filter(pk=payload["draft"]).first()
    fetched = Fetched()
    while draft is not None:  # a repeat finds none: the ticket is there
        fetched = fetched.and_also(fetch(draft.files[fetched.count :]))
        draft = _create_if_whole(draft.pk, fetched, payload["key"])


def _create_if_whole(number: int, fetched: Fetched, key: str) -> TicketDraft | None:
    """The ticket in place of the draft; the draft instead, if further parts of its album came while files were
    fetched."""
    with transaction.atomic():
        drafts = TicketDraft.objects.select_for_update(of=("self",)).select_related("person")
        draft = drafts.filter(pk=number).first()
        if draft is None or len(draft.files) > fetched.count:
            return draft
        with translation.override(language_for(draft.person.language)):
            tell_of_missed(draft.person, fetched)
            _create(draft, fetched.files, key)
        return None


def _create(draft: TicketDraft, files: list[NewFile], key: str) -> None:
    """The ticket in place of the draft; who wrote it gets its card. What the desk refuses is told; where that are the
    files, the words are not lost with them."""
    try:
        creation.create(
            author=draft.person,
            category_id=draft.category_id or 0,
            description=draft.text,
            source="telegram",
            files=files,
            key=key,
        )
    except DomainError as refusal:
        tell(draft.person, escape(str(refusal.message)))
        if isinstance(refusal, FileRefused) and draft.text:
            _create(draft, [], key)
            return
    draft.delete()


def _ask_for_words(draft: TicketDraft) -> None:
    category = draft.category.name if draft.category else ""
    text = _("Категория «%(category)s». Опишите, что нужно сделать: текст, фото или файлы") % {"category": category}
    tell(draft.person, escape(text))


def _ask_for_category(person: User, categories: list[TicketCategory], *, shown: int = 0) -> None:
    """A page of buttons, after the first `shown` of them."""
    end = shown + PAGE
    rows = [
        [Button(category.name[:64], data=f"{buttons.CATEGORY}:{buttons.written(category.pk)}")]
        for category in categories[shown:end]
    ]
    if len(categories) > end:
        rows.append([Button(_("Дальше"), data=f"{buttons.CATEGORY}:{FURTHER}{buttons.written(end)}")])
    tell(person, escape(_("В какую категорию?")), markup=keyboard.buttons(rows))
