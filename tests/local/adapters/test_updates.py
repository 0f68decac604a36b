"""Updates and readings of every adapter: those that no sample stack uses are tried here."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import readings, updates
from privatelink_ingress.local.adapters.base import AdapterError
from privatelink_ingress.local.adapters.table import ADAPTERS
from privatelink_ingress.local.cloud.session import Session
from privatelink_ingress.local.engine import schema
from tests.support.eks_world import role, world

TYPES = sorted(type_ for type_ in ADAPTERS if type_ != t.CLUSTER_COMPONENT)


class Deployed:
    """One resource, with its recorded properties."""

    def __init__(self, session: Session, type_: str, **inputs: Any) -> None:
        self.session, self.type, self.inputs = session, type_, inputs
        made = ADAPTERS[type_].create(session, dict(inputs))
        self.id, self.state = made.id, inputs | made.outputs | {"tagsAll": inputs.get("tags", {})}

    def update(self, **changes: Any) -> None:
        new = self.inputs | changes
        old = self.state | {"tags": self.state["tagsAll"]}
        self.state |= new | updates.update(self.session, self.type, self.id, old, dict(new))

    def read(self, *names: str) -> list[Any]:
        found = readings.read(self.session, self.type, self.id, self.state) or {}
        return [found[name] for name in names]

    def gone(self) -> bool:
        ADAPTERS[self.type].delete(self.session, self.id, self.state)
        return readings.read(self.session, self.type, self.id, self.state) is None


def test_every_type_is_read() -> None:
    assert [type_ for type_ in TYPES if type_ not in readings.READINGS] == []


def test_an_input_that_an_update_does_not_know_is_refused_and_nothing_is_changed(workload: Session) -> None:
    group = Deployed(workload, t.LOG_GROUP, name="shop", retentionInDays=30, tags={"owner": "shop"})
    with pytest.raises(AdapterError, match="cannot change `deletionProtectionEnabled` of shop in place"):
        group.update(deletionProtectionEnabled=True, retentionInDays=7, tags={"owner": "other"})
    assert group.read("retentionInDays", "tagsAll") == [30, {"owner": "shop"}]


def test_every_input_that_an_update_picks_out_is_one_of_its_type() -> None:
    unknown = {type_: names - schema.inputs_of(type_).keys() for type_, names in updates.HANDLED.items()}
    assert {type_: names for type_, names in unknown.items() if names} == {}


def test_a_hosted_zone_takes_another_comment_and_other_tags(edge: Session) -> None:
    zone = Deployed(edge, t.HOSTED_ZONE, name="example.com", comment="ours", tags={"owner": "edge", "old": "yes"})
    zone.update(comment="theirs", tags={"owner": "platform"})
    assert zone.read("comment", "tagsAll") == ["theirs", {"owner": "platform"}]
    assert zone.gone()


def test_an_oidc_provider_takes_other_thumbprints(workload: Session) -> None:
    provider = Deployed(
        workload,
        t.OIDC_PROVIDER,
        url="https://issuer.example.com",
        clientIdLists=["sts.amazonaws.com"],
        thumbprintLists=["a" * 40],
    )
    provider.update(thumbprintLists=["b" * 40])
    assert provider.read("thumbprintLists", "clientIdLists") == [["b" * 40], ["sts.amazonaws.com"]]
    assert provider.gone()


def test_a_notification_takes_another_topic_and_other_events(workload: Session) -> None:
    place, sns = world(workload), workload.client("sns")
    balancer = workload.client("elbv2").create_load_balancer(
        Name="shop", Type="network", Scheme="internal", Subnets=place.subnet_ids
    )
    arns = [balancer["LoadBalancers"][0]["LoadBalancerArn"]]
    service = Deployed(workload, t.ENDPOINT_SERVICE, networkLoadBalancerArns=arns, acceptanceRequired=True)
    topics = []
    for name in ("one", "other"):
        statement = {"Effect": "Allow", "Principal": {"Service": "vpce.amazonaws.com"}, "Action": "sns:Publish"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement | {"Resource": "*"}]})
        topics.append(sns.create_topic(Name=name, Attributes={"Policy": policy})["TopicArn"])
    notification = Deployed(
        workload,
        t.ENDPOINT_NOTIFICATION,
        vpcEndpointServiceId=service.id,
        connectionNotificationArn=topics[0],
        connectionEvents=["Connect"],
    )
    notification.update(connectionNotificationArn=topics[1], connectionEvents=["Accept", "Reject"])
    assert notification.read("connectionNotificationArn", "connectionEvents") == [topics[1], ["Accept", "Reject"]]
    assert notification.gone()


def test_a_pod_identity_takes_another_role(workload: Session) -> None:
    world(workload).create_cluster()
    roles = [role(workload, name, "pods.eks.amazonaws.com") for name in ("one", "other")]
    association = Deployed(
        workload, t.POD_IDENTITY, clusterName="shop", namespace="shop", serviceAccount="shop", roleArn=roles[0]
    )
    association.update(roleArn=roles[1])
    assert association.read("roleArn") == [roles[1]]
    assert association.gone()
