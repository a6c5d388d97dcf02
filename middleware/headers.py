"""The security headers of every response: content security policy, HSTS and others."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)

# Browser features that no page uses; an injected script could not use them either.
UNUSED = ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")

# Owners' pages have a `Referrer-Policy` of their own, same-origin.
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

App = Callable[[dict[str, Any], Any], Iterable[bytes]]


def headers_middleware(app: App, headers: Mapping[str, str]) -> App:
    """Return the app; each response gets those of the headers that it does not have."""
    wanted = [(name.lower(), (name, value)) for name, value in headers.items()]

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(status: str, found: list[tuple[str, str]], *more: Any) -> Any:
            names = {name.lower() for name, _ in found}
            return start_response(status, found + [header for name, header in wanted if name not in names], *more)

        return app(environ, start)

    return serve


def security_headers(base_url: str) -> dict[str, str]:
    """Return the headers of every response, given BASE_URL."""
    return SECURITY_HEADERS | HTTPS_ONLY if base_url.startswith("https:") else SECURITY_HEADERS
