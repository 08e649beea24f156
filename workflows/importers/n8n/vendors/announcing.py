"""PURE: `slack`, `signl4`, `discord`, `twitter`, `facebookGraphApi`: telling people and the public."""

from __future__ import annotations

from typing import Any

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.vendors.calls import call, needed, optional, resource


def _slack(node: Written, parameters: Parameters) -> Converted:
    what, operation = parameters.text("resource", "message"), parameters.text("operation", "post")
    if what != "message" or operation not in ("post", "update"):
        raise refuse_operation(node, f"{what}.{operation}")
    if operation == "post" and parameters.take("webhookUrl") and not parameters.take("channel"):
        # n8n has no such way, and what is meant is plain: the address becomes a credential
        return Converted("chat-webhook", {"chat": "slack", "text": needed(parameters, "text")})
    options = parameters.group("otherOptions")
    for hint in ("includeLinkToWorkflow", "mrkdwn"):
        options.take(hint)
    blocks = optional(parameters, "blocksUi")
    text = optional(parameters, "text")
    if parameters.text("messageType", "text") == "attachment":
        raise Unsupported(PARAMETER, parameter="messageType")
    if operation == "update":
        _mode, where = resource(parameters, "channelId")
        return call("slack", "message-update", channel=where, ts=needed(parameters, "ts"), text=text, blocks=blocks)
    if node.version < 2:
        channel: Any = needed(parameters, "channel")
    else:
        _mode, channel = resource(parameters, "user" if parameters.text("select", "channel") == "user" else "channelId")
    thread = options.group("thread_ts").group("replyValues")
    return call(
        "slack", "message-post", channel=channel, text=text, blocks=blocks, thread=optional(thread, "thread_ts")
    )


def _signl4(node: Written, parameters: Parameters) -> Converted:
    what, operation = parameters.text("resource", "alert"), parameters.text("operation", "send")
    if what != "alert" or operation not in ("send", "resolve"):
        raise refuse_operation(node, operation)
    if operation == "resolve":
        return call("signl4", "alert-resolve", reference=needed(parameters, "externalId"))
    more = parameters.group("additionalFields")
    place = more.group("locationFieldsUi").group("locationFieldsValues")
    latitude, longitude = optional(place, "latitude"), optional(place, "longitude")
    return call(
        "signl4",
        "alert-send",
        message=needed(parameters, "message"),
        title=optional(more, "title"),
        reference=optional(more, "externalId"),
        service=optional(more, "service"),
        scenario=optional(more, "alertingScenario"),
        filtering=more.take("filtering"),
        location=f"{latitude},{longitude}" if latitude and longitude else None,
    )


def _discord(node: Written, parameters: Parameters) -> Converted:
    """The incoming webhook of one channel; a bot would need its own node."""
    how = parameters.text("authentication", "webhook" if node.version < 2 else "botToken")
    if how != "webhook":
        raise refuse_operation(node, how)
    parameters.group("options")
    text = needed(parameters, "content" if node.version >= 2 else "text")
    return Converted("chat-webhook", {"chat": "discord", "text": text})


def _twitter(node: Written, parameters: Parameters) -> Converted:
    what, operation = parameters.text("resource", "tweet"), parameters.text("operation", "create")
    if what != "tweet" or operation != "create":
        raise refuse_operation(node, f"{what}.{operation}")
    parameters.group("additionalFields")
    return call("twitter", "post-create", text=needed(parameters, "text"))


def _facebook(node: Written, parameters: Parameters) -> Converted:
    operation = {"GET": "read", "POST": "write", "DELETE": "delete"}.get(parameters.text("httpRequestMethod", "GET"))
    if operation is None or parameters.text("hostUrl", "graph.facebook.com") != "graph.facebook.com":
        raise refuse_operation(node, parameters.take("hostUrl", parameters.take("httpRequestMethod")))
    sends, named = parameters.take("sendBinaryData") is True, parameters.text("binaryPropertyName", "data")
    rows = parameters.group("options").rows("queryParameters", "parameter")
    query = {row.text("name"): optional(row, "value") for row in rows}
    if sends and operation == "write":
        return _facebook_file(parameters, named, query)
    return call(
        "facebook-graph",
        operation,
        version=optional(parameters, "graphApiVersion"),
        node=needed(parameters, "node"),
        edge=optional(parameters, "edge"),
        query=query or None,
    )


def _facebook_file(parameters: Parameters, named: str, query: dict[str, Any]) -> Converted:
    """A call with a file of the item: its field there is called `file`, or as stands before a colon."""
    field, _colon, file = named.rpartition(":")
    places = [optional(parameters, "graphApiVersion"), needed(parameters, "node"), optional(parameters, "edge")]
    config: dict[str, Any] = {
        "method": "POST",
        "url": "/".join(["https://graph.facebook.com", *(str(place).strip("/") for place in places if place)]),
        "bodyKind": "multipart",
        "files": {field or "file": file},
    }
    return Converted("http-request", config | ({"query": query} if query else {}))


TYPES = {
    "slack": _slack,
    "signl4": _signl4,
    "discord": _discord,
    "twitter": _twitter,
    "facebookGraphApi": _facebook,
}
