"""PURE: nodes that read, make and keep files. What n8n calls binary data are files that items carry."""

from __future__ import annotations

from typing import Any

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import template

TEXTS = {"text": "text", "xml": "text", "html": "text", "binaryToPropery": "base64", "fromJson": "json"}
TABLES = {"csv": "csv", "xlsx": "xlsx", "autodetect": "auto"}


def _read_spreadsheet(node: Written, parameters: Parameters) -> Converted:
    if parameters.text("operation", "fromFile") == "toFile":
        return _write_spreadsheet(node, parameters)
    form = parameters.text("fileFormat", "autodetect")
    if form not in TABLES:
        raise Unsupported(PARAMETER, parameter="fileFormat")
    return _table(TABLES[form], parameters, "binaryPropertyName")


def _table(form: str, parameters: Parameters, named: str) -> Converted:
    config: dict[str, Any] = {"form": form, "file": parameters.text(named, "data")}
    options = parameters.group("options")
    if options.take("headerRow", True) is False:
        config["header"] = False
    delimiter = options.text("delimiter")
    if delimiter:
        config["delimiter"] = {"\\t": "\t"}.get(delimiter, delimiter)
    if options.take("sheetName") is not None:
        config["sheet"] = options.text("sheetName")
    _encoding(options, config)
    # Cells come as they are written, empty ones too, whichever of these n8n was told.
    for name in ("rawData", "readAsString", "includeEmptyCells", "enableBOM", "relaxQuotes"):
        options.take(name)
    return Converted("file-read", config)


def _encoding(options: Parameters, config: dict[str, Any]) -> None:
    wanted = options.text("encoding", "utf8").lower()
    known = {"utf8": "auto", "utf-8": "auto", "windows-1251": "cp1251", "win1251": "cp1251", "utf16": "utf-16"}
    if wanted not in known:
        raise Unsupported(PARAMETER, parameter="options.encoding")
    if known[wanted] != "auto":
        config["encoding"] = known[wanted]
    options.take("stripBOM")


def _write_spreadsheet(node: Written, parameters: Parameters) -> Converted:
    form = parameters.text("fileFormat", "xls")
    if form not in ("csv", "xlsx", "html"):
        raise refuse_operation(node, form)
    return _whole(form, parameters)


def _whole(form: str, parameters: Parameters) -> Converted:
    """All items in one file."""
    options = parameters.group("options")
    config = {"form": form, "file": parameters.text("binaryPropertyName", "data"), **_named(form, options)}
    if options.take("headerRow", True) is False:
        config["header"] = False
    if options.take("delimiter") is not None:
        config["delimiter"] = options.text("delimiter")
    options.take("sheetName")
    options.take("compression")
    return Converted("file-make", config)


def _named(form: str, options: Parameters) -> dict[str, Any]:
    name, mime = options.take("fileName"), options.take("mimeType")
    options.take("addBOM")
    told: dict[str, Any] = {} if name is None else {"name": template(name)}
    if isinstance(name, str) and not name.startswith("=") and "." not in name and form in ("csv", "xlsx", "html"):
        told["name"] = f"{name}.{form}"
    return told if mime is None else {**told, "mime": template(mime)}


def _extract(node: Written, parameters: Parameters) -> Converted:
    operation = parameters.text("operation", "csv")
    if operation == "fromFile":  # a name that people make up
        operation = parameters.text("fileFormat", "csv")
    if operation in TABLES:
        return _table(TABLES[operation], parameters, "binaryPropertyName")
    if operation == "pdf":
        inner = parameters.group("options")
        config: dict[str, Any] = {"form": "pdf", "file": parameters.text("binaryPropertyName", "data")}
        return Converted("file-read", {**config, "keep": _keeps(inner)})
    if operation not in TEXTS:
        raise refuse_operation(node, operation)
    config = {"form": TEXTS[operation], "file": parameters.text("binaryPropertyName", "data")}
    options = parameters.group("options")
    _encoding(options, config)
    config["keep"] = _keeps(options)
    target = parameters.text("destinationKey", "data")
    return Converted("file-read", {**config, "to": target})


def _keeps(options: Parameters) -> bool:
    """Whether the item stays beside what its file gives."""
    keeps = options.take("keepSource")
    if keeps is not None and keeps not in ("json", "both"):
        raise Unsupported(PARAMETER, parameter="options.keepSource")
    return keeps is not None


def _convert(node: Written, parameters: Parameters) -> Converted:
    operation = parameters.text("operation", "csv")
    if operation in ("csv", "xlsx", "html"):
        return _whole(operation, parameters)
    if operation == "toJson":
        options = parameters.group("options")
        each = parameters.text("mode", "once") == "each"
        config = {"form": "json", "each": each, "file": parameters.text("binaryPropertyName", "data")}
        _encoding(options, {})
        options.take("format")
        return Converted("file-make", {**config, **_named("json", options)})
    form = {"toText": "text", "toBinary": "base64"}.get(operation)
    if form is None:
        raise refuse_operation(node, operation)
    options = parameters.group("options")
    options.take("dataIsBase64")
    _encoding(options, {})
    field = parameters.text("sourceProperty")
    config = {"form": form, "field": field, "file": parameters.text("binaryPropertyName", "data")}
    return Converted("file-make", {**config, **_named(form, options)})


def _move(node: Written, parameters: Parameters) -> Converted:
    """The old node that moves data between an item's JSON and its files."""
    options = parameters.group("options")
    if parameters.text("mode", "binaryToJson") != "binaryToJson":
        return _move_to_file(parameters, options)
    config: dict[str, Any] = {"file": parameters.text("sourceKey", "data")}
    _encoding(options, config)
    whole = parameters.take("setAllData", True) is not False
    parses, encoded = options.take("jsonParse") is True, options.take("keepAsBase64") is True
    config["form"] = "json" if whole or parses else "base64" if encoded else "text"
    config["keep"] = not whole
    if options.take("keepSource") is True:
        config["keep"] = True
    if not whole:
        config["to"] = parameters.text("destinationKey", "data")
    return Converted("file-read", config)


def _move_to_file(parameters: Parameters, options: Parameters) -> Converted:
    config: dict[str, Any] = {"form": "json", "each": True, "file": parameters.text("destinationKey", "data")}
    if parameters.take("convertAllData", True) is False:
        raw = options.take("useRawData") is True
        config["form"] = "base64" if options.take("dataIsBase64") is True else "text" if raw else "json"
        config["field"] = parameters.text("sourceKey", "data")
    _encoding(options, {})
    options.take("addBOM")
    config["keep"] = options.take("keepSource") is True
    for name, ours in (("fileName", "name"), ("mimeType", "mime")):
        if options.take(name) is not None:
            config[ours] = template(options.take(name))
    return Converted("file-make", config)


def _read_folder(_node: Written, parameters: Parameters) -> Converted:
    """Files of the server: here those of the one folder that the operator has opened."""
    selector = parameters.take("fileSelector", parameters.take("filePath", ""))
    options = parameters.group("options")
    named = options.text("dataPropertyName", parameters.text("dataPropertyName", "data"))
    return Converted("folder-read", {"path": template(selector), "file": named})


def _write_folder(_node: Written, parameters: Parameters) -> Converted:
    options = parameters.group("options")
    if options.take("append") is True:
        raise Unsupported(PARAMETER, parameter="options.append")
    named = parameters.text("dataPropertyName", "data")
    return Converted("folder-write", {"path": template(parameters.take("fileName", "")), "file": named})


def _folder(node: Written, parameters: Parameters) -> Converted:
    if parameters.text("operation", "read") == "write":
        return _write_folder(node, parameters)
    return _read_folder(node, parameters)


TYPES = {
    "spreadsheetFile": _read_spreadsheet,
    "extractFromFile": _extract,
    "convertToFile": _convert,
    "moveBinaryData": _move,
    "readBinaryFile": _read_folder,
    "readBinaryFiles": _read_folder,
    "writeBinaryFile": _write_folder,
    "readWriteFile": _folder,
}
