"""Which addresses may be connected to: public ones, and the networks that the operator allows."""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from remote_calendars.reading import ProblemCode, ReadingFailed

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64 = ip_network("64:ff9b::/96")
# Not for the whole internet, whatever this Python's tables say.
_NOT_GLOBAL = tuple(map(ip_network, ("64:ff9b:1::/48", "100.64.0.0/10", "192.88.99.0/24", "::/96", "fec0::/10")))


def is_public(address: Address) -> bool:
    """Return whether anybody on the internet may connect to it; an IPv4 address within it counts as itself."""
    if isinstance(address, IPv6Address) and (inner := _inner(address)):
        return is_public(inner)
    return address.is_global and not address.is_multicast and not any(_in(address, network) for network in _NOT_GLOBAL)


def is_allowed(address: Address, networks: Iterable[Network]) -> bool:
    """Return whether one of the operator's networks has the address."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return any(_in(mapped or address, network) for network in networks)


def resolve(host: str, port: int, networks: Iterable[Network]) -> list[Address]:
    """Return the addresses of a host that may be connected to: what the operator allows, else all if all are public.

    Raises ReadingFailed.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ReadingFailed(ProblemCode.NO_HOST, host) from None
    addresses = list(dict.fromkeys(ip_address(str(each[4][0]).partition("%")[0]) for each in found))
    networks = tuple(networks)
    if not addresses:
        raise ReadingFailed(ProblemCode.NO_HOST, host)
    if chosen := [address for address in addresses if is_allowed(address, networks)]:
        return chosen
    if not all(map(is_public, addresses)):
        raise ReadingFailed(ProblemCode.NOT_PUBLIC, host)
    return addresses


def _inner(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address within: mapped, 6to4, Teredo or NAT64."""
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _in(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network
