"""An owner's colour: whatever it is, what stands in it and on it can be read."""

from itertools import product

import pytest

from branding.colours import DARK, LIGHT, Scheme, contrast, is_readable, palette

COLOURS = [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in product(range(0, 256, 51), repeat=3)]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_colour_can_be_read(scheme: Scheme) -> None:
    for colour in COLOURS:
        found = palette(colour, scheme)
        pairs = [
            (found.accent, ground)
            for ground in (scheme.sheet, scheme.table, scheme.raised, scheme.disc, found.panel, found.on_accent)
        ]
        pairs += [(found.accent_deep, found.on_accent), (found.accent_deep, found.panel)]
        pairs += [(ink, found.panel) for ink in (scheme.ink, scheme.soft)]
        for one, other in pairs:
            assert contrast(one, other) >= 4.5, (colour, one, other)


def test_contrast_is_as_wcag_has_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("colour", "kept"), [("#215f48", True), ("#000000", True), ("#ffee00", False)])
def test_a_colour_that_can_be_read_stays_as_it_is(colour: str, kept: bool) -> None:
    assert is_readable(colour) is kept
    assert (palette(colour, LIGHT).accent == colour) is kept


def test_what_is_made_of_a_colour_keeps_its_hue() -> None:
    found = palette("#ff0000", LIGHT).accent
    assert found[3:] == "0000"
    assert found > "#b00000"
