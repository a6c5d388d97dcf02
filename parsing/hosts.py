"""Checking host names, as they appear in URLs and in the Host header."""

import re

_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9A-Fa-f:.]{{2,45}}\])"
_HOST_AND_PORT = re.compile(rf"{HOST}(?::\d{{1,5}})?", re.ASCII)


def is_host(text: str) -> bool:
    """Return whether `text` is a host name or IP address, with or without a port."""
    return len(text) <= 255 and _HOST_AND_PORT.fullmatch(text) is not None


def is_loopback(name: str | None) -> bool:
    """Return whether a host name means this machine itself, so that no other machine can reach it by that name."""
    return name in ("localhost", "::1") or (name or "").startswith("127.")
