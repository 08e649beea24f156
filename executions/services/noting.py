"""Writing down what a step has noted beside its items. All in the transaction that records the step."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final

import structlog
from django.conf import settings
from uuid_utils.compat import uuid7

from executions.books import Notice as NoticeRow
from executions.books import RunAnswer, SavedError
from executions.claims import Claimed
from executions.models import Execution
from integrations import error_lists, event_types, events, outbox
from integrations.mail import delivery as mail
from integrations.mail.letters import MAX_SUBJECT, Letter
from workflows import services as workflows
from workflows.graph.topology import CompiledNode
from workflows.notes import Answer, Happening, Keeping, Note, Notice, Trouble

log = structlog.get_logger(__name__)

TELEGRAM: Final = "telegram.send"  # of `integrations.telegram.delivery`, which loads the client
TELEGRAM_LENGTH: Final = 3500
"""Characters of a notice in Telegram, which takes 4096 with its title."""


def write(claimed: Claimed, node: CompiledNode, notes: Sequence[Note]) -> None:
    """Put each note into its book. Needs the transaction that records the step, with the run's lock."""
    if not notes:
        return
    run = Execution.objects.only("id", "project_id", "workflow_id", "depth").get(id=claimed.execution_id)
    _answer(claimed, [note for note in notes if isinstance(note, Answer)])
    _save(run, claimed, node, [note for note in notes if isinstance(note, Trouble)])
    for number, note in enumerate(note for note in notes if isinstance(note, Notice)):
        _notify(run, claimed, note, number)
    for number, happening in enumerate(note for note in notes if isinstance(note, Happening)):
        _tell(run, claimed, happening, number)
    for keeping in (note for note in notes if isinstance(note, Keeping)):
        workflows.keep_data(workflow_id=run.workflow_id, node_id=node.id, kept=keeping.kept)


def save_failure(run: Execution) -> None:
    """Put the error by which a run has ended on the list. Needs the transaction that looks after its end."""
    error = run.error or {}
    details = error.get("details") or {}
    node_id = str(details.get("nodeId") or "")
    SavedError.objects.create(
        project_id=run.project_id,
        workflow_id=run.workflow_id,
        execution_id=run.pk,
        step_id=details.get("stepId"),
        node_id=node_id,
        label=_label_of(run, details.get("stepId")) or node_id,
        source=SavedError.Source.RUN,
        code=str(error.get("code") or "unknown")[:100],
        message=str(error.get("message") or ""),
        details=details,
        input=run.input_data,
    )


def _label_of(run: Execution, step_id: str | None) -> str:
    return run.steps.filter(id=step_id).values_list("label", flat=True).first() or "" if step_id else ""


def _answer(claimed: Claimed, answers: Sequence[Answer]) -> None:
    rows = [
        RunAnswer(
            execution_id=claimed.execution_id,
            step_id=claimed.step_id,
            status=answer.status,
            headers=dict(answer.headers),
            body=answer.body,
        )
        for answer in answers[:1]
    ]
    RunAnswer.objects.bulk_create(rows, ignore_conflicts=True)


def _save(run: Execution, claimed: Claimed, node: CompiledNode, troubles: Sequence[Trouble]) -> None:
    rows = [
        SavedError(
            id=uuid7(),
            project_id=run.project_id,
            workflow_id=run.workflow_id,
            execution_id=run.pk,
            step_id=claimed.step_id,
            node_id=trouble.node_id or node.id,
            label=node.label if not trouble.node_id else trouble.node_id,
            source=SavedError.Source.NODE,
            code=trouble.code,
            message=trouble.message,
            details=trouble.details,
            input=trouble.item,
        )
        for trouble in troubles
    ]
    SavedError.objects.bulk_create(rows)
    for row, trouble in zip(rows, troubles, strict=True):
        if trouble.list_key:
            error_lists.hand_over(
                key=trouble.list_key,
                entry={
                    "id": str(row.pk),
                    "workflowId": str(run.workflow_id),
                    "executionId": str(run.pk),
                    "nodeId": row.node_id,
                    "error": {"code": row.code, "message": row.message, "details": row.details},
                    "item": row.input,
                },
            )


def _notify(run: Execution, claimed: Claimed, notice: Notice, number: int) -> None:
    row = NoticeRow.objects.create(
        project_id=run.project_id,
        workflow_id=run.workflow_id,
        execution_id=run.pk,
        node_id=claimed.node_id,
        severity=notice.severity,
        title=notice.title,
        text=notice.text,
    )
    once = f"{claimed.step_id}:{claimed.epoch}:{number}"
    for address in notice.email:
        letter = Letter(to=[address], subject=_subject(notice), text=notice.text or notice.title)
        mail.post(letter, mail.Stamp(key=f"notice:{once}:{address}", project_id=run.project_id))
    if notice.telegram and not settings.TELEGRAM_BOT_TOKEN:
        log.warning("notice has no way to telegram: there is no bot", notice_id=str(row.pk))
    elif notice.telegram:
        for chat in notice.telegram:
            outbox.add(
                topic=TELEGRAM,
                payload={"chatId": chat, "text": _for_telegram(notice)},
                dedupe_key=f"notice:{once}:{chat}",
                ordering_key=str(chat),
                queue="notifications",
            )


def _tell(run: Execution, claimed: Claimed, happening: Happening, number: int) -> None:
    """The depth of the run goes with it, so that a chain of events comes to an end."""
    events.emit(
        project_id=run.project_id,
        name=happening.event,
        subject=happening.subject or event_types.subject_of(happening.event, happening.payload),
        payload=dict(happening.payload),
        dedupe_key=happening.dedupe_key or f"{claimed.step_id}:{claimed.epoch}:{number}",
        source="workflow",
        depth=run.depth,
    )


def _subject(notice: Notice) -> str:
    """One line, however many the title has."""
    return " ".join(notice.title.split())[:MAX_SUBJECT]


def _for_telegram(notice: Notice) -> str:
    title, text = html.escape(notice.title, quote=False), html.escape(notice.text[:TELEGRAM_LENGTH], quote=False)
    return f"<b>{title}</b>\n{text}".rstrip()
