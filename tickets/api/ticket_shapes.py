"""The JSON of tickets: what is read, and what comes with each verb."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.strict import StrictSerializer
from tickets.lifecycle import Status, Verb
from tickets.models import Ticket
from tickets.services.creation import DESCRIPTION_LENGTH, TITLE_LENGTH
from tickets.services.reading import verbs_for
from tickets.services.talk import TEXT_LENGTH
from tickets.terms import Term

CODES = [status.name.lower() for status in Status]


class PartyShape(serializers.Serializer):
    """A person as others on the ticket see them."""

    id = serializers.IntegerField()
    name = serializers.CharField(source="get_full_name")


class TicketShape(serializers.Serializer):
    """A ticket. `status` is the code of `statusId`; times spent are in seconds of working time."""

    id = serializers.IntegerField()
    number = serializers.IntegerField()
    statusId = serializers.IntegerField(source="status_id", help_text="1 created … 5 completed, 6 cancelled.")
    status = serializers.SerializerMethodField()
    statusName = serializers.CharField(source="state_name", help_text="For a person, in their language.")
    version = serializers.IntegerField(help_text="Grows with every change; send it back with a verb.")
    categoryId = serializers.IntegerField(source="category_id")
    category = serializers.CharField(source="category.name")
    title = serializers.CharField()
    description = serializers.CharField()
    priority = serializers.ChoiceField(choices=Ticket.Priority.choices)
    author = PartyShape()
    creator = PartyShape()
    executor = PartyShape(allow_null=True)
    source = serializers.ChoiceField(choices=Ticket.Source.choices)  # type: ignore[assignment]  # also an attribute of Field
    round = serializers.IntegerField()
    rating = serializers.IntegerField(allow_null=True)
    deferrals = serializers.IntegerField()
    deferredUntil = serializers.DateTimeField(source="deferred_until", allow_null=True)
    deferReason = serializers.CharField(source="defer_reason")
    createdAt = serializers.DateTimeField(source="created_at")
    updatedAt = serializers.DateTimeField(source="updated_at")
    statusSince = serializers.DateTimeField(source="status_since")
    takenAt = serializers.DateTimeField(source="taken_at", allow_null=True)
    closedAt = serializers.DateTimeField(source="closed_at", allow_null=True)
    reactionDueAt = serializers.DateTimeField(source="reaction_due_at", allow_null=True)
    resolutionDueAt = serializers.DateTimeField(source="resolution_due_at", allow_null=True)
    reactionSpent = serializers.FloatField(source="reaction_spent")
    resolutionSpent = serializers.FloatField(source="resolution_spent")
    pausedSpent = serializers.FloatField(source="paused_spent")
    awaitedSpent = serializers.FloatField(source="awaited_spent")
    selfConfirmed = serializers.BooleanField(source="self_confirmed")
    autoConfirmed = serializers.BooleanField(source="auto_confirmed")
    executionId = serializers.UUIDField(source="execution_id", allow_null=True)

    @extend_schema_field({"type": "string", "enum": CODES})
    def get_status(self, ticket: Ticket) -> str:
        return ticket.state.name.lower()


class OneTicketShape(TicketShape):
    """A ticket with what the person may do to it now."""

    verbs = serializers.SerializerMethodField()

    @extend_schema_field({"type": "array", "items": {"type": "string", "enum": [verb.value for verb in Verb]}})
    def get_verbs(self, ticket: Ticket) -> list[str]:
        return [verb.value for verb in verbs_for(self.context["request"].user, ticket)]


class TicketEventShape(serializers.Serializer):
    """A line of a ticket's history."""

    id = serializers.IntegerField()
    verb = serializers.CharField()
    title = serializers.CharField()
    actor = PartyShape(allow_null=True)
    fromStatusId = serializers.IntegerField(source="from_status_id", allow_null=True)
    toStatusId = serializers.IntegerField(source="to_status_id", allow_null=True)
    version = serializers.IntegerField()
    source = serializers.ChoiceField(choices=Ticket.Source.choices)  # type: ignore[assignment]  # also an attribute of Field
    reason = serializers.CharField()
    details = serializers.JSONField()
    at = serializers.DateTimeField()


class AttachmentShape(serializers.Serializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    mediaType = serializers.CharField(source="media_type", help_text="What its first bytes say.")
    size = serializers.IntegerField(help_text="In bytes.")
    commentId = serializers.IntegerField(source="comment_id", allow_null=True)
    at = serializers.DateTimeField()


class CommentShape(serializers.Serializer):
    id = serializers.IntegerField()
    author = PartyShape()
    text = serializers.CharField()
    source = serializers.ChoiceField(choices=Ticket.Source.choices)  # type: ignore[assignment]  # also an attribute of Field
    attachments = AttachmentShape(many=True)
    at = serializers.DateTimeField()


class NoteShape(serializers.Serializer):
    id = serializers.IntegerField()
    author = PartyShape(allow_null=True)
    text = serializers.CharField()
    at = serializers.DateTimeField()


class NewTicket(StrictSerializer):
    """A ticket to be opened. Without a title the first line of the description is it."""

    categoryId = serializers.IntegerField(min_value=1)
    title = serializers.CharField(max_length=TITLE_LENGTH, allow_blank=True, required=False)
    description = serializers.CharField(max_length=DESCRIPTION_LENGTH, allow_blank=True, required=False)
    priority = serializers.ChoiceField(choices=Ticket.Priority.choices, required=False)
    authorId = serializers.IntegerField(
        min_value=1, required=False, help_text="Who it is for, if not oneself; for those who manage tickets."
    )


class Words(StrictSerializer):
    """Something to say."""

    text = serializers.CharField(max_length=TEXT_LENGTH)


class Versioned(StrictSerializer):
    """`version` is that of the ticket that was looked at; another one is refused. Without it none is asked for."""

    version = serializers.IntegerField(min_value=0, required=False, help_text="The version that was looked at.")


class Reasoned(Versioned):
    reason = serializers.CharField(max_length=TEXT_LENGTH, allow_blank=True, required=False)


class Deferral(Reasoned):
    """Until a moment, or for one of the terms; without both until the next working day begins."""

    term = serializers.ChoiceField(choices=[term.value for term in Term], required=False)
    until = serializers.DateTimeField(required=False)


class Reassignment(Reasoned):
    executorId = serializers.IntegerField(source="executor_id", min_value=1, help_text="A person's id.")


class Rating(Versioned):
    rating = serializers.IntegerField(min_value=1, max_value=5)


class Edit(Versioned):
    title = serializers.CharField(max_length=TITLE_LENGTH, required=False)
    description = serializers.CharField(max_length=DESCRIPTION_LENGTH, allow_blank=True, required=False)
    priority = serializers.ChoiceField(choices=Ticket.Priority.choices, required=False)


FORMS: dict[Verb, type[Versioned]] = {
    Verb.TAKE: Versioned,
    Verb.DEFER: Deferral,
    Verb.TERM: Deferral,
    Verb.RESUME: Versioned,
    Verb.SUBMIT: Reasoned,
    Verb.WITHDRAW: Versioned,
    Verb.CONFIRM: Versioned,
    Verb.RETURN: Reasoned,
    Verb.RELEASE: Reasoned,
    Verb.REASSIGN: Reassignment,
    Verb.CANCEL: Reasoned,
    Verb.REOPEN: Reasoned,
    Verb.RATE: Rating,
}
"""What comes with each verb that has an address of its own."""


def said_with(form: type[Versioned], data: Any) -> dict[str, Any]:
    """The checked fields of a verb's body; raises `ValidationError`, `UnknownField`."""
    body = form(data=data)
    body.is_valid(raise_exception=True)
    said: dict[str, Any] = body.validated_data
    return said
