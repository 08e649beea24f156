"""PURE: `editImage`: pictures, changed step by step."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import template

_LAST_IS_OPACITY = re.compile(r"#([0-9a-fA-F]{6})([0-9a-fA-F]{2})")
_FITS = {
    "ignoreAspectRatio": "exact",
    "maximumArea": "area",
    "minimumArea": "outside",
    "onlyIfLarger": "shrink",
    "onlyIfSmaller": "grow",
}
_WAYS = {"": "over", "Over": "over", "In": "in", "Out": "out", "Atop": "atop"}
_FORMS = ("jpeg", "png", "webp", "gif")


def _edit(node: Written, parameters: Parameters) -> Converted:
    operation = parameters.text("operation", "border")
    rows = parameters.rows("operations", "operations") if operation == "multiStep" else [parameters]
    config: dict[str, Any] = {"file": parameters.text("dataPropertyName", "data")}
    config["steps"] = [_step(node, row) for row in rows]
    options = parameters.group("options")
    form = options.text("format")
    if form not in ("", *_FORMS):
        raise Unsupported(PARAMETER, parameter="options.format")
    if form:
        config["form"] = form
    if options.take("quality") is not None:
        config["quality"] = template(options.take("quality"))
    if options.take("fileName") is not None:
        config["name"] = template(options.take("fileName"))
    return Converted("image-edit", config)


def _step(node: Written, row: Parameters) -> dict[str, Any]:
    operation = row.text("operation", "border")
    read = _STEPS.get(operation)
    if read is None:
        raise refuse_operation(node, operation)
    return {"do": operation, **read(row)}


def _border(row: Parameters) -> dict[str, Any]:
    return {
        "width": _given(row, "borderWidth", 10),
        "height": _given(row, "borderHeight", 10),
        "color": _color(row, "borderColor", "#000000"),
    }


def _blur(row: Parameters) -> dict[str, Any]:
    """There the first number only says how far it is looked; how much it is blurred is the second one."""
    row.take("blur")
    return {"radius": _given(row, "sigma", 2)}


def _create(row: Parameters) -> dict[str, Any]:
    return {**_size(row, 50), "color": _color(row, "backgroundColor", "#ffffff00")}


def _composite(row: Parameters) -> dict[str, Any]:
    how = _WAYS.get(row.text("operator"))
    if how is None:
        raise Unsupported(PARAMETER, parameter="operator")
    place = {"x": _given(row, "positionX", 0), "y": _given(row, "positionY", 0)}
    return {"file": row.text("dataPropertyNameComposite"), **place, "how": how}


def _crop(row: Parameters) -> dict[str, Any]:
    return {**_size(row, 500), "x": _given(row, "positionX", 0), "y": _given(row, "positionY", 0)}


def _draw(row: Parameters) -> dict[str, Any]:
    radius = row.take("cornerRadius")
    return {
        "figure": row.text("primitive", "rectangle"),
        "color": _color(row, "color", "#ff000000"),
        "x": _given(row, "startPositionX", 50),
        "y": _given(row, "startPositionY", 50),
        "toX": _given(row, "endPositionX", 250),
        "toY": _given(row, "endPositionY", 250),
        **({} if radius is None else {"radius": template(radius)}),
    }


def _resize(row: Parameters) -> dict[str, Any]:
    fit = _FITS.get(row.text("resizeOption", "maximumArea"))
    if fit is None:
        raise Unsupported(PARAMETER, parameter="resizeOption")
    return {**_size(row, 500), "fit": fit}


def _rotate(row: Parameters) -> dict[str, Any]:
    return {"degrees": _given(row, "rotate", 0), "color": _color(row, "backgroundColor", "#ffffffff")}


def _transparent(row: Parameters) -> dict[str, Any]:
    return {"color": _color(row, "color", "#ff0000")}


def _size(row: Parameters, otherwise: int) -> dict[str, Any]:
    return {"width": _given(row, "width", otherwise), "height": _given(row, "height", otherwise)}


def _given(row: Parameters, name: str, otherwise: int) -> Any:
    return template(row.take(name, otherwise))


def _color(row: Parameters, name: str, otherwise: str) -> str:
    """There the last two digits say how much shines through; here, as in CSS, how much does not."""
    found = row.text(name, otherwise)
    parts = _LAST_IS_OPACITY.fullmatch(found)
    return found if parts is None else f"#{parts[1]}{255 - int(parts[2], 16):02x}"


_STEPS: Mapping[str, Callable[[Parameters], dict[str, Any]]] = {
    "blur": _blur,
    "border": _border,
    "composite": _composite,
    "create": _create,
    "crop": _crop,
    "draw": _draw,
    "resize": _resize,
    "rotate": _rotate,
    "transparent": _transparent,
}

TYPES = {"editImage": _edit}
