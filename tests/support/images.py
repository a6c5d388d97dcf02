"""Pictures to upload as a logo."""

from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw


def drawn(size: tuple[int, int] = (600, 300), ink: str = "#1f5f4a", kind: str = "PNG", **more: Any) -> bytes:
    """Return an image of an ellipse in `ink` on nothing, or on white where the kind has no transparency."""
    image = Image.new("RGBA", size, (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((size[0] // 8, size[1] // 4, size[0] * 7 // 8, size[1] * 3 // 4), fill=ink)
    file = BytesIO()
    if kind == "JPEG":
        white = Image.new("RGBA", size, "white")
        white.alpha_composite(image)
        image = white.convert("RGB")
    image.save(file, kind, **more)
    return file.getvalue()
