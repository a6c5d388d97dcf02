"""The main job in a text browser, Lynx: no script, no style, and `hidden` is shown."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from support import lynx
from support.shop import Shop

DOWN, ENTER = "Down Arrow", "^J"


def test_a_link_is_booked_in_a_text_browser(tmp_path: Path) -> None:
    shop = Shop(f"sqlite:///{tmp_path}/bookonce.db", tmp_path)
    (calendar,) = shop.calendars()
    (token,) = shop.links(calendar, 1)
    with shop.open() as (server,):
        link = f"{server.address}/b/{token}"
        later = f"{link}?date={datetime.now(UTC).date() + timedelta(days=3)}"  # today may have one time left
        picker = lynx.dump(later)
        times = re.findall(r"^ +\* \[(\d+)\]", picker, re.MULTILINE)
        slots = re.findall(r"https?://\S+start=\S+", picker)
        form = lynx.dump(slots[1])
        assert len(re.findall(r"\(BUTTON\)|\bBook\b", form)) == 2, form  # one button, and its word
        to_the_time = [DOWN] * (int(times[1]) - 1) + [ENTER]
        to_the_button = [DOWN, *"Jane", DOWN, *"jane@example.com", *[DOWN] * 5]  # the notes have three lines
        confirmed = lynx.press(later, [*to_the_time, *to_the_button, ENTER], tmp_path)
        assert "Your appointment is confirmed" in confirmed
        assert "Jane" in confirmed
        assert "jane@example.com" in confirmed
        assert "Copy" not in confirmed
        assert "has already been used" in lynx.dump(link)
