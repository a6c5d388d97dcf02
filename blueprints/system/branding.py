"""An owner's stylesheet and logo: public, under names that change with what they are, so kept for ever."""

import re

from flask import Blueprint, Response, abort

from accounts.branding import logo_image
from blueprints.responses import gzip_response
from branding.theme import themed_stylesheet

bp = Blueprint("branding", __name__)

FOREVER = "max-age=31536000, public, immutable"
_NAME = re.compile(r"[0-9a-f]{12}\.([0-9a-f]{6})\.css")


@bp.get("/look/<name>")
def stylesheet(name: str) -> Response:
    """Give the stylesheet in an owner's colour, compressed for those who take it so."""
    if not (found := _NAME.fullmatch(name)) or (sheet := themed_stylesheet(f"#{found[1]}")).name != name:
        abort(404)
    answer = gzip_response(sheet.plain, sheet.compressed, "text/css")
    answer.headers["Cache-Control"] = FOREVER
    return answer


@bp.get("/logo/<digest>.webp")
def logo(digest: str) -> Response:
    """Give an owner's logo."""
    image = logo_image(digest)
    if image is None:
        abort(404)
    answer = Response(image, mimetype="image/webp")
    answer.headers["Cache-Control"] = FOREVER
    return answer
