"""A file of a ticket as an answer of ours: always to be saved, never to be opened as a page."""

from __future__ import annotations

from django.http import FileResponse

from accounts.models import User
from tickets.services.attachments import open_file


def download(*, actor: User, attachment_id: str) -> FileResponse:
    """The file, if the person sees its ticket. Raises `AttachmentNotFound`."""
    attachment, content = open_file(actor=actor, attachment_id=attachment_id)
    response = FileResponse(content, as_attachment=True, filename=attachment.name, content_type=attachment.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
