"""What a messenger shows of a link: with whom, the logo, and the same whatever became of the link."""

import re
from dataclasses import replace
from io import BytesIO

from PIL import Image
from support.world import World, at

from accounts.branding import change_logo

NINE = at("2026-11-30 09:00")


def preview(text: str) -> list[tuple[str, str]]:
    return re.findall(r'<meta property="(og:\w+)" content="([^"]*)">', text)


def test_the_preview_says_with_whom_and_is_the_same_in_each_state(world: World) -> None:
    owner = world.owner(name="Olivia & Co")
    picture = BytesIO()
    Image.new("RGB", (40, 40), "red").save(picture, "PNG")
    with world.inside():
        change_logo(owner.id, picture.getvalue())
    world.app.config["BOOKONCE"] = replace(world.app.config["BOOKONCE"], base_url="https://book.example")
    calendar = world.calendar(owner)
    tokens = [world.link(calendar) for _ in range(4)]
    world.book(tokens[1], NINE)
    world.execute("UPDATE links SET revoked_at = created_at WHERE id = 3")
    world.execute("UPDATE links SET expires_at = created_at WHERE id = 4")
    answers = [world.browser().get(f"/b/{token}") for token in tokens]
    assert [answer.status_code for answer in answers] == [200, 410, 410, 410]
    shown = [preview(answer.text) for answer in answers]
    assert shown[0] == shown[1] == shown[2] == shown[3]
    values = dict(shown[0])
    assert values["og:title"] == "Appointment with Olivia &amp; Co"
    assert values["og:image"].startswith("https://book.example/")
    for answer in answers:
        title = re.search("<title>([^<]*)</title>", answer.text)
        assert title
        assert title[1].endswith("Olivia &amp; Co")
        assert "Bookonce" not in title[1]


def test_an_unknown_link_has_no_preview(world: World) -> None:
    world.link()
    assert preview(world.browser().get("/b/" + "x" * 18).text) == []
