"""Logos: made small and written anew, whatever comes; what is no image is refused."""

import struct
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageColor, ImageDraw
from support.images import drawn
from support.server_process import HOUSE

from branding.colours import contrast
from branding.images import GROUNDS, WEIGHT
from branding.logos import prepare_logo
from branding.uploads import MAX_PIXELS, MAX_SIDE, InvalidImage


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


def test_a_large_image_keeps_what_can_be_seen_wherever_it_is() -> None:
    image = Image.new("RGBA", (4_000, 4_000))
    ImageDraw.Draw(image).rectangle((3_001, 2_503, 3_040, 2_512), fill="#3f8f6f")
    file = BytesIO()
    image.save(file, "PNG")
    found = opened(prepare_logo(file.getvalue()))
    assert found.size == (40, 10)
    assert found.getcolors() == [(400, ImageColor.getcolor("#3f8f6fff", "RGBA"))]


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
def test_a_logo_can_be_seen_on_light_and_on_dark_ground(ink: str, on_a_plate: bool) -> None:
    image = opened(prepare_logo(drawn(ink=ink)))
    corner = image.getpixel((0, 0))
    middle = image.getpixel((image.width // 2, image.height // 2))
    shown = "#{:02x}{:02x}{:02x}".format(*middle[:3])
    if on_a_plate:
        assert corner[3] == 255
        assert contrast(shown, "#{:02x}{:02x}{:02x}".format(*corner[:3])) > 4.5
    else:
        assert all(contrast(shown, ground) >= 3 for ground in GROUNDS)


@pytest.mark.parametrize(
    ("mark", "word", "plate"),
    [("#d05fa8", "#14301a", GROUNDS[0]), ("#f2c14e", "#3f6b3a", GROUNDS[0]), ("#6a2f56", "#f5f5f5", GROUNDS[1])],
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


def bomb(width: int, height: int, depth: int = 8, colour: int = 2) -> bytes:
    """Return a PNG of a few bytes that says it is so large."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
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
        (bomb(60_000, 60_000), "size"),
        (bomb(1, 40_000_000, depth=1, colour=0), "size"),
        (bomb(MAX_SIDE + 1, 1), "size"),
        (bomb(1, MAX_SIDE + 1), "size"),
        (bomb(4_001, 4_000), "size"),
        (bomb(4_000, 4_000), "broken"),
        (bomb(MAX_SIDE, 1), "broken"),
        (drawn(ink="#00000000"), "empty"),
    ],
    ids=[
        "nothing",
        "text",
        "SVG",
        "TIFF",
        "cut off",
        "damaged",
        "bomb",
        "one column",
        "too wide",
        "too high",
        "too many pixels",
        "as many as may be",
        "as wide as may be",
        "nothing to see",
    ],
)
def test_what_is_no_image_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(InvalidImage, match=why):
        prepare_logo(data)


LARGE = (8_000, 2_000)
AT_MOST = 300
"""Megabytes of memory, whatever is uploaded: the decoder for WebP alone takes 16 bytes a pixel."""

# It reads the images from files, and has a thread for each; the rest of the app is not there.
# Not `ru_maxrss`: a child begins with that of the process that started it.
PEAK = """
import re, sys, threading
from branding.logos import prepare_logo
from branding.uploads import InvalidImage

def upload(path):
    try:
        prepare_logo(open(path, "rb").read())
    except InvalidImage:
        pass

threads = [threading.Thread(target=upload, args=(path,)) for path in sys.argv[1:]]
for each in threads:
    each.start()
for each in threads:
    each.join()
print(int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) // 1024)
"""


def peak(folder: Path, *uploads: bytes) -> int:
    """Return the megabytes of memory that a process takes at most when all of these are uploaded at once."""
    paths = [folder / str(number) for number, _ in enumerate(uploads)]
    for path, data in zip(paths, uploads, strict=True):
        path.write_bytes(data)
    command = [sys.executable, "-c", PEAK, *map(str, paths)]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True)
    assert LARGE[0] * LARGE[1] == MAX_PIXELS
    return int(done.stdout)


def plain(kind: str, mode: str, size: tuple[int, int] = LARGE, **more: Any) -> bytes:
    """Return an image of one colour."""
    file = BytesIO()
    Image.new(mode, size).save(file, kind, **more)
    return file.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "mode", "more"),
    [
        ("PNG", "1", {}),
        ("PNG", "P", {"transparency": 1}),
        ("PNG", "RGB", {}),
        ("GIF", "P", {}),
        ("JPEG", "CMYK", {"progressive": True}),
        ("WEBP", "RGB", {"method": 0}),
    ],
)
def test_eight_large_logos_at_once_take_little_memory(
    tmp_path: Path, kind: str, mode: str, more: dict[str, Any]
) -> None:
    """Eight threads are what a server has."""
    assert peak(tmp_path, *[plain(kind, mode, **more)] * 8) < AT_MOST


@pytest.mark.slow
def test_an_image_that_is_too_large_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    nothing = peak(tmp_path, b"")
    for size in ((1, 40_000_000), (8_000, 5_000)):
        assert peak(tmp_path, plain("PNG", "1", size)) < nothing + 10, size
