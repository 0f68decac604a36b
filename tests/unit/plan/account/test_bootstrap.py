"""State bucket and key. D14 of the article's code must stay right."""

from __future__ import annotations

import json

import pytest

from privatelink_ingress import regions
from privatelink_ingress.plan.account.bootstrap import BootstrapPlan, bootstrap_tags, plan_bootstrap
from privatelink_ingress.settings.bootstrap import BootstrapSettings


def plan(**settings: str) -> BootstrapPlan:
    values = {"accountId": "222222222222", "owner": "team-platform", **settings}
    loaded = BootstrapSettings.model_validate(values)
    tags = bootstrap_tags(loaded, project="bootstrap", stack="edge")
    return plan_bootstrap(loaded, region="eu-west-1", tags=tags)


def test_pulumi_accepts_the_urls() -> None:
    planned = plan()
    assert planned.bucket == "pulumi-state-222222222222-eu-west-1"
    assert planned.backend_url == "s3://pulumi-state-222222222222-eu-west-1?region=eu-west-1&awssdk=v2"
    assert planned.secrets_provider == "awskms://alias/pulumi-state?region=eu-west-1"


def test_a_bucket_of_another_name_is_in_the_url_and_the_policy() -> None:
    planned = plan(bucket="our-state")
    assert planned.backend_url.startswith("s3://our-state?")
    tls, *_ = json.loads(planned.bucket_policy)["Statement"]
    assert (tls["Effect"], tls["Resource"]) == ("Deny", ["arn:aws:s3:::our-state", "arn:aws:s3:::our-state/*"])
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_tags_name_the_stack() -> None:
    assert plan().tags["Stack"] == "bootstrap/edge"


@pytest.mark.parametrize(
    ("region", "partition"),
    [("eu-west-1", "aws"), ("us-east-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_arns_are_of_the_regions_partition(region: str, partition: str) -> None:
    assert regions.partition(region) == partition
