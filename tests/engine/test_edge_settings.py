"""Settings of a live edge go on, change and go off again: each touches its own resources, and no request notices.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.engine import REGION, Stack, World
from tests.support.engine_edge import connect, connection, edge, publish, write_contract
from tests.support.engine_traffic import EDGE_ACCOUNT, uninterrupted
from tests.support.sign_in import OIDC, SECRET

HOST, PARAMETER = "shop.example.com", "/central-ingress/connections/shop"
ISSUERS = "203.0.113.0/24"
VERSION_2 = {"contract_version": 2, "protocol_versions": ["HTTP1"]}
RULE = "ListenerRule shop-exact-host-any-path-0"


@pytest.fixture(scope="module")
def service(world: World) -> dict[str, Any]:
    made = publish(world, "shop")
    offer(world, made, keepalive_seconds=75, read_timeout_seconds=60)
    return made


def offer(world: World, service: dict[str, Any], **offered: Any) -> None:
    """What the workload's `pulumi up` does when its controller has another protocol, or other timeouts."""
    write_contract(world, PARAMETER, "shop", service, **VERSION_2, **offered)


@pytest.fixture(scope="module")
def stack(world: World, service: dict[str, Any]) -> Stack:
    made = edge(world, shop=shop())
    made.up()
    return made


@pytest.fixture(scope="module")
def aws(world: World) -> Any:
    return world.cloud.session(EDGE_ACCOUNT, REGION)


def shop(**over: Any) -> dict[str, Any]:
    return connection("shop", 0, {"parameter": PARAMETER}, **over)


def steps(result: Any) -> list[str]:
    return [str(step) for step in result.steps]


def changed(world: World, stack: Stack) -> list[str]:
    """The steps of an update, as its preview shows them, while the host is served."""
    with uninterrupted(world, HOST):
        return steps(stack.up_as_previewed())


def clear(stack: Stack, *keys: str) -> None:
    """Remove keys of the load balancer from the stack file."""
    written = json.loads(stack.config["central-ingress:loadBalancer"])
    stack.config["central-ingress:loadBalancer"] = json.dumps({key: written[key] for key in written.keys() - set(keys)})


def actions(aws: Any) -> list[dict[str, Any]]:
    """Of the one rule."""
    elbv2 = aws.client("elbv2")
    (balancer,) = elbv2.describe_load_balancers()["LoadBalancers"]
    (listener,) = elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    (rule,) = [
        one for one in elbv2.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"] if not one["IsDefault"]
    ]
    return rule["Actions"]


def sign_in(stack: Stack, secret: str) -> None:
    """As an operator writes it into the stack file: the secret alone is encrypted."""
    oidc = {**OIDC, "clientSecret": stack.encrypted(secret)}
    stack.config["central-ingress:connections"] = {"shop": shop(signIn={"oidc": oidc})}


def test_sign_in_goes_on_once_the_load_balancer_reaches_the_identity_provider(world, stack, aws):
    sign_in(stack, SECRET)
    stack.set("loadBalancer", issuerCidrs=[ISSUERS])
    done = changed(world, stack)
    assert sorted(done) == [
        f"create SecurityGroupEgressRule edge-load-balancer-out-443-{ISSUERS}",
        f"update {RULE}",
        "update WebAcl edge",  # which then blocks paths that get around sign-in
    ]
    assert done[-1] == f"update {RULE}"
    assert [one["Type"] for one in actions(aws)] == ["authenticate-oidc", "forward"]


def test_a_rotated_client_secret_updates_the_rule_and_is_nowhere_in_plain_text(world, stack):
    sign_in(stack, "another secret")
    with uninterrupted(world, HOST):
        result = stack.up()
    assert steps(result) == [f"update {RULE}"]
    assert [step.changed for step in result.steps] == [("actions",)]
    assert "another secret" not in json.dumps(stack.state())


def test_clients_that_sign_in_move_to_a_new_target_group_once_it_is_healthy(world, stack, service):
    offer(world, service, keepalive_seconds=75, read_timeout_seconds=60, protocol="HTTPS", port=443)
    with uninterrupted(world, HOST):
        moved = [one for one in steps(stack.up()) if "TargetGroup " in one or "Rule" in one]
    assert moved == [
        "create TargetGroup shop-0-https-443",
        f"update {RULE}",
        "delete TargetGroup shop-0-http-80",
    ]


def test_sign_in_goes_off_before_the_way_to_the_identity_provider(world, stack, aws):
    connect(stack, shop=shop())
    clear(stack, "issuerCidrs")
    assert changed(world, stack) == [
        "update WebAcl edge",
        f"update {RULE}",
        f"delete SecurityGroupEgressRule edge-load-balancer-out-443-{ISSUERS}",
    ]
    assert [one["Type"] for one in actions(aws)] == ["forward"]


def test_pages_of_maintenance_and_of_unknown_hosts_update_the_rule_and_the_listener(stack, aws):
    connect(stack, shop=shop(state="maintenance", maintenancePage={"html": "<h1>Back at noon</h1>"}))
    stack.set("loadBalancer", notFoundPage={"text": "Nothing here."})
    assert sorted(steps(stack.up())) == ["update Listener edge-https", f"update {RULE}"]
    (answer,) = [one["FixedResponseConfig"] for one in actions(aws)]
    assert answer == {"StatusCode": "503", "ContentType": "text/html", "MessageBody": "<h1>Back at noon</h1>"}
    connect(stack, shop=shop(state="maintenance", maintenancePage={"text": "Back at one."}))
    assert steps(stack.up()) == [f"update {RULE}"]
    connect(stack, shop=shop())
    clear(stack, "notFoundPage")
    assert sorted(steps(stack.up())) == ["update Listener edge-https", f"update {RULE}"]
    assert [one["Type"] for one in actions(aws)] == ["forward"]


def test_countries_headers_a_timeout_and_a_certificate_each_change_one_resource(world, stack, aws, service):
    existing = aws.client("acm").request_certificate(DomainName="*.example.com", ValidationMethod="DNS")
    certificates = json.loads(stack.config["central-ingress:certificates"])
    stack.set("loadBalancer", idleTimeout=90, responseHeaders={"frameOptions": "DENY"})
    connect(stack, shop=shop(firewall={"countries": {"block": ["KP"]}}))
    stack.config["central-ingress:certificates"] = json.dumps([*certificates, {"arn": existing["CertificateArn"]}])
    # The controller would close idle connections before the load balancer does.
    assert "keepalive-timeout" in "\n".join(stack.failing("preview").errors)
    offer(world, service, keepalive_seconds=120, read_timeout_seconds=60, protocol="HTTPS", port=443)
    key = existing["CertificateArn"].rpartition("/")[2]
    assert sorted(changed(world, stack)) == [
        f"create ListenerCertificate edge-{key}",
        "update Listener edge-https",
        "update LoadBalancer edge",
        "update WebAcl edge",
    ]
    clear(stack, "idleTimeout", "responseHeaders")
    connect(stack, shop=shop())
    stack.config["central-ingress:certificates"] = json.dumps(certificates)
    with uninterrupted(world, HOST):
        back = steps(stack.up())
    assert sorted(back) == [
        f"delete ListenerCertificate edge-{key}",
        "update Listener edge-https",
        "update LoadBalancer edge",
        "update WebAcl edge",
    ]


def alarms(aws: Any) -> list[dict[str, Any]]:
    return aws.client("cloudwatch").describe_alarms()["MetricAlarms"]


def test_alarms_go_on_with_their_topic(world, stack, aws):
    stack.config["central-ingress:alarms"] = json.dumps({"enabled": True, "key": "alias/alarms"})
    created = changed(world, stack)
    assert {line.rsplit(" ", 1)[0] for line in created} == {
        *("create AlarmTopic", "create MetricAlarm", "create ShardAlarms", "create Topic")
    }
    assert len(aws.client("cloudwatch").describe_alarms()["MetricAlarms"]) == sum(
        "MetricAlarm" in one for one in created
    )


def test_a_threshold_changes_the_alarms_that_have_it_alone(stack):
    stack.set("alarms", latencySeconds=9)
    result = stack.up()
    assert steps(result) == ["update MetricAlarm shop-latency-0"]
    assert [step.changed for step in result.steps] == [("alarmDescription", "threshold")]


def test_the_alarms_notify_an_existing_topic_before_their_own_goes(stack, aws):
    topic = aws.client("sns").create_topic(Name="operators")["TopicArn"]
    stack.config["central-ingress:alarms"] = json.dumps({"enabled": True, "latencySeconds": 9, "topicArn": topic})
    done = steps(stack.up())
    assert {line.rsplit(" ", 1)[0] for line in done[:-2]} == {"update MetricAlarm"}
    assert [line.rsplit(" ", 1)[0] for line in done[-2:]] == ["delete Topic", "delete AlarmTopic"]
    assert {tuple(one["AlarmActions"]) for one in alarms(aws)} == {(topic,)}


def test_alarms_go_off(stack, aws):
    stack.config["central-ingress:alarms"] = json.dumps({"enabled": False})
    assert {line.rsplit(" ", 1)[0] for line in steps(stack.up())} == {"delete MetricAlarm", "delete ShardAlarms"}
    assert alarms(aws) == []


def test_logs_move_to_an_existing_bucket_and_those_of_the_own_one_stay(world, stack, aws):
    elsewhere = "existing-logs"
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=elsewhere, CreateBucketConfiguration={"LocationConstraint": REGION})
    (own,) = [one["Name"] for one in s3.list_buckets()["Buckets"] if one["Name"] != elsewhere]
    policy = json.loads(s3.get_bucket_policy(Bucket=own)["Policy"].replace(own, elsewhere))
    policy["Statement"] = [one for one in policy["Statement"] if one["Sid"] == "LoadBalancerLogs"]
    s3.put_bucket_policy(Bucket=elsewhere, Policy=json.dumps(policy))
    stack.set("logs", existingBucket=elsewhere)
    done = changed(world, stack)
    assert done[0] == "update LoadBalancer edge"
    assert {line.split()[0] for line in done[1:]} == {"delete"}
    assert sorted(one["Name"] for one in s3.list_buckets()["Buckets"]) == sorted([own, elsewhere])
    assert stack.refresh().shown() == []
    assert stack.up().shown() == []
