"""Requests to servers of others: over https, to an address that was checked, with limits on bytes and time.

A host's name is resolved once, and that very address is connected to, so nobody can give one address to the check and
another to the connection. Nothing of ours is sent along: no cookie, no referrer, no header of an earlier request.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from urllib.parse import SplitResult, urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as Timeout

from remote_calendars.public_addresses import Address, Network, is_allowed, resolve
from remote_calendars.reading import ProblemCode, ReadingFailed

MAX_BYTES = 10_000_000
"""Of an answer, unpacked."""
MAX_REDIRECTS = 4
LONGEST_PAUSE = 6 * 3600
"""Seconds that a server may ask us to wait."""
SECONDS_WITHOUT_A_BYTE = 20.0
_REDIRECTS = {301, 302, 303, 307, 308}
_CHUNK = 65_536


@dataclass(frozen=True)
class Answer:
    """A server's answer; `url` is where it came from, after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


@dataclass(frozen=True)
class Credentials:
    """A user's name and password, for one host only."""

    username: str
    password: str
    host: str


@dataclass
class Client:
    """Sends requests. `networks` may be connected to although they are not public, and without https."""

    networks: tuple[Network, ...] = ()
    credentials: Credentials | None = None
    redirects: int = MAX_REDIRECTS
    """How many are followed. None must be where a body or a header holds a secret, since they go along."""
    _tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """Return the answer, after a few redirects, each checked like the first. Raises ReadingFailed."""
        for _ in range(self.redirects + 1):
            answer = self._request(method, split_url(url), dict(headers or {}), body)
            target = answer.headers.get("location")
            if answer.status not in _REDIRECTS or not target:
                return answer
            url = urljoin(url, target)
        raise ReadingFailed(ProblemCode.REDIRECTS)

    def _request(self, method: str, url: SplitResult, headers: dict[str, str], body: bytes | None) -> Answer:
        host, secure = url.hostname or "", url.scheme == "https"
        port = url.port or (443 if secure else 80)
        address = resolve(host, port, self.networks)[0]
        if not secure and not is_allowed(address, self.networks):
            raise ReadingFailed(ProblemCode.NOT_HTTPS)
        headers = {"Host": url.netloc, "User-Agent": "Bookonce", "Accept-Encoding": "gzip", **headers}
        if self.credentials and may_have_password(host, secure, self.credentials.host):
            login = f"{self.credentials.username}:{self.credentials.password}"
            headers |= urllib3.make_headers(basic_auth=login.encode("utf-8").decode("latin-1"))
        path = (url.path or "/") + (f"?{url.query}" if url.query else "")
        pool = self._pool(address, port, host if secure else None)
        try:
            return self._send(pool, method, path, headers, body, url.geturl())
        except SSLError:
            raise ReadingFailed(ProblemCode.CERTIFICATE, host) from None
        except NewConnectionError:  # urllib3 calls it a kind of time-out
            raise ReadingFailed(ProblemCode.NO_ANSWER, host) from None
        except Timeout:
            raise ReadingFailed(ProblemCode.TIMEOUT, host) from None
        except (HTTPError, OSError, ValueError):
            raise ReadingFailed(ProblemCode.NO_ANSWER, host) from None
        finally:
            pool.close()

    def _pool(self, address: Address, port: int, tls_name: str | None) -> urllib3.HTTPConnectionPool:
        timeout = urllib3.Timeout(connect=10.0, read=SECONDS_WITHOUT_A_BYTE)
        if tls_name is None:
            return urllib3.HTTPConnectionPool(str(address), port, timeout=timeout, retries=False)
        return urllib3.HTTPSConnectionPool(
            str(address),
            port,
            timeout=timeout,
            retries=False,
            ssl_context=self._tls,
            server_hostname=tls_name,
            assert_hostname=tls_name,
        )

    def _send(
        self,
        pool: urllib3.HTTPConnectionPool,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes | None,
        url: str,
    ) -> Answer:
        response = pool.urlopen(
            method, path, body, headers, redirect=False, assert_same_host=False, preload_content=False
        )
        parts, size = [], 0
        while part := response.read1(_CHUNK, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > MAX_BYTES:
                raise ReadingFailed(ProblemCode.TOO_LARGE, f"{MAX_BYTES // 1_000_000}")
        said = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status, said, b"".join(parts), url)


def split_url(url: str) -> SplitResult:
    """Return the parts of an address of https or http; `webcal` means https. Raises ReadingFailed."""
    url = url.strip()
    scheme, colon, rest = url.partition("://")
    if scheme.lower() in ("webcal", "webcals", "feed"):
        url = f"https{colon}{rest}"
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        raise ReadingFailed(ProblemCode.ADDRESS) from None
    usable = url.isascii() and url.isprintable() and " " not in url and port != 0
    if not usable or not host or parts.username is not None or parts.scheme not in ("https", "http"):
        raise ReadingFailed(ProblemCode.ADDRESS)
    return parts


def may_have_password(host: str, secure: bool, own_host: str) -> bool:
    """Return whether a host may have the password that was typed for `own_host`.

    Itself may; so may, over https, another of the same registered domain: iCloud answers from `p12-caldav.icloud.com`.
    """
    if host == own_host:
        return True
    return secure and not _is_address(host) and _domain(host) == _domain(own_host)


def _domain(host: str) -> str:
    """Return the last two labels of a host, three where the second is as short as in `co.uk`."""
    labels = host.lower().rstrip(".").split(".")
    return ".".join(labels[-3:] if len(labels) > 2 and len(labels[-2]) <= 3 else labels[-2:])


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def check_status(fetched: Answer) -> None:
    """Raise ReadingFailed unless the server's answer is what was asked for."""
    status = fetched.status
    if 200 <= status < 300:
        return
    if status in (401, 403):
        raise ReadingFailed(ProblemCode.LOGIN, str(status))
    if status in (404, 410):
        raise ReadingFailed(ProblemCode.NOT_FOUND, str(status))
    if status >= 500 or status == 429:
        raise ReadingFailed(ProblemCode.SERVER, str(status), retry_after(fetched))
    raise ReadingFailed(ProblemCode.REFUSED, str(status))


def retry_after(answer: Answer) -> int:
    """Return in how many seconds the service wants to be asked again; 0 if it does not say (RFC 9110, 10.2.3)."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return min(int(text[:9]), LONGEST_PAUSE)
    try:
        seconds = (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return 0
    return min(max(int(seconds), 0), LONGEST_PAUSE)
