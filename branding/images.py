"""How a logo is decoded, made legible and small; see `branding.logos`."""

import warnings
from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from branding.colours import DARK, LIGHT, contrast
from branding.uploads import MAX_PIXELS, MAX_SIDE, InvalidImage

SIZE = (320, 128)
"""Pixels: twice the size at which it is shown, for high-resolution screens."""
WEIGHT = 6_000
"""Bytes: keeps a slot page with a logo within its budget."""

GROUNDS = (LIGHT.sheet, DARK.sheet)
LEGIBLE = 3.0
"""The minimum contrast of graphics by WCAG 1.4.11."""
MAX_LOST = 0.1
SAMPLE = (64, 32)
MARGIN = 12

STRIP = 2**18
"""Pixels: a large image is converted in strips of about this many, since a whole copy would take 64 MB."""
SHARP = 4
"""A large image is shrunk to this many times SIZE before it is turned and scaled well."""

Box = tuple[int, int, int, int]


def small_image(data: bytes) -> bytes:
    """Return the image as WebP, see `prepare_logo`. Raises InvalidImage."""
    return _small(_legible(_decoded(data)))


def as_png(image: bytes) -> bytes:
    """Return a WebP image as PNG."""
    file = BytesIO()
    with Image.open(BytesIO(image), formats=("WEBP",)) as picture:
        picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _decoded(data: bytes) -> Image.Image:
    """Return the part of the image that can be seen, upright, within SIZE. Raises InvalidImage."""
    try:
        with warnings.catch_warnings(), Image.open(BytesIO(data), formats=("PNG", "JPEG", "WEBP", "GIF")) as image:
            warnings.simplefilter("ignore")  # a decompression bomb is refused below
            if max(image.size) > MAX_SIDE or image.width * image.height > MAX_PIXELS:
                raise InvalidImage("size")
            image.draft("RGB", (SIZE[0] * SHARP, SIZE[1] * SHARP))
            picture = _shrunk(image)
            ImageOps.exif_transpose(picture, in_place=True)
    except InvalidImage:
        raise
    except Image.DecompressionBombError as error:
        raise InvalidImage("size") from error
    except UnidentifiedImageError as error:
        raise InvalidImage("kind") from error
    except Exception as error:  # a decoder fails in many ways; each means that the image is broken
        raise InvalidImage("broken") from error
    picture.thumbnail(SIZE, Image.Resampling.LANCZOS)
    return picture


def _shrunk(image: Image.Image) -> Image.Image:
    """Return the part of the image that can be seen as RGBA, shrunk by a whole factor. Raises InvalidImage."""
    image.load()
    boxes = [_moved(box, top) for top, strip in _strips(image) if (box := strip.getbbox())]
    if not boxes:
        raise InvalidImage("empty")
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    box = (min(lefts), min(tops), max(rights), max(bottoms))
    width, height = box[2] - box[0], box[3] - box[1]
    factor = max(1, width // (SIZE[0] * SHARP), height // (SIZE[1] * SHARP))
    shrunk = Image.new("RGBA", (-(-width // factor), -(-height // factor)))
    for top, strip in _strips(image, box, factor):
        shrunk.paste(strip.reduce(factor), (0, top // factor))
    shrunk.info = image.info
    return shrunk


def _strips(image: Image.Image, box: Box | None = None, factor: int = 1) -> Iterator[tuple[int, Image.Image]]:
    """Yield the rows of the box in RGBA, a multiple of `factor` at a time, each strip with its first row in the box."""
    left, upper, right, lower = box or (0, 0, *image.size)
    height = max(1, STRIP // (right - left) // factor) * factor
    for top in range(upper, lower, height):
        yield top - upper, image.crop((left, top, right, min(top + height, lower))).convert("RGBA")


def _moved(box: Box, by: int) -> Box:
    return box[0], box[1] + by, box[2], box[3] + by


def _legible(picture: Image.Image) -> Image.Image:
    """Return the picture, on a plain background if parts of it would be invisible on light or dark pages."""
    lost = {ground: _lost(picture, ground) for ground in GROUNDS}
    if picture.getchannel("A").getextrema() == (255, 255) or max(lost.values()) < MAX_LOST:
        return picture
    size = (picture.width + 2 * MARGIN, picture.height + 2 * MARGIN)
    plate = Image.new("RGBA", size, min(GROUNDS, key=lambda ground: lost[ground]))
    plate.alpha_composite(picture, (MARGIN, MARGIN))
    plate.thumbnail(SIZE, Image.Resampling.LANCZOS)
    return plate


def _lost(picture: Image.Image, ground: str) -> float:
    """Return the share, 0 to 1, of the opaque pixels that have too little contrast with the ground."""
    pixels = picture.resize(SAMPLE, Image.Resampling.NEAREST).tobytes()  # RGBA, four bytes each
    inks = [f"#{pixels[i : i + 3].hex()}" for i in range(0, len(pixels), 4) if pixels[i + 3] > 128]
    return sum(contrast(ink, ground) < LEGIBLE for ink in inks) / max(1, len(inks))


def _small(picture: Image.Image) -> bytes:
    """Return the picture as WebP in the best quality that fits WEIGHT, scaled down if none does."""
    for quality in (None, 90, 75, 60, 40, 20):
        file = BytesIO()
        picture.save(file, "WEBP", method=6, lossless=quality is None, quality=quality or 80)
        if file.tell() <= WEIGHT:
            return file.getvalue()
    picture.thumbnail((picture.width // 2, picture.height // 2))
    return _small(picture)
