"""The icons for tabs and home screens."""

from support.world import World


def test_icons_are_found_where_browsers_and_phones_look_for_them(world: World) -> None:
    browser = world.browser()
    icon = browser.get("/favicon.ico", follow_redirects=True)
    assert icon.status_code == 200
    assert icon.data[:4] == b"\0\0\1\0"
    manifest = browser.get("/manifest.webmanifest")
    assert manifest.mimetype == "application/manifest+json"
    for each in manifest.json["icons"]:
        image = browser.get(each["src"])
        assert image.data.startswith(b"\x89PNG")
        assert int.from_bytes(image.data[16:20]) == int(each["sizes"].split("x")[0])
