"""The client's IP address behind reverse proxies; X-Forwarded-For is believed only from trusted ones."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

IPV6_PREFIX, IPV6_SITE = 64, 48


def parse_networks(text: str) -> tuple[Network, ...]:
    """Return the networks in `127.0.0.1, 10.0.0.0/8`. Raises ValueError, whose text is the invalid part."""
    found = []
    for part in (part.strip() for part in text.split(",")):
        try:
            found.append(ip_network(part))
        except ValueError:
            raise ValueError(part) from None
    return tuple(found)


def client_ip(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """Return the client's address, given the connection's and its X-Forwarded-For header.

    Each proxy appends the address that connected to it. So the list is read from the right for as long as the writer
    is a trusted proxy; anyone could have written what stands further left.
    """
    believed, said = _read(peer), forwarded_for.split(",")
    while believed and said and any(believed in network for network in trusted):
        before = _read(said.pop())
        if before is None:
            break
        believed = before
    return str(believed) if believed else peer


def is_trusted(peer: str, trusted: Sequence[Network]) -> bool:
    """Return whether what the peer of a connection says of the client is believed."""
    address = _read(peer)
    return address is not None and any(address in network for network in trusted)


def rate_limit_key(address: str, ipv6_prefix: int = IPV6_PREFIX) -> str:
    """Return what counts as one client: the address, or its /64 for IPv6, since each subscriber has a whole one.

    Many sites have a whole /48 (RFC 6177): `ipv6_prefix` says how far to look.
    """
    found = _read(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, ipv6_prefix), strict=False))
    return str(found) if found else address


def _read(text: str) -> Address | None:
    """Return the address in `192.0.2.1`, `192.0.2.1:1234`, `2001:db8::1` or `[2001:db8::1]:1234`; else None."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
