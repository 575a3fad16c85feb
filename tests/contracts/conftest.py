"""Every test has a name of its own."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """schemathesis gives the tests of all operations one node id, and pytest-xdist runs one test an id: without
    this, all but one of them would not run there, and nobody would say so.
    """
    for item in items:
        operation = getattr(item, "operation_label", None)
        if operation and operation not in item.nodeid:
            item._id = item._id.with_params(operation)  # type: ignore[attr-defined]
    names = [item.nodeid for item in items]
    assert len(set(names)) == len(names), "two tests share a name; pytest-xdist would run one of them"
