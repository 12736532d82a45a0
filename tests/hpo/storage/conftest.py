"""What the tests of storages share: PostgreSQL behind a proxy with the faults of networks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from faulty_proxy import FaultyProxy
from sqlalchemy import make_url


@pytest.fixture
def faults(postgres: str) -> Iterator[FaultyProxy]:
    """The proxy in front of `postgres`."""
    folder = make_url(postgres).query["host"]
    with FaultyProxy(f"{folder}/.s.PGSQL.5432") as proxy:
        yield proxy


@pytest.fixture
def behind(postgres: str, faults: FaultyProxy) -> str:
    """The URL of the empty database, by way of the proxy."""
    url = make_url(postgres).set(host=faults.host, port=faults.port, query={})
    return url.render_as_string(hide_password=False)
