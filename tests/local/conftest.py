"""One emulated AWS for all tests, empty at the start of each."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud.session import Session

REGION = "eu-west-1"


@pytest.fixture(scope="session")
def cloud() -> Iterator[Cloud]:
    """The server: started once, stopped at the end."""
    # Moto creates tens of thousands of long-lived objects after each reset; the usual thresholds scan them over and
    # over and triple the time of a test.
    gc.set_threshold(200_000, 20, 100)
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


@pytest.fixture
def refused() -> Callable[..., str]:
    """Call an operation that AWS refuses, and get its message: `refused("DependencyViolation", client.x, Y="z")`."""

    def call(code: str, operation: Callable[..., Any], **parameters: Any) -> str:
        with pytest.raises(ClientError) as caught:
            operation(**parameters)
        error = caught.value.response["Error"]
        assert error["Code"] == code, error
        return error["Message"]

    return call
