"""The security headers of every response: content security policy, HSTS and others."""

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

# Browser features that no page uses; an injected script could not use them either.
UNUSED = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")

# Owners' pages override `Referrer-Policy` with same-origin.
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

# Browsers honour these over https only, and warn about the first one over http.
HTTPS_ONLY = {"Cross-Origin-Opener-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000"}


def security_headers(base_url: str) -> dict[str, str]:
    """Return the headers of every response, given BASE_URL."""
    return SECURITY_HEADERS | HTTPS_ONLY if base_url.startswith("https:") else SECURITY_HEADERS
