"""The adapter of topics."""

from __future__ import annotations

import json

from privatelink_ingress.local.adapters.readings import READINGS
from privatelink_ingress.local.adapters.table import adapter_for
from privatelink_ingress.local.adapters.updates import update
from privatelink_ingress.local.cloud.session import Session

TOPIC = "aws:sns/topic:Topic"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})
INPUTS = {"name": "edge-alarms", "kmsMasterKeyId": "alias/alarms", "policy": POLICY, "tags": {"Name": "edge"}}


def test_a_topic_is_created_changed_and_deleted_with_its_key_and_policy(edge: Session) -> None:
    sns = edge.client("sns")
    made = adapter_for(TOPIC).create(edge, INPUTS)
    assert made.id == made.outputs["arn"] == "arn:aws:sns:eu-west-1:222222222222:edge-alarms"
    attributes = sns.get_topic_attributes(TopicArn=made.id)["Attributes"]
    assert (attributes["KmsMasterKeyId"], json.loads(attributes["Policy"])) == ("alias/alarms", json.loads(POLICY))
    other = json.dumps({"Version": "2012-10-17", "Statement": [], "Id": "other"})
    changed = {**INPUTS, "policy": other, "kmsMasterKeyId": "alias/other", "tags": {"Name": "edge", "Owner": "team"}}
    update(edge, TOPIC, made.id, INPUTS | made.outputs, changed)
    read = READINGS[TOPIC].read(edge, TOPIC, made.id, changed)
    assert read
    assert (read["kmsMasterKeyId"], read["owner"]) == ("alias/other", "222222222222")
    assert json.loads(read["policy"]) == json.loads(other)
    assert {tag["Key"] for tag in sns.list_tags_for_resource(ResourceArn=made.id)["Tags"]} == {"Name", "Owner"}
    adapter_for(TOPIC).delete(edge, made.id, {})
    assert sns.list_topics()["Topics"] == []
