"""Which addresses may be connected to: those of the public internet, and hosts that a setting names.

A name is looked up once, what it leads to is checked, and the connection goes to just those addresses: a name server
that answers differently a moment later gains nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Collection

_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # IPv6 for an IPv4 address behind a translator (RFC 6052)


class AddressRefused(Exception):
    """A host leads nowhere but to addresses that are not public."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet: not private, loopback, link-local, reserved or multicast;
    of an IPv6 address that carries an IPv4 one, both."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    carried: list[ipaddress.IPv4Address | None] = []
    if isinstance(found, ipaddress.IPv6Address):
        carried = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
        if found in _TRANSLATED or int(found) >> 32 == 0:
            carried.append(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
    mapped = isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None
    return (mapped or _is_global(found)) and all(_is_global(one) for one in carried if one is not None)


def _is_global(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_global and not (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
    )


def connect(host: str, port: int, timeout: float | None, allowed_hosts: Collection[str]) -> socket.socket:
    """A connection to ``host``, to an address that was checked; hosts in ``allowed_hosts`` may be anywhere.

    Raises AddressRefused, and OSError as sockets do.
    """
    name = host.strip("[]").rstrip(".")
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    if name.lower() not in allowed_hosts:
        public = [entry for entry in found if is_public(str(entry[4][0]))]
        if not public:
            addresses = ", ".join(sorted({str(entry[4][0]) for entry in found}))
            raise AddressRefused(f"{host} is {addresses}, which is no public address")
        found = public
    error: OSError | None = None
    for family, kind, protocol, _, address in found[:4]:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(timeout)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.connect(address)
            return sock
        except OSError as failed:
            sock.close()
            error = failed
    raise error or OSError(f"{host} has no address")
