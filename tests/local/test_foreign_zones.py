"""An edge whose hosted zone belongs to another account, on an emulated AWS: where its records are."""

from __future__ import annotations

import dataclasses
import json

from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.settings.hosted_zones import HostedZoneRole
from tests.support.programs import REPOSITORY

WORKLOAD, EDGE, REGION, ZONE = "111111111111", "222222222222", "eu-west-1", "Z0123456789EXAMPLE"
ROLE = f"arn:aws:iam::{WORKLOAD}:role/privatelink-ingress/records"


def test_records_are_in_the_zone_of_the_other_account_and_the_edge_is_deployed_in_its_own():
    with Cloud() as cloud:
        stacks = {stack.label: stack for stack in deploy.find(REPOSITORY)}
        deployment = deploy.Deployment(cloud)
        deployment.up(stacks["eks-service/shop"])
        prod = stacks["central-ingress/prod"]
        config = {**prod.file.config, "central-ingress:hostedZoneRoles": json.dumps({ZONE: {"roleArn": ROLE}})}
        settings = prod.settings.model_copy(
            update={"hosted_zone_roles": {ZONE: HostedZoneRole.model_validate({"roleArn": ROLE})}}
        )
        file = dataclasses.replace(prod.file, config=config)
        run = deployment.up(dataclasses.replace(prod, file=file, settings=settings))
        zone = cloud.session(WORKLOAD, REGION).client("route53")
        records = zone.list_resource_record_sets(HostedZoneId=ZONE)["ResourceRecordSets"]
        types = {one["Name"]: one["Type"] for one in records if one["Type"] in ("A", "CNAME")}
        assert types["shop.example.com."] == "A"
        assert [type_ for name, type_ in types.items() if name.startswith("_")] == ["CNAME"]
        assert cloud.session(EDGE, REGION).client("route53").list_hosted_zones()["HostedZones"] == []
        assert run.exports["listener_arn"].split(":")[4] == EDGE
