"""PURE: `github`."""

from __future__ import annotations

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.vendors.calls import call, needed, optional, resource

WRITES = ("create", "edit", "createUpdate")
"""What people write for creating a file that may be there is the third; here all of them write the file."""


def _github(node: Written, parameters: Parameters) -> Converted:
    what, operation = parameters.text("resource", "issue"), parameters.text("operation", "create")
    _mode, owner = resource(parameters, "owner")
    _mode, repository = resource(parameters, "repository")
    where = {"owner": owner, "repository": repository}
    if what == "file" and operation in WRITES:
        if parameters.take("binaryData") is True:
            raise Unsupported(PARAMETER, parameter="binaryData")
        more = parameters.group("additionalParameters")
        return call(
            "github",
            "file-write",
            **where,
            file=needed(parameters, "filePath"),
            content=optional(parameters, "fileContent"),
            message=needed(parameters, "commitMessage"),
            branch=optional(more.group("branch"), "branch"),
        )
    if what == "issue" and operation == "create":
        labels = [row.text("label") for row in parameters.listed("labels")]
        people = [row.text("assignee") for row in parameters.listed("assignees")]
        text = optional(parameters, "body")
        given = {"body": text, "labels": labels or None, "assignees": people or None}
        return call("github", "issue-create", **where, title=needed(parameters, "title"), **given)
    if what == "issue" and operation == "createComment":
        number, text = needed(parameters, "issueNumber"), needed(parameters, "body")
        return call("github", "issue-comment", **where, number=number, body=text)
    raise refuse_operation(node, f"{what}.{operation}")


TYPES = {"github": _github}
