"""The networks around a network."""

from __future__ import annotations

import pytest

from service.text.networks import around


@pytest.mark.parametrize(
    ("network", "wide"),
    [
        ("192.0.2.77/32", "192.0.2.0/24"),
        ("2001:db8:1:2ff::/64", "2001:db8:1:200::/56"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("unknown", "unknown"),
    ],
)
def test_neighbours_are_one(network: str, wide: str) -> None:
    assert around(network) == wide
