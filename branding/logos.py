"""An owner's logo: what was uploaded is read, made small, and written anew, so that nothing else is passed on."""

import warnings
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from branding.colours import DARK, LIGHT, contrast

MAX_BYTES = 5_000_000
MAX_PIXELS = 40_000_000
SIZE = (320, 128)
"""Pixels: twice what it is shown at, for fine screens."""
WEIGHT = 8_000
"""Bytes: a slot page with its logo stays under its budget."""

PAPERS = (LIGHT.card, DARK.card)
LEGIBLE = 3.0
"""The contrast that WCAG 1.4.11 asks of graphics."""
MAX_LOST = 0.1
SAMPLE = (64, 32)
MARGIN = 12


class NoImage(ValueError):
    """What was uploaded can't be used; the text says why: `kind`, `size`, `empty` or `broken`."""


def clean(data: bytes) -> bytes:
    """Return the image as WebP, at most 320 × 128 pixels and 8 kB, to be read on light and on dark paper.

    Nothing but the pixels is kept: no place, no camera, no comment. Raises NoImage.
    """
    try:
        with warnings.catch_warnings(), Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF")) as image:
            warnings.simplefilter("ignore")  # a bomb is refused by its size
            if image.width * image.height > MAX_PIXELS:
                raise NoImage("size")
            image.draft("RGB", (SIZE[0] * 4, SIZE[1] * 4))
            picture = ImageOps.exif_transpose(image).convert("RGBA")
    except NoImage:
        raise
    except Image.DecompressionBombError as error:
        raise NoImage("size") from error
    except UnidentifiedImageError as error:
        raise NoImage("kind") from error
    except Exception as error:  # a decoder fails in many ways; each means that the image is broken
        raise NoImage("broken") from error
    if (box := picture.getchannel("A").getbbox()) is None:
        raise NoImage("empty")
    picture = picture.crop(box)
    picture.thumbnail(SIZE, Image.Resampling.LANCZOS)
    return _small(_legible(picture))


def _legible(picture: Image.Image) -> Image.Image:
    """Return the picture, put on a plate if a part of it would be lost on light or on dark paper."""
    lost = {paper: _lost(picture, paper) for paper in PAPERS}
    if picture.getchannel("A").getextrema() == (255, 255) or max(lost.values()) < MAX_LOST:
        return picture
    size = (picture.width + 2 * MARGIN, picture.height + 2 * MARGIN)
    plate = Image.new("RGBA", size, min(PAPERS, key=lambda paper: lost[paper]))
    plate.alpha_composite(picture, (MARGIN, MARGIN))
    plate.thumbnail(SIZE, Image.Resampling.LANCZOS)
    return plate


def _lost(picture: Image.Image, paper: str) -> float:
    """Return which share of what can be seen hardly stands out from the paper."""
    pixels = picture.resize(SAMPLE, Image.Resampling.NEAREST).tobytes()  # four bytes each, the last one its opacity
    inks = [f"#{pixels[i : i + 3].hex()}" for i in range(0, len(pixels), 4) if pixels[i + 3] > 128]
    return sum(contrast(ink, paper) < LEGIBLE for ink in inks) / max(1, len(inks))


def _small(picture: Image.Image) -> bytes:
    """Return it as the best WebP that is light enough."""
    for quality in (None, 90, 75, 60, 40, 20):
        file = BytesIO()
        picture.save(file, "WEBP", method=6, lossless=quality is None, quality=quality or 80)
        if file.tell() <= WEIGHT:
            return file.getvalue()
    picture.thumbnail((picture.width // 2, picture.height // 2))
    return _small(picture)
