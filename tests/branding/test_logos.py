"""Logos: made small and written anew, whatever comes; what is no image is refused."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageColor, ImageDraw
from support.images import drawn

from branding.colours import contrast
from branding.logos import PAPERS, WEIGHT, InvalidImage, prepare_logo


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    assert image.format == "WEBP"
    return image.convert("RGBA")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
@pytest.mark.parametrize("size", [(600, 300), (20, 10), (3000, 40), (40, 3000), (8, 8)])
def test_any_image_becomes_small(kind: str, size: tuple[int, int]) -> None:
    found = prepare_logo(drawn(size, kind=kind))
    assert len(found) <= WEIGHT
    width, height = opened(found).size
    assert width <= 320
    assert height <= 128


def test_a_photograph_is_light_enough_too() -> None:
    noise = Image.effect_noise((1200, 900), 90).convert("RGB")
    file = BytesIO()
    noise.save(file, "JPEG")
    assert len(prepare_logo(file.getvalue())) <= WEIGHT


def test_what_else_is_in_the_file_is_not_passed_on() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    exif[0x0112] = 6  # the camera was held upright
    found = prepare_logo(drawn((300, 200), kind="JPEG", exif=exif, comment=b"a comment"))
    assert b"taken at home" not in found
    assert b"a comment" not in found
    assert not Image.open(BytesIO(found)).getexif()
    width, height = opened(found).size
    assert height > width


@pytest.mark.parametrize(("ink", "on_a_plate"), [("#000000", True), ("#ffffff", True), ("#3f8f6f", False)])
def test_a_logo_can_be_seen_on_light_and_on_dark_paper(ink: str, on_a_plate: bool) -> None:
    image = opened(prepare_logo(drawn(ink=ink)))
    corner = image.getpixel((0, 0))
    middle = image.getpixel((image.width // 2, image.height // 2))
    shown = "#{:02x}{:02x}{:02x}".format(*middle[:3])
    if on_a_plate:
        assert corner[3] == 255
        assert contrast(shown, "#{:02x}{:02x}{:02x}".format(*corner[:3])) > 4.5
    else:
        assert all(contrast(shown, paper) >= 3 for paper in PAPERS)


@pytest.mark.parametrize(
    ("mark", "word", "plate"),
    [("#d05fa8", "#14301a", "#ffffff"), ("#f2c14e", "#3f6b3a", "#ffffff"), ("#6a2f56", "#f5f5f5", PAPERS[1])],
)
def test_the_word_beside_a_mark_is_seen_too(mark: str, word: str, plate: str) -> None:
    image = Image.new("RGBA", (300, 60))
    draw = ImageDraw.Draw(image)
    draw.ellipse((0, 0, 60, 60), fill=mark)
    draw.rectangle((80, 20, 300, 40), fill=word)
    file = BytesIO()
    image.save(file, "PNG")
    corner = opened(prepare_logo(file.getvalue())).getpixel((0, 0))
    assert corner == ImageColor.getcolor(plate, "RGBA")


def bomb() -> bytes:
    """Return a PNG of a few bytes that says it is 60,000 pixels wide and high."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "kind"),
        (b"hello", "kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "kind"),
        (drawn(kind="TIFF"), "kind"),
        (drawn()[:200], "broken"),
        (drawn()[:60] + b"\0" * 300, "broken"),
        (bomb(), "size"),
        (drawn(ink="#00000000"), "empty"),
    ],
    ids=["nothing", "text", "SVG", "TIFF", "cut off", "damaged", "bomb", "nothing to see"],
)
def test_what_is_no_image_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(InvalidImage, match=why):
        prepare_logo(data)
