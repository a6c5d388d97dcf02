"""Icons for tabs and home screens, at the addresses where browsers and phones look for them."""

from flask import Blueprint, Response, jsonify, redirect
from flask.typing import ResponseReturnValue

from branding.colours import LIGHT
from middleware.static_files import static_url

bp = Blueprint("app_icons", __name__)

SIZES = (192, 512)


@bp.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    """Lead to the icon, which may be cached for ever under its own name."""
    return redirect(static_url("favicon.ico"))


@bp.get("/manifest.webmanifest")
def manifest() -> Response:
    """Return the web app manifest, by which an owner puts Bookonce on a home screen (W3C Web Application Manifest)."""
    icons = [
        {
            "src": static_url(f"icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": "any maskable",
        }
        for size in SIZES
    ]
    answer = jsonify(
        name="Bookonce",
        short_name="Bookonce",
        id="/",
        start_url="/",
        display="minimal-ui",
        background_color=LIGHT.table,
        theme_color=LIGHT.sheet,
        icons=icons,
    )
    answer.mimetype = "application/manifest+json"
    return answer
