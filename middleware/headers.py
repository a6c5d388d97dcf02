"""What every answer carries, so that a browser opens nothing that was not meant."""

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

# Features of a browser that no page here uses; a script that got in could not either.
UNUSED = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")

# An owner's page may tell its own host where it was: its `Referrer-Policy` is same-origin.
SECURITY_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}

# Browsers heed these by https only, and complain about the first elsewhere. Who came by https comes by http no more.
HTTPS_ONLY = {"Cross-Origin-Opener-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000"}


def security_headers(base_url: str) -> dict[str, str]:
    """Return the headers of every answer of a server whose addresses begin with `base_url`."""
    return SECURITY_HEADERS | HTTPS_ONLY if base_url.startswith("https:") else SECURITY_HEADERS
