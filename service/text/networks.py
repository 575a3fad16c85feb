"""The networks an address lies in, as far as strangers are told apart by them."""

from __future__ import annotations

import ipaddress

#: What one provider's customer, or one cheap server, has for the asking: a neighbourhood of IPv4, a house of IPv6.
_AROUND = {4: 24, 6: 56}


def around(network: str) -> str:
    """The /24 or /56 around a network such as ``192.0.2.7/32``; what is no network stays as it is."""
    try:
        known = ipaddress.ip_network(network, strict=False)
    except ValueError:
        return network
    wide = _AROUND[known.version]
    return str(known.supernet(new_prefix=wide)) if known.prefixlen > wide else str(known)
