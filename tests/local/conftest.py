"""One emulated AWS for all tests, empty at the start of each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from privatelink_ingress.local.cloud.server import Cloud, Session

REGION = "eu-west-1"


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """The server: started once, stopped at the end."""
    with Cloud() as running:
        yield running


@pytest.fixture(autouse=True)
def empty_cloud(request: pytest.FixtureRequest) -> None:
    """Every test that uses the cloud begins with nothing in it. Sessions made before do not survive."""
    if "cloud" in request.fixturenames:
        request.getfixturevalue("cloud").reset()


@pytest.fixture
def workload(empty_cloud: None, cloud: Cloud) -> Session:
    """The account that publishes services."""
    return cloud.session("111111111111", REGION)


@pytest.fixture
def edge(empty_cloud: None, cloud: Cloud) -> Session:
    """The account that connects to them."""
    return cloud.session("222222222222", REGION)
