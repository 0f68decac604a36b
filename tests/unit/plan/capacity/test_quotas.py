"""The table of quotas, and what `limits` in a stack file may raise."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.plan.capacity import quotas
from privatelink_ingress.plan.capacity.quotas import QUOTAS
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.limits import HARD, Limits
from privatelink_ingress.settings.load import SettingsError, load


def limits(**raised: int) -> Limits:
    return Limits.model_validate(raised)


def refused(raised: dict[str, Any]) -> list[tuple[str, str, str]]:
    values = {
        "accountId": "222222222222",
        "owner": "team-platform",
        "certificates": json.dumps([{"domains": ["*.example.com"]}]),
        "dns": json.dumps({"zoneId": "Z0123456789EXAMPLE"}),
        "limits": json.dumps(raised),
    }
    with pytest.raises(SettingsError) as error:
        load(EdgeSettings, values, project="central-ingress", stack="prod")
    return [(problem.where, problem.reason, problem.remedy) for problem in error.value.problems]


def test_the_defaults_are_those_of_aws_with_their_codes() -> None:
    assert {key: (quota.default, quota.code, quota.adjustable) for key, quota in QUOTAS.items()} == {
        "endpoints": (50, "L-29B6F2EB", True),
        "targetGroups": (100, "L-822D1B1B", False),
        "rules": (100, "L-7EED9B64", True),
        "certificates": (25, "L-9365A611", True),
        "targets": (1000, "L-7E6692B2", True),
        "slots": (120, None, False),
        "securityGroupRules": (60, "L-0EA8095F", True),
        "firewallCapacity": (1500, None, True),
        "targetGroupsPerAction": (5, None, False),
        "conditionValues": (5, None, False),
        "wildcards": (6, None, False),
    }


def test_a_stack_file_can_raise_exactly_the_adjustable_quotas() -> None:
    adjustable = {key for key, quota in QUOTAS.items() if quota.adjustable}
    assert {field.alias for field in Limits.model_fields.values()} == adjustable
    assert set(HARD) == set(QUOTAS) - adjustable


def test_every_hard_quota_says_why() -> None:
    assert [key for key, quota in QUOTAS.items() if not quota.adjustable and not quota.why_hard] == []


def test_a_raise_counts_and_the_rest_keeps_its_default() -> None:
    effective = quotas.effective(limits(endpoints=80))
    assert effective["endpoints"] == 80
    assert {key: number for key, number in effective.items() if key != "endpoints"} == {
        key: quota.default for key, quota in QUOTAS.items() if key != "endpoints"
    }


@pytest.mark.parametrize("key", HARD)
def test_raising_a_hard_quota_is_refused_with_the_reason(key: str) -> None:
    assert refused({key: 1000}) == [
        (
            f"limits.{key}",
            "is a hard quota, which AWS does not raise",
            "Remove it, and add a shard for more room.",
        )
    ]


def test_a_number_under_the_default_is_refused() -> None:
    assert refused({"endpoints": 49}) == [
        (
            "limits.endpoints",
            "is 49, less than the 50 that every account has",
            "Write the number after the raise, or remove the key for 50.",
        )
    ]


@pytest.mark.parametrize(
    ("key", "most"),
    [
        ("firewallCapacity", 5000),
        ("securityGroupRules", 1000),
        ("rules", 50_000),
        ("certificates", 50_000),
        ("endpoints", 65_536),
        ("targets", 65_536),
    ],
)
def test_a_quota_with_a_ceiling_is_raised_up_to_it_and_no_further(key: str, most: int) -> None:
    assert quotas.effective(limits(**{key: most}))[key] == most
    ((where, reason, remedy),) = refused({key: most + 1})
    assert (where, remedy) == (f"limits.{key}", f"Write {most} or less.")
    assert f"{most}" in reason.partition("but ")[2]


def test_a_mistyped_quota_names_the_nearest() -> None:
    assert refused({"endpoint": 80}) == [("limits.endpoint", "is not a known key", "Did you mean endpoints?")]


def test_the_command_requests_twice_the_default_or_the_needed_number() -> None:
    assert quotas.raise_command("endpoints", needed=51, region="eu-west-1") == (
        "aws service-quotas request-service-quota-increase --service-code vpc --quota-code L-29B6F2EB "
        "--desired-value 100 --region eu-west-1"
    )
    assert "--quota-code L-7EED9B64 --desired-value 260 " in quotas.raise_command(
        "rules", needed=260, region="eu-west-1"
    )


@pytest.mark.parametrize("key", ["targetGroups", "slots", "firewallCapacity"])
def test_a_quota_that_no_request_raises_has_no_command(key: str) -> None:
    with pytest.raises(ValueError, match=key):
        quotas.raise_command(key, needed=200, region="eu-west-1")
