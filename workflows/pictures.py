"""Pictures and what can be done to them: each step makes another picture of one. Coordinates are pixels from the upper
left corner, colours are written as in CSS: `#ff0000`, `#ff000080`, `white`.
"""

from __future__ import annotations

import io
import math
from typing import Annotated, Any, Final, Literal

from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import node_type
from workflows.items import files

MAX_PIXELS: Final = 16_000_000
MAX_SIDE: Final = 10_000
READABLE: Final = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
MIMES: Final = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "gif": "image/gif"}

DO = gettext_noop("Шаг")
WIDTH = gettext_noop("Ширина")
HEIGHT = gettext_noop("Высота")
COLOR = gettext_noop("Цвет")
X = gettext_noop("Слева")
Y = gettext_noop("Сверху")
PIXELS = gettext_noop("В пикселях")
COLOR_ABOUT = gettext_noop("Как в CSS: #ff0000, #ff000080 с прозрачностью, white")


Color = Annotated[
    str,
    Field(
        pattern=r"^(#([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})|[a-z]{3,20})$",
        title=COLOR,
        description=COLOR_ABOUT,
    ),
]
Side = Annotated[int, Field(ge=1, le=MAX_SIDE, description=PIXELS)]
Place = Annotated[int, Field(ge=-MAX_SIDE, le=MAX_SIDE, description=PIXELS)]


class Create(node_type.Config):
    """A new picture of one colour; what was there before is forgotten."""

    do: Literal["create"] = Field(title=DO, description=gettext_noop("Начать с пустой картинки"))
    width: Side = Field(title=WIDTH)
    height: Side = Field(title=HEIGHT)
    color: Color = "#ffffff"

    def apply(self, _picture: Any, _others: Any) -> Any:
        from PIL import Image

        return Image.new("RGBA", _checked(self.width, self.height), self.color)


class Resize(node_type.Config):
    """Another size."""

    do: Literal["resize"] = Field(title=DO, description=gettext_noop("Изменить размер"))
    width: Side = Field(title=WIDTH)
    height: Side = Field(title=HEIGHT)
    fit: Literal["exact", "inside", "outside", "area", "shrink", "grow"] = Field(
        default="inside",
        title=gettext_noop("Как вписать"),
        description=gettext_noop(
            "exact — ровно столько, иначе с сохранением сторон: inside — поместиться, outside — закрыть, "
            "area — не больше этой площади, shrink — только уменьшить, grow — только увеличить"
        ),
    )

    def apply(self, picture: Any, _others: Any) -> Any:
        if self.fit == "exact":
            return picture.resize(_checked(self.width, self.height))
        across, down = self.width / picture.width, self.height / picture.height
        inside = min(across, down)
        factor = {
            "inside": inside,
            "outside": max(across, down),
            "area": min(1.0, math.sqrt(across * down)),
            "shrink": min(1.0, inside),
            "grow": max(1.0, inside),
        }[self.fit]
        return picture.resize(_checked(round(picture.width * factor) or 1, round(picture.height * factor) or 1))


class Crop(node_type.Config):
    """A part of the picture."""

    do: Literal["crop"] = Field(title=DO, description=gettext_noop("Вырезать часть"))
    x: Place = Field(default=0, title=X)
    y: Place = Field(default=0, title=Y)
    width: Side = Field(title=WIDTH)
    height: Side = Field(title=HEIGHT)

    def apply(self, picture: Any, _others: Any) -> Any:
        right, lower = min(self.x + self.width, picture.width), min(self.y + self.height, picture.height)
        left, upper = max(self.x, 0), max(self.y, 0)
        if right <= left or lower <= upper:
            raise ValueError(gettext_noop("вырезать нечего: эта часть вне картинки"))
        return picture.crop((left, upper, right, lower))


class Rotate(node_type.Config):
    """Turned clockwise; the picture grows so that all of it stays."""

    do: Literal["rotate"] = Field(title=DO, description=gettext_noop("Повернуть по часовой стрелке"))
    degrees: float = Field(
        ge=-360, le=360, title=gettext_noop("Угол"), description=gettext_noop("В градусах, от -360 до 360")
    )
    color: Color = "#ffffff"

    def apply(self, picture: Any, _others: Any) -> Any:
        _checked(*(math.ceil(math.hypot(*picture.size)),) * 2)
        return picture.rotate(-self.degrees, expand=True, fillcolor=self.color)


class Blur(node_type.Config):
    """Out of focus."""

    do: Literal["blur"] = Field(title=DO, description=gettext_noop("Размыть"))
    radius: float = Field(default=2, ge=0, le=100, title=gettext_noop("Радиус"), description=PIXELS)

    def apply(self, picture: Any, _others: Any) -> Any:
        from PIL import ImageFilter

        return picture.filter(ImageFilter.GaussianBlur(self.radius))


class Border(node_type.Config):
    """A frame around it."""

    do: Literal["border"] = Field(title=DO, description=gettext_noop("Добавить рамку"))
    width: Side = Field(default=10, title=WIDTH)
    height: Side = Field(default=10, title=HEIGHT)
    color: Color = "#000000"

    def apply(self, picture: Any, _others: Any) -> Any:
        from PIL import Image

        framed = Image.new(
            "RGBA", _checked(picture.width + 2 * self.width, picture.height + 2 * self.height), self.color
        )
        framed.paste(picture, (self.width, self.height))
        return framed


class Draw(node_type.Config):
    """A figure on it."""

    do: Literal["draw"] = Field(title=DO, description=gettext_noop("Нарисовать фигуру"))
    figure: Literal["line", "rectangle", "circle"] = Field(
        title=gettext_noop("Фигура"),
        description=gettext_noop("circle — круг: первая точка — центр, вторая — на окружности"),
    )
    x: Place = Field(title=X)
    y: Place = Field(title=Y)
    to_x: Place = Field(alias="toX", title=gettext_noop("Вторая точка слева"))
    to_y: Place = Field(alias="toY", title=gettext_noop("Вторая точка сверху"))
    color: Color = "#ff0000"
    radius: int = Field(
        default=0,
        ge=0,
        le=MAX_SIDE,
        title=gettext_noop("Скругление"),
        description=gettext_noop("Для rectangle: радиус углов в пикселях"),
    )

    def apply(self, picture: Any, _others: Any) -> Any:
        from PIL import Image, ImageDraw

        layer = Image.new("RGBA", picture.size, (0, 0, 0, 0))
        pen = ImageDraw.Draw(layer)
        if self.figure == "line":
            pen.line([(self.x, self.y), (self.to_x, self.to_y)], fill=self.color)
        elif self.figure == "rectangle":
            left, right = sorted((self.x, self.to_x))
            upper, lower = sorted((self.y, self.to_y))
            pen.rounded_rectangle([left, upper, right, lower], radius=self.radius, fill=self.color)
        else:
            far = math.hypot(self.to_x - self.x, self.to_y - self.y)
            pen.ellipse([self.x - far, self.y - far, self.x + far, self.y + far], fill=self.color)
        return Image.alpha_composite(picture, layer)


class Composite(node_type.Config):
    """Another picture of the item over it."""

    do: Literal["composite"] = Field(title=DO, description=gettext_noop("Наложить другую картинку элемента"))
    file: str = Field(
        min_length=1,
        max_length=200,
        title=gettext_noop("Файл"),
        description=gettext_noop("Имя файла в элементе, который ложится сверху"),
    )
    x: Place = Field(default=0, title=X)
    y: Place = Field(default=0, title=Y)
    how: Literal["over", "in", "out", "atop"] = Field(
        default="over",
        title=gettext_noop("Как наложить"),
        description=gettext_noop(
            "over — поверх, in — только там, где картинка непрозрачна, out — только там, где прозрачна, "
            "atop — поверх непрозрачного"
        ),
    )

    def apply(self, picture: Any, others: Any) -> Any:
        upper = others(self.file)
        left, top = max(self.x, 0), max(self.y, 0)
        right = min(self.x + upper.width, picture.width)
        lower = min(self.y + upper.height, picture.height)
        if right <= left or lower <= top:
            return picture
        below = picture.crop((left, top, right, lower))
        laid = upper.crop((left - self.x, top - self.y, right - self.x, lower - self.y))
        found = picture.copy()
        found.paste(_laid(below, laid, self.how), (left, top))
        return found


class Transparent(node_type.Config):
    """One colour becomes nothing."""

    do: Literal["transparent"] = Field(title=DO, description=gettext_noop("Сделать цвет прозрачным"))
    color: Color = "#ffffff"

    def apply(self, picture: Any, _others: Any) -> Any:
        from PIL import Image, ImageChops, ImageColor

        flat = Image.new("RGB", picture.size, ImageColor.getrgb(self.color)[:3])
        differs = (
            ImageChops.difference(picture.convert("RGB"), flat).convert("L").point(lambda level: 255 * (level > 0))
        )
        found = picture.copy()
        found.putalpha(ImageChops.darker(picture.getchannel("A"), differs))
        return found


Step = Annotated[
    Create | Resize | Crop | Rotate | Blur | Border | Draw | Composite | Transparent, Field(discriminator="do")
]


def opened(data: bytes) -> tuple[Any, str]:
    """The picture in RGBA and its form, such as `png`. Raises `ValueError` for what is none, `files.TooLarge`."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=READABLE) as picture:
            _checked(*picture.size)
            form = str(picture.format or "").lower()
            return picture.convert("RGBA"), form
    except files.TooLarge:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise ValueError(type(error).__name__) from None


def written(picture: Any, form: str, quality: int) -> bytes:
    """The picture in one of the forms of `MIMES`; a JPEG has no transparency, what shines through is white."""
    from PIL import Image

    if form == "jpeg":
        ground = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(ground, picture).convert("RGB")
    target = io.BytesIO()
    picture.save(target, form.upper(), **({"quality": quality} if form in ("jpeg", "webp") else {}))
    return target.getvalue()


def _checked(width: int, height: int) -> tuple[int, int]:
    """The size. Raises `files.TooLarge`."""
    if width * height > MAX_PIXELS:
        raise files.TooLarge
    return width, height


def _laid(below: Any, laid: Any, how: str) -> Any:
    """Two pictures of one size as one, after Porter and Duff."""
    from PIL import Image, ImageChops

    if how == "over":
        return Image.alpha_composite(below, laid)
    ground, cover = below.getchannel("A"), laid.getchannel("A")
    if how == "atop":
        found = Image.composite(laid.convert("RGB"), below.convert("RGB"), cover).convert("RGBA")
        found.putalpha(ground)
        return found
    found = laid.copy()
    found.putalpha(ImageChops.multiply(cover, ground if how == "in" else ImageChops.invert(ground)))
    return found
