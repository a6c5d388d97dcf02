"""Addresses as QR codes. Segno draws them; a code of 18 letters and a host has about 40 modules a side."""

from io import BytesIO

import segno
from markupsafe import Markup


def qr_svg(address: str) -> bytes:
    """Return an SVG file, with the four modules of white around the code that ISO/IEC 18004 asks for."""
    out = BytesIO()
    segno.make_qr(address, error="m").save(out, kind="svg", scale=8, border=4, light="#fff", nl=False)
    return out.getvalue()


def qr_inline(address: str) -> Markup:
    """Return the code as an SVG element for a page to be printed; it scales with its place."""
    svg = segno.make_qr(address, error="m").svg_inline(border=4, light="#fff", omitsize=True)
    return Markup(svg)  # noqa: S704  (drawn by the library: paths and numbers)
