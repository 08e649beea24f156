"""PURE: `googleDrive` and its trigger: files and folders."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.nodes.triggers import polled
from workflows.importers.n8n.parameters import MISSING, PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import template
from workflows.importers.n8n.vendors.calls import needed, optional, resource

_FORMS = ("docsToFormat", "sheetsToFormat", "slidesToFormat", "drawingsToFormat")
_ROOTS = {"root", ""}
_KEYS = {"fileCreated": "id", "fileUpdated": ""}
"""By what a file is known again: by its id, or by all that is told of it, which a change makes new."""


def _drive(node: Written, parameters: Parameters) -> Converted:
    what, operation = parameters.text("resource", "file"), parameters.text("operation", "upload")
    if what == "file" and operation == "download":
        return _download(parameters)
    if node.version < 3:
        raise refuse_operation(node, f"{what}.{operation}")
    if what == "file" and operation == "upload":
        return _call(
            do="upload",
            file=parameters.text("inputDataFieldName", "data"),
            folder=_folder(parameters),
            name=optional(parameters, "name"),
        )
    if what == "folder" and operation == "create":
        return _call(do="make-folder", name=needed(parameters, "name"), folder=_folder(parameters))
    if operation in ("deleteFile", "deleteFolder"):
        named = "fileId" if what == "file" else "folderNoRootId"
        return _call(do="delete", file=resource(parameters, named)[1])
    raise refuse_operation(node, f"{what}.{operation}")


def _download(parameters: Parameters) -> Converted:
    """All forms are said together there; here one has to do, so several different ones are too many."""
    options = parameters.group("options")
    said = options.group("googleFileConversion").group("conversion")
    forms = {form for name in _FORMS if (form := said.text(name))}
    if len(forms) > 1:
        raise Unsupported(PARAMETER, parameter="options.googleFileConversion")
    name = optional(options, "fileName")
    into = options.text("binaryPropertyName", parameters.text("binaryPropertyName", "data"))
    return _call(
        do="download", file=resource(parameters, "fileId")[1], into=into, name=name, exportAs=next(iter(forms), None)
    )


def _folder(parameters: Parameters) -> Any:
    """The folder; None for the top of the account's own drive."""
    drive = parameters.take("driveId")
    if drive is not None and resource(parameters, "driveId")[1] != "My Drive":
        raise Unsupported(PARAMETER, parameter="driveId")
    if parameters.take("folderId") is None:
        return None
    folder = resource(parameters, "folderId")[1]
    return None if folder in _ROOTS else folder


def _call(**values: Any) -> Converted:
    return Converted("google-drive", {"call": {name: value for name, value in values.items() if value is not None}})


def _trigger(node: Written, parameters: Parameters) -> Converted:
    """New and changed files of a folder, the last hundred that were changed."""
    if parameters.text("triggerOn", "specificFile") != "specificFolder":
        raise refuse_operation(node, parameters.text("triggerOn", "specificFile"))
    event = parameters.text("event")
    if event not in _KEYS:
        raise refuse_operation(node, event)
    folder = resource(parameters, "folderToWatch")[1]
    if template(folder) != folder or "{{" in str(folder) or "'" in str(folder):
        raise Unsupported(MISSING, parameter="folderToWatch")
    if parameters.group("options").text("fileType", "all") != "all":
        raise Unsupported(PARAMETER, parameter="options.fileType")
    asked = {
        "q": f"'{folder}' in parents and trashed = false",
        "orderBy": "modifiedTime desc",
        "pageSize": 100,
        "fields": "files(id,name,mimeType,createdTime,modifiedTime,webViewLink)",
        "supportsAllDrives": "true",
        "includeItemsFromAllDrives": "true",
    }
    config = {
        "url": f"https://www.googleapis.com/drive/v3/files?{urlencode(asked)}",
        "itemsPath": "files",
        "item": "row",
        "keyField": _KEYS[event],
        "everySeconds": polled(parameters),
    }
    return Converted("trigger-poll-list", config, inputs=())


TYPES = {"googleDrive": _drive, "googleDriveTrigger": _trigger}
