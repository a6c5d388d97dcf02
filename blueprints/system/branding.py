"""An owner's stylesheet and logo: public, with the digest of their content in the name, so cached for ever."""

import re

from flask import Blueprint, Response, abort

from accounts.branding import logo_image
from blueprints.responses import gzip_response
from branding.theme import themed_stylesheet

bp = Blueprint("branding", __name__)

FOREVER = "max-age=31536000, public, immutable"
_DIGEST = re.compile(r"[0-9a-f]{32}")
_NAME = re.compile(r"[0-9a-f]{12}\.([0-9a-f]{6})\.css")


@bp.get("/look/<name>")
def stylesheet(name: str) -> Response:
    """Return the stylesheet in an owner's colour, compressed if the client accepts gzip."""
    if not (found := _NAME.fullmatch(name)) or (sheet := themed_stylesheet(f"#{found[1]}")).name != name:
        abort(404)
    response = gzip_response(sheet.plain, sheet.compressed, "text/css")
    response.headers["Cache-Control"] = FOREVER
    return response


@bp.get("/logo/<digest>.webp")
def logo(digest: str) -> Response:
    """Return an owner's logo."""
    image = logo_image(digest) if _DIGEST.fullmatch(digest) else None
    if image is None:
        abort(404)
    response = Response(image, mimetype="image/webp")
    response.headers["Cache-Control"] = FOREVER
    return response
