"""Drawings that are made of data."""

import pytest
from flask import Flask

from availability.opening_hours import parse_availability
from blueprints.drawings import week_drawing
from blueprints.template_functions import initials, location_icon
from i18n.formatting import format_hours


@pytest.mark.parametrize(
    ("hours", "open_halves"),
    [(["mon-fri 09:00-17:00"], 10), (["tue 08:00-12:00"], 1), (["sat 12:00-13:00"], 1), ([], 0)],
)
def test_a_week_is_drawn_as_mornings_and_afternoons(app: Flask, hours: list[str], open_halves: int) -> None:
    availability = parse_availability(hours)
    with app.test_request_context():
        drawing, words = week_drawing(availability), format_hours(availability)
    closed, opened = drawing.split('<path d="')
    assert opened.count("M") == open_halves
    assert closed.partition('d="')[2].count("M") == 14 - open_halves
    assert f'aria-label="{words}"' in drawing


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Olivia Ownerson", "OO"), ("Dr. Friederike von Oppenheim-Wittgenstein", "FW"), ("Cher", "C"), ("李小龙", "李"),
        ("  ", ""), ("🙂", ""), ("Dr.", "D"), ("ß x", "SX"), ("o’neill", "O"),
    ],
)  # fmt: skip
def test_the_face_of_an_owner_has_up_to_two_letters(name: str, letters: str) -> None:
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("place", "icon"),
    [
        ("Video call", "video"), ("https://meet.example/a", "video"), ("Phone", "phone"), ("+49 30 901820", "phone"),
        ("Hauptstraße 1", "pin"), ("10435 Berlin", "pin"), ("Telegrafenweg 2", "pin"),
    ],
)  # fmt: skip
def test_a_place_has_an_icon(place: str, icon: str) -> None:
    assert location_icon(place) == icon
