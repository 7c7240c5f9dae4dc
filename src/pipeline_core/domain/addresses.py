"""Public internet addresses: requests made on behalf of others go nowhere else."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NOT_PUBLIC_V4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # carriers' own
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local; metadata of clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments, DS-Lite
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT relays
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved; broadcast
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
"""All that is assigned to hosts of the internet. Outside it are, among others: ``::`` and ``::1``, IPv4 mapped and
compatible, NAT64 (``64:ff9b::/96`` and ``64:ff9b:1::/48``), what is local, and multicast."""
_NOT_PUBLIC_V6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
"""The upper half of an interface's identifier that has an IPv4 address for its lower half, in any network."""


def networks(text: str) -> tuple[Network, ...]:
    """Networks in CIDR notation, with commas between.

    Raises:
        ValueError: one of them cannot be read.
    """
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def is_within(address: Address, networks: Sequence[Network]) -> bool:
    """Returns whether the address belongs to one of the networks."""
    return any(address.version == network.version and address in network for network in networks)


def is_public(address: Address) -> bool:
    """Returns whether the address belongs to a public host. An address that embeds an IPv4 address never counts as
    public."""
    if isinstance(address, IPv4Address):
        return not is_within(address, _NOT_PUBLIC_V4)
    return (
        address.scope_id is None
        and address in _GLOBAL_V6
        and not is_within(address, _NOT_PUBLIC_V6)
        and (int(address) >> 32 & 0xFFFFFFFF) not in _ISATAP
    )
