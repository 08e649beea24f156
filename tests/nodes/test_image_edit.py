"""The node type `image-edit`."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from tests.nodes.context import faults
from tests.nodes.stores import carrying, content, items_of
from workflows.items import attached
from workflows.node_type import Item, Permanent

pytestmark = pytest.mark.django_db

RED, BLUE, NOTHING = (255, 0, 0, 255), (0, 0, 255, 255), (0, 0, 0, 0)


def drawn(size: tuple[int, int] = (40, 20), color: Any = RED, form: str = "PNG") -> bytes:
    target = io.BytesIO()
    Image.new("RGBA" if form == "PNG" else "RGB", size, color[: 4 if form == "PNG" else 3]).save(target, form)
    return target.getvalue()


def edited(*steps: dict[str, Any], item: Item | None = None, **more: Any) -> Image.Image:
    [found] = items_of("image-edit", {"steps": list(steps), **more}, [item or carrying("a.png", drawn())])
    return Image.open(io.BytesIO(content(found))).convert("RGBA")


def pixel(picture: Image.Image, x: int, y: int) -> Any:
    """Red, green, blue and opacity."""
    return picture.getpixel((x, y))


@pytest.mark.parametrize(
    ("fit", "size"),
    [
        ("exact", (20, 20)),
        ("inside", (20, 10)),
        ("outside", (40, 20)),
        ("area", (28, 14)),
        ("shrink", (20, 10)),
        ("grow", (40, 20)),
    ],
)
def test_a_picture_gets_another_size(fit: str, size: tuple[int, int]) -> None:
    assert edited({"do": "resize", "width": 20, "height": 20, "fit": fit}).size == size


def test_parts_frames_and_turns() -> None:
    assert edited({"do": "crop", "x": 30, "y": 0, "width": 100, "height": 5}).size == (10, 5)
    assert edited({"do": "rotate", "degrees": 90}).size == (20, 40)
    framed = edited({"do": "border", "width": 1, "height": 2, "color": "blue"}, {"do": "blur", "radius": 0})
    assert (framed.size, pixel(framed, 0, 0), pixel(framed, 1, 2)) == ((42, 24), BLUE, RED)
    assert pixel(edited({"do": "transparent", "color": "#ff0000"}), 5, 5)[3] == 0


def test_a_picture_is_cut_out_in_the_shape_of_a_figure() -> None:
    """How people make round portraits: a circle on nothing, and the portrait only where the circle is."""
    new = {"do": "create", "width": 40, "height": 20, "color": "#00000000"}
    circle = {"do": "draw", "figure": "circle", "x": 20, "y": 10, "toX": 20, "toY": 5, "color": "white"}
    found = edited(new, circle, {"do": "composite", "file": "data", "how": "in"})
    assert (pixel(found, 20, 10), pixel(found, 0, 0)[3]) == (RED, 0)


@pytest.mark.parametrize(
    ("how", "corner", "elsewhere"),
    [("over", BLUE, RED), ("in", BLUE, RED), ("out", (0, 0, 255, 0), RED), ("atop", BLUE, RED)],
)
def test_another_picture_lies_over_it(how: str, corner: Any, elsewhere: Any) -> None:
    item = carrying("a.png", drawn())
    files = dict(attached.files_of(item))
    files["mark"] = attached.files_of(carrying("b.png", drawn((10, 10), BLUE)))["data"]
    step = {"do": "composite", "file": "mark", "x": 35, "y": 15, "how": how}
    found = edited(step, item=attached.with_files(item, files))
    assert (found.getpixel((39, 19)), found.getpixel((0, 0))) == (corner, elsewhere)
    assert edited({**step, "x": 500}, item=attached.with_files(item, files)).getpixel((39, 19)) == RED


@pytest.mark.parametrize("figure", ["line", "rectangle"])
def test_figures_are_drawn(figure: str) -> None:
    step = {"do": "draw", "figure": figure, "x": 10, "y": 10, "toX": 2, "toY": 2, "color": "blue"}
    found = edited(step)
    assert (found.getpixel((5, 5)), found.getpixel((30, 5))) == (BLUE, RED)


@pytest.mark.parametrize(
    ("form", "name", "mime"),
    [("same", "a.jpg", "image/jpeg"), ("png", "a.png", "image/png"), ("webp", "a.webp", "image/webp")],
)
def test_the_form_may_change_and_the_item_stays(form: str, name: str, mime: str) -> None:
    item = carrying("a.jpg", drawn(form="JPEG"), price=3)
    [found] = items_of("image-edit", {"steps": [{"do": "blur"}], "form": form}, [item])
    file = attached.files_of(found)["data"]
    assert (found["price"], file["fileName"], file["mimeType"]) == (3, name, mime)


@pytest.mark.parametrize(
    ("data", "steps", "code"),
    [
        (b"no picture", [{"do": "blur"}], "unreadable"),
        (drawn()[:40], [{"do": "blur"}], "unreadable"),
        (drawn(), [{"do": "crop", "x": 50, "y": 0, "width": 5, "height": 5}], "unreadable"),
        (drawn(), [{"do": "resize", "width": 9000, "height": 9000, "fit": "exact"}], "too_large"),
        (drawn(), [{"do": "composite", "file": "other"}], "no_file"),
    ],
)
def test_what_cannot_be_done_fails_the_step(data: bytes, steps: list[dict[str, Any]], code: str) -> None:
    with pytest.raises(Permanent) as caught:
        items_of("image-edit", {"steps": steps}, [carrying("a.png", data)])
    assert caught.value.code == code


def test_a_color_that_is_none_is_refused_when_it_is_saved() -> None:
    assert faults("image-edit", {"steps": [{"do": "border", "color": "#12345"}]})
    assert not faults("image-edit", {"steps": [{"do": "border", "color": "{{ $json.color }}"}]})
