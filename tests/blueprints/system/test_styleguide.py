"""The style guide: every part of the pages, for developers."""

from support.world import World


def test_the_style_guide_is_there_in_development_only(world: World) -> None:
    assert world.browser().get("/styleguide").status_code == 404
    world.app.debug = True
    try:
        for query in ("", "?dir=rtl"):
            assert world.browser().get(f"/styleguide{query}").status_code == 200
    finally:
        world.app.debug = False
