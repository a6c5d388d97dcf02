"""Logos: an upload is decoded, scaled down and re-encoded as WebP, so metadata is stripped.

Pillow is loaded when the first logo comes, since few processes need its memory.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

# One image at a time. One thread for all, since malloc keeps what a thread has freed for that thread.
_worker = ThreadPoolExecutor(1, "logo")


def prepare_logo(data: bytes) -> bytes:
    """Return the image as WebP, at most 320 × 128 pixels and 6 kB, legible on light and dark backgrounds.

    Only the pixels are kept: no location, camera data or comments. Raises InvalidImage.
    """
    from branding.images import small_image

    return _worker.submit(small_image, data).result()


@lru_cache(maxsize=32)
def logo_as_png(image: bytes) -> bytes:
    """Return a logo as PNG, which also those mail programs show that know no WebP."""
    from branding.images import as_png

    return as_png(image)
