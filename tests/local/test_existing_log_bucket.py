"""An edge that logs to an existing bucket, on an emulated AWS, which refuses a bucket that does not admit it."""

from __future__ import annotations

import dataclasses
import json

import pytest

from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.engine.runner import ProgramFailed
from privatelink_ingress.settings.edge import Logs
from tests.support.programs import REPOSITORY

EDGE, REGION, BUCKET = "222222222222", "eu-west-1", "example-load-balancer-logs"


def prod(bucket: str) -> deploy.Stack:
    (stack,) = [one for one in deploy.find(REPOSITORY) if one.label == "central-ingress/prod"]
    keys = {"logs": {"existingBucket": bucket}, "connections": {}}
    config = {**stack.file.config, **{f"central-ingress:{key}": json.dumps(value) for key, value in keys.items()}}
    logs = Logs.model_validate(keys["logs"])
    settings = stack.settings.model_copy(update={"logs": logs, "connections": {}})
    return dataclasses.replace(stack, file=dataclasses.replace(stack.file, config=config), settings=settings)


def test_the_load_balancer_logs_to_it_and_the_stack_leaves_its_policy_alone():
    with Cloud() as cloud:
        s3 = cloud.session(EDGE, REGION).client("s3")
        run = deploy.Deployment(cloud).up(prod(BUCKET))
        elb = cloud.session(EDGE, REGION).client("elbv2")
        arn = run.exports["alb_arn"]
        attributes = elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
        found = {one["Key"]: one["Value"] for one in attributes}
        assert (found["access_logs.s3.bucket"], found["access_logs.s3.enabled"]) == (BUCKET, "true")
        assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == [BUCKET]
        (statement,) = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])["Statement"]
        assert statement["Sid"] == "LoadBalancerLogs"


def test_a_bucket_whose_policy_does_not_admit_the_load_balancer_is_refused_by_aws():
    with Cloud() as cloud:
        s3 = cloud.session(EDGE, REGION).client("s3")
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        with pytest.raises(ProgramFailed, match=f"Access Denied for bucket: {BUCKET}"):
            deploy.Deployment(cloud).up(prod(BUCKET))
