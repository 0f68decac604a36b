"""Parameters that the emulated Parameter Store refuses."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from privatelink_ingress.local.cloud.session import Session


@pytest.fixture
def ssm(workload: Session) -> Any:
    return workload.client("ssm")


def test_the_standard_tier_holds_4096_bytes_and_the_advanced_8192(ssm: Any) -> None:
    ssm.put_parameter(Name="/a", Type="String", Value="x" * 4096)
    with pytest.raises(ClientError, match=r"ValidationException.*4096"):
        ssm.put_parameter(Name="/b", Type="String", Value="x" * 4097)
    ssm.put_parameter(Name="/c", Type="String", Value="x" * 8192, Tier="Advanced")
    with pytest.raises(ClientError, match=r"ValidationException.*8192"):
        ssm.put_parameter(Name="/d", Type="String", Value="x" * 8193, Tier="Advanced")
    kept = ssm.get_parameters(Names=["/a", "/b", "/c", "/d"])["Parameters"]
    assert sorted(entry["Name"] for entry in kept) == ["/a", "/c"]
    ssm.put_parameter(Name="/c", Value="y" * 8192, Overwrite=True)


def test_the_allowed_pattern_is_applied_also_when_overwritten(ssm: Any) -> None:
    with pytest.raises(ClientError, match="ParameterPatternMismatchException"):
        ssm.put_parameter(Name="/port", Type="String", Value="eighty", AllowedPattern=r"\d+")
    with pytest.raises(ClientError, match="InvalidAllowedPatternException"):
        ssm.put_parameter(Name="/port", Type="String", Value="80", AllowedPattern="(")
    ssm.put_parameter(Name="/port", Type="String", Value="80", AllowedPattern=r"\d+")
    with pytest.raises(ClientError, match="ParameterPatternMismatchException"):
        ssm.put_parameter(Name="/port", Value="eighty", Overwrite=True)
    assert ssm.get_parameter(Name="/port")["Parameter"]["Value"] == "80"


@pytest.mark.parametrize("name", ["a b", "central/shop", "/central//shop", "/central/shop/", "/" + "/".join("a" * 16)])
def test_a_name_that_is_no_path_is_refused(ssm: Any, name: str) -> None:
    with pytest.raises(ClientError, match=r"ValidationException|HierarchyLevelLimitExceededException"):
        ssm.put_parameter(Name=name, Type="String", Value="x")


def test_a_parameter_is_not_taken_over(ssm: Any) -> None:
    ssm.put_parameter(Name="/central-ingress/connections/shop", Type="String", Value="first")
    with pytest.raises(ClientError, match="ParameterAlreadyExists"):
        ssm.put_parameter(Name="/central-ingress/connections/shop", Type="String", Value="second")
    assert ssm.get_parameter(Name="/central-ingress/connections/shop")["Parameter"]["Value"] == "first"


def test_parameters_under_a_path_are_still_listed(ssm: Any) -> None:
    for name in ("shop", "blog"):
        ssm.put_parameter(
            Name=f"/connections/{name}", Type="String", Value=name, Tags=[{"Key": "owner", "Value": name}]
        )
    found = ssm.get_parameters_by_path(Path="/connections", Recursive=True)["Parameters"]
    assert sorted(entry["Value"] for entry in found) == ["blog", "shop"]
