"""Answers to questions that steps of workflows have asked: by a button, or in one's own words."""

from __future__ import annotations

from typing import Any

from django.utils.html import escape
from django.utils.translation import gettext as _

from accounts.models import Project
from integrations import events
from integrations.telegram import questions
from integrations.telegram.keyboard import Button, buttons
from integrations.telegram.questions import OWN_WORDS, WITH_REASON, Chosen
from integrations.telegram.schemas import CallbackQuery, Message, Sender
from tickets.telegram.saying import say

SOURCE = "telegram"
LONGEST = 4000
"""Characters of an answer in one's own words."""


def press(query: CallbackQuery, chosen: Chosen) -> str:
    """Tell the step that has asked; the first answer counts. Returns what the press is answered."""
    if query.message is None or not questions.was_asked(chosen, chat=query.message.chat.id):
        return _("Кнопка устарела")
    if chosen.choice == OWN_WORDS:
        return _("Ответьте на это сообщение: ваши слова и будут ответом")
    words = questions.words_of(query.message.markup, query.data)
    if chosen.needs_reason:
        _ask_why(query, query.message.chat.id, words)
        return _("Напишите причину")
    return _tell(chosen, {"choice": chosen.choice, "answer": words}, chat=query.message.chat.id, sender=query.sender)


def hear(message: Message, sender: Sender) -> bool:
    """Whether the message is a reply to such a question; its words are then the answer."""
    question = message.reply_to_message
    chosen = questions.open_question(question.markup) if question is not None else None
    if chosen is None or not message.words.strip() or not questions.was_asked(chosen, chat=message.chat.id):
        return False
    said = message.words.strip()[:LONGEST]
    answer: dict[str, Any] = {"choice": None, "answer": said}
    if chosen.needs_reason and question is not None:
        words = next(iter(questions.labels(question.markup)), "")
        answer = {"choice": chosen.choice - WITH_REASON, "answer": words, "reason": said}
    say(sender.id, _tell(chosen, answer, chat=message.chat.id, sender=sender))
    return True


def _ask_why(query: CallbackQuery, chat: int, words: str) -> None:
    """A message of its own with the one button that the reason is for; a reply to it answers the question."""
    text = _("Почему «%(answer)s»? Ответьте на это сообщение: без причины ответ не засчитывается") % {"answer": words}
    say(chat, escape(text), markup=buttons([[Button(words, data=query.data)]]), key=f"why:{query.id}")


def _tell(chosen: Chosen, answer: dict[str, Any], *, chat: int, sender: Sender) -> str:
    if not Project.objects.filter(pk=chosen.project_id).exists():
        return _("Кнопка устарела")
    _event, fresh = events.emit(
        project_id=chosen.project_id,
        name=questions.EVENT,
        subject=chosen.question,
        payload={
            **answer,
            "chatId": chat,
            "personId": sender.id,
            "name": sender.first_name,
        },
        dedupe_key=chosen.question,
        source=SOURCE,
    )
    return _("Ответ принят") if fresh else _("Ответ уже есть")
