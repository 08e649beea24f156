"""`/tickets/{id}/comments`, `/notes` and `/attachments`: what people say about a ticket, and its files."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from accounts.permissions import acting_user
from tickets.api.ticket_shapes import AttachmentShape, CommentShape, NoteShape, Words
from tickets.models import Ticket, TicketAttachment, TicketComment, TicketNote
from tickets.services import attachments, reading, talk
from tickets.services.attachments import NewFile
from tickets.services.downloads import download


class CommentViewSet(GenericViewSet[TicketComment]):
    permission_classes = [IsAuthenticated]
    queryset = TicketComment.objects.none()
    serializer_class = CommentShape

    @extend_schema(summary="What was said about a ticket", operation_id="ticket_comments_list")
    def list(self, request: Request, ticket_id: int) -> Response:
        ticket = reading.find(acting_user(request), ticket_id)
        page = self.paginate_queryset(reading.comments(ticket))
        return self.get_paginated_response(CommentShape(page, many=True).data)

    @extend_schema(summary="Say something", request=Words, responses={201: CommentShape})
    def create(self, request: Request, ticket_id: int) -> Response:
        """Author and executor, whichever of them did not say it, get a message."""
        person = acting_user(request)
        reading.find(person, ticket_id)
        said = talk.comment(actor=person, ticket_id=ticket_id, text=_words(request.data))
        return Response(CommentShape(said).data, status=status.HTTP_201_CREATED)


class NoteViewSet(GenericViewSet[TicketNote]):
    """Notes are for executors of the category and managers; an author sees none."""

    permission_classes = [IsAuthenticated]
    queryset = TicketNote.objects.none()
    serializer_class = NoteShape

    @extend_schema(summary="Notes about a ticket", operation_id="ticket_notes_list")
    def list(self, request: Request, ticket_id: int) -> Response:
        person = acting_user(request)
        ticket = reading.find(person, ticket_id)
        page = self.paginate_queryset(reading.notes(ticket, reading.parts_of(person, ticket)))
        return self.get_paginated_response(NoteShape(page, many=True).data)

    @extend_schema(summary="Write a note", request=Words, responses={201: NoteShape})
    def create(self, request: Request, ticket_id: int) -> Response:
        person = acting_user(request)
        reading.find(person, ticket_id)
        note = talk.add_note(actor=person, ticket_id=ticket_id, text=_words(request.data))
        return Response(NoteShape(note).data, status=status.HTTP_201_CREATED)


class FilesForm(serializers.Serializer):
    """Up to ten files, each in a part called `file`."""

    file = serializers.ListField(child=serializers.FileField(allow_empty_file=True), allow_empty=False)


class AttachmentViewSet(GenericViewSet[TicketAttachment]):
    permission_classes = [IsAuthenticated]
    queryset = TicketAttachment.objects.none()
    serializer_class = AttachmentShape
    parser_classes = [MultiPartParser]

    @extend_schema(summary="Files of a ticket", operation_id="ticket_attachments_list")
    def list(self, request: Request, ticket_id: int) -> Response:
        ticket = reading.find(acting_user(request), ticket_id)
        page = self.paginate_queryset(reading.files(ticket))
        return self.get_paginated_response(AttachmentShape(page, many=True).data)

    @extend_schema(
        summary="Add files",
        request={"multipart/form-data": FilesForm},
        responses={201: AttachmentShape(many=True)},
        filters=False,
    )
    def create(self, request: Request, ticket_id: int) -> Response:
        person = acting_user(request)
        reading.find(person, ticket_id)
        form = FilesForm(data=request.data)
        form.is_valid(raise_exception=True)
        files = [NewFile(file.name, file, file.size) for file in form.validated_data["file"]]
        kept = attachments.attach(actor=person, ticket_id=ticket_id, files=files, source=Ticket.Source.API)
        return Response(AttachmentShape(kept, many=True).data, status=status.HTTP_201_CREATED)


class AttachmentView(APIView):
    permission_classes = [IsAuthenticated]

    @extend_schema(summary="A file", responses={(200, "*/*"): OpenApiTypes.BINARY})
    def get(self, request: Request, attachment_id: str) -> FileResponse:
        return download(actor=acting_user(request), attachment_id=str(attachment_id))


def _words(data: Any) -> str:
    body = Words(data=data)
    body.is_valid(raise_exception=True)
    text: str = body.validated_data["text"]
    return text
