"""One emulated AWS for all tests, empty at the start of each."""

from __future__ import annotations

import gc
import os
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


@pytest.fixture
def ambient(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets whose credentials are around."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint_url)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    def of(session: Session) -> None:
        iam = session.client("iam")
        iam.create_user(UserName="deployer")
        key = iam.create_access_key(UserName="deployer")["AccessKey"]
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])

    return of
