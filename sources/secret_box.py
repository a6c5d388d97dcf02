"""Encryption of what must be read back: a source's address and password (AES-256-GCM, NIST SP 800-38D).

The key is derived from the server's key (HKDF, RFC 5869), and a text is bound to its row: with another key, or put into
another row, it can't be opened. Then the owner connects the source again.
"""

import json
import os
from dataclasses import asdict, dataclass, replace

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12


class CanNotOpen(Exception):
    """The text was encrypted with another key, or belongs to another row."""


@dataclass(frozen=True)
class Secret:
    """How a source is reached. Its text shows nothing of it, so that no log does.

    By an address, with a user's name and password, or by tokens: the one for access works until a Unix time, and
    `scope` is what it may. Then `username` tells one account from another.
    """

    address: str
    username: str = ""
    password: str = ""
    refresh: str = ""
    access: str = ""
    access_until: float = 0
    scope: str = ""

    def __repr__(self) -> str:
        return "Secret(…)"

    def with_address(self, address: str) -> "Secret":
        """Return the same with another address."""
        return replace(self, address=address)

    def with_tokens(self, refresh: str, access: str, until: float, scope: str) -> "Secret":
        """Return the same with other tokens."""
        return replace(self, refresh=refresh, access=access, access_until=until, scope=scope)


def seal(key: str, row: str, secret: Secret) -> bytes:
    """Return the secret encrypted, bound to `row`, a name that no other row has."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(key).encrypt(nonce, json.dumps(asdict(secret)).encode(), row.encode())


def unseal(key: str, row: str, sealed: bytes) -> Secret:
    """Return the secret. Raises CanNotOpen."""
    try:
        text = _cipher(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], row.encode())
    except (InvalidTag, ValueError):
        raise CanNotOpen from None
    return Secret(**json.loads(text))


def _cipher(key: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"bookonce source").derive(key.encode()))
