"""Secret tokens in links: derived from the server's key; the database stores only their hashes.

A token is HMAC-SHA-256 (RFC 2104) over its purpose and a salt of its row, written in 18 letters: 105 bits, short enough
for an SMS, without letters that look alike and without the characters that messengers take for formatting. A stolen
database contains no token; with the key as well, an address can be shown again.
"""

import hashlib
import hmac
import secrets
from functools import lru_cache

LETTERS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LENGTH = 18
SALT_BYTES = 16


def new_salt() -> bytes:
    """Return 16 random bytes."""
    return secrets.token_bytes(SALT_BYTES)


def new_token() -> str:
    """Return a random token of 18 letters, which can't be derived again."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


@lru_cache(maxsize=2048)
def derive(key: str, purpose: str, salt: bytes = b"") -> str:
    """Return the token of 18 letters for this key, purpose and salt; always the same.

    Kept, since a list asks for fifty with each of its pages. Whoever reads the memory has the key, and all tokens.
    """
    number = int.from_bytes(hmac.digest(key.encode(), purpose.encode() + b"\0" + salt, "sha256"))
    letters = []
    for _ in range(LENGTH):
        number, letter = divmod(number, len(LETTERS))
        letters.append(LETTERS[letter])
    return "".join(letters)


def derive_again(key: str, purpose: str, salt: bytes, expected: bytes) -> str | None:
    """Return the token as `derive` does; None if its digest differs, because it was made with another key."""
    token = derive(key, purpose, salt)
    return token if digest(token) == expected else None


def digest(token: str) -> bytes:
    """Return the 32 bytes that the database stores for a token: its SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def storage_name(secret: str | bytes) -> str:
    """Return 32 hexadecimal digits that name a secret in a browser's storage, and tell nobody the secret."""
    data = secret if isinstance(secret, bytes) else secret.encode("utf-8", "surrogatepass")
    return hashlib.sha256(b"browser\0" + data).hexdigest()[:32]


def constant_time_equal(left: str, right: str) -> bool:
    """Return whether two tokens are equal, in a time that does not reveal where they differ."""
    return hmac.compare_digest(digest(left), digest(right))
