"""Palettes of an accent colour, adjusted to be readable as text and as a background, in light and dark schemes.

The contrast is that of WCAG 2.2: at least 4.5 to 1 for text (1.4.3), computed from relative luminance.
"""

from collections.abc import Iterable
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass, replace
from functools import lru_cache

ENOUGH = 4.6  # a little more, since what is shown is rounded
A_LITTLE = 0.01
DEEPER = 0.08

RGB = tuple[float, float, float]


@dataclass(frozen=True)
class Palette:
    """The variants of an accent colour in one scheme, as `#rrggbb`; `panel` is its pale background."""

    accent: str
    accent_deep: str
    on_accent: str
    panel: str


@dataclass(frozen=True)
class Scheme:
    """A scheme: our colours, the accent's share in the panel, and the direction of contrast: -1 darker, 1 lighter.

    The sheet lies on the table; fields and pop-ups are raised; a disc is the ground of a free day and of hovering. The
    stylesheet's tokens repeat the colours, since it is served as it is; a test holds them equal.
    """

    table: str
    sheet: str
    raised: str
    disc: str
    ink: str
    soft: str
    faint: str
    accent: str
    accent_deep: str
    on_accent: str
    panel: str
    share: float
    direction: int


LIGHT = Scheme(
    table="#f3f0ea",
    sheet="#fefdfb",
    raised="#fefdfb",
    disc="#eeebe5",
    ink="#1d231f",
    soft="#525a55",
    faint="#656c67",
    accent="#215f48",
    accent_deep="#154b37",
    on_accent="#fefdfb",
    panel="#ecf0ed",
    share=0.08,
    direction=-1,
)
DARK = Scheme(
    table="#101210",
    sheet="#1d211e",
    raised="#272b28",
    disc="#313532",
    ink="#e9e8e3",
    soft="#acb3ae",
    faint="#979d99",
    accent="#92c9ab",
    accent_deep="#b0dec4",
    on_accent="#091d15",
    panel="#252d28",
    share=0.07,
    direction=1,
)


@lru_cache(maxsize=256)
def palette(colour: str, scheme: Scheme) -> Palette:
    """Return the palette of `#rrggbb`: the colour itself if it is readable, else made darker or lighter until it is."""
    hue, lightness, saturation = rgb_to_hls(*_rgb(colour))

    def at(level: float) -> RGB:
        return hls_to_rgb(hue, min(1.0, max(0.0, level)), saturation)

    sheet, on_accent = _rgb(scheme.sheet), _rgb(scheme.on_accent)
    grounds = [sheet, on_accent, *map(_rgb, (scheme.table, scheme.raised, scheme.disc))]
    while not _stands_out(at(lightness), [*grounds, _mixed(at(lightness), sheet, scheme.share)]):
        lightness += scheme.direction * A_LITTLE
    accent = at(lightness)
    return Palette(
        accent=_hex(accent),
        accent_deep=_hex(at(lightness + scheme.direction * DEEPER)),
        on_accent=scheme.on_accent,
        panel=_hex(_mixed(accent, sheet, scheme.share)),
    )


def scheme_in(accent: str, scheme: Scheme) -> Scheme:
    """Return the scheme in an owner's accent colour; as it is if `accent` is ''."""
    return replace(scheme, **vars(palette(accent, scheme))) if accent else scheme


def is_readable(colour: str) -> bool:
    """Return whether the colour is readable on a light background without adjustment."""
    return palette(colour, LIGHT).accent == colour


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21."""
    return _contrast(_rgb(one), _rgb(other))


def _stands_out(colour: RGB, grounds: Iterable[RGB]) -> bool:
    return all(_contrast(colour, ground) >= ENOUGH for ground in grounds)


def _contrast(one: RGB, other: RGB) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: RGB) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _mixed(colour: RGB, ground: RGB, share: float) -> RGB:
    red, green, blue = (share * c + (1 - share) * g for c, g in zip(colour, ground, strict=True))
    return red, green, blue


def _rgb(colour: str) -> RGB:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _hex(colour: RGB) -> str:
    return "#" + "".join(f"{round(c * 255):02x}" for c in colour)
