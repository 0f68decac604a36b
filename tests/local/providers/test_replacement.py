"""What a change replaces, and in which order: the table of replacements, and what the bridge makes of a given name."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import AdapterError
from privatelink_ingress.local.adapters.table import ADAPTERS
from privatelink_ingress.local.engine import wire
from privatelink_ingress.local.providers import comparison, replacement, rules

GROUP = {"name": "prod-shop-0-http-80", "port": 80, "protocol": "HTTP", "vpcId": "vpc-1"}


def change(type_: str, old: dict[str, Any], new: dict[str, Any], **over: Any) -> rules.Change:
    """The change of a resource that holds what its old inputs asked for, and `state` beside it."""
    state = old | over.pop("state", {})
    rule = replacement.rule_for(type_)
    return rules.change(rule, type_, new=new, old_inputs=old, state=state, auto_named=over.pop("auto_named", False))


def test_every_type_that_the_local_cloud_creates_has_a_rule_with_its_source():
    without = [type_ for type_ in ADAPTERS if type_ != t.CLUSTER_COMPONENT and type_ not in replacement.AWS]
    assert without == []
    assert [type_ for type_, rule in replacement.AWS.items() if not rule.source.endswith(".go")] == []


def test_an_attachment_and_a_lifecycle_policy_are_deleted_first_since_the_old_one_has_the_new_one_s_identity():
    old = {"repository": "shop", "policy": '{"rules": [{"rulePriority": 1}]}'}
    assert change(t.REPOSITORY_LIFECYCLE, old, old | {"policy": '{"rules": []}'}) == rules.Change(
        ("policy",), ("policy",), delete_first=True
    )
    assert change(t.ROLE_ATTACHMENT, {"role": "a", "policyArn": "arn:1"}, {"role": "a", "policyArn": "arn:2"}) == (
        rules.Change(("policyArn",), ("policyArn",), delete_first=True)
    )


def test_a_security_group_rule_is_replaced_when_its_peer_is_of_another_kind():
    old = {"securityGroupId": "sg-1", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "10.0.0.0/16"}
    for type_ in (t.INGRESS_RULE, t.EGRESS_RULE):
        assert change(type_, old, old | {"cidrIpv4": "10.1.0.0/16"}).replaced_by == ()
        other = {name: value for name, value in old.items() if name != "cidrIpv4"} | {"cidrIpv6": "fd00::/64"}
        assert change(type_, old, other) == rules.Change(("cidrIpv4", "cidrIpv6"), ("cidrIpv4", "cidrIpv6"))


def test_a_vpc_leaves_dedicated_hardware_in_place_and_is_replaced_to_move_there():
    dedicated, default = ({"cidrBlock": "10.0.0.0/16", "instanceTenancy": each} for each in ("dedicated", "default"))
    assert change(t.VPC, dedicated, default) == rules.Change(("instanceTenancy",))
    assert change(t.VPC, default, dedicated).replaced_by == ("instanceTenancy",)


def test_versioning_is_suspended_and_never_disabled():
    old = {"bucket": "logs", "versioningConfiguration": {"status": "Enabled"}}
    assert change(t.BUCKET_VERSIONING, old, old | {"versioningConfiguration": {"status": "Suspended"}}).inputs
    with pytest.raises(AdapterError, match="cannot be updated from 'Enabled' to 'Disabled'"):
        change(t.BUCKET_VERSIONING, old, old | {"versioningConfiguration": {"status": "Disabled"}})


def test_another_region_replaces_a_resource_of_any_type():
    old = {"name": "/edge", "retentionInDays": 30}
    state = {"region": "eu-west-1"}
    assert change(t.LOG_GROUP, old, old | {"region": "eu-west-1"}, state=state).replaced_by == ()
    assert change(t.LOG_GROUP, old, old | {"region": "us-east-1"}, state=state).replaced_by == ("region",)


@pytest.mark.parametrize(
    ("kind", "path", "replaced"),
    [
        ("apps/v1:Deployment", "spec.replicas", False),
        ("apps/v1:Deployment", "spec.selector", True),
        ("apps/v1:StatefulSet", "spec.podManagementPolicy", True),
        ("batch/v1:Job", "spec.parallelism", True),
        ("core/v1:Secret", "stringData", True),
        ("core/v1:Service", "spec.ports", False),
        ("networking.k8s.io/v1:IngressClass", "spec.controller", False),
        ("policy/v1:PodDisruptionBudget", "spec.minAvailable", False),
        ("storage.k8s.io/v1:StorageClass", "provisioner", True),
        ("storage.k8s.io/v1:StorageClass", "reclaimPolicy", False),
    ],
)
def test_a_field_of_a_kubernetes_object_replaces_when_the_provider_s_list_has_it(kind, path, replaced):
    top, _, inner = path.partition(".")
    objects = [{"metadata": {"name": "shop"}, top: {inner: value} if inner else value} for value in ("one", "other")]
    assert change(f"kubernetes:{kind}", *objects).replaced_by == ((top,) if replaced else ())


def test_a_type_without_a_rule_is_refused_and_not_guessed():
    with pytest.raises(AdapterError, match="does not know what a change of aws:ec2/instance:Instance replaces"):
        replacement.rule_for(t.INSTANCE)


def test_the_same_inputs_are_no_change_whatever_aws_added_to_them():
    old = {"vpcConfig": {"subnetIds": ["subnet-1", "subnet-2"]}, "name": "shop"}
    state = {"vpcConfig": {"subnetIds": ["subnet-2", "subnet-1"], "clusterSecurityGroupId": "sg-1"}}
    assert change(t.CLUSTER, old, dict(old), state=state).inputs == ()


def test_one_tag_less_is_a_change_although_the_resource_holds_all_that_is_asked():
    old = {"cidrBlock": "10.0.0.0/16", "tags": {"a": "1", "b": "2"}}
    assert change(t.VPC, old, old | {"tags": {"a": "1"}}) == rules.Change(("tags",))


def test_the_same_policy_in_other_words_is_no_change():
    old = {"policy": '{"Version": "2012-10-17", "Statement": []}', "role": "r", "name": "n"}
    assert change(t.ROLE_POLICY, old, old | {"policy": '{"Statement":[],"Version":"2012-10-17"}'}).inputs == ()


def test_an_unknown_input_is_a_change_and_replaces_where_it_forces():
    old = {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24"}
    assert change(t.SUBNET, old, old | {"vpcId": wire.UNKNOWN}) == rules.Change(("vpcId",), ("vpcId",))


def test_a_name_that_the_program_gives_is_deleted_first_even_when_it_changes():
    other = GROUP | {"name": "prod-shop-0-https-443", "protocol": "HTTPS", "port": 443}
    assert change(t.TARGET_GROUP, GROUP, other) == rules.Change(
        ("name", "port", "protocol"), ("name", "port", "protocol"), delete_first=True
    )


def test_a_name_that_the_provider_chose_lets_the_new_one_come_first():
    result = change(t.TARGET_GROUP, GROUP, GROUP | {"port": 8080}, auto_named=True)
    assert (result.replaced_by, result.delete_first) == (("port",), False)


def test_a_framework_resource_is_created_first_under_the_same_name():
    old = {"name": "prod-access", "logType": "ALB_ACCESS_LOGS", "resourceArn": "arn:1"}
    result = change(t.LOG_DELIVERY_SOURCE, old, old | {"resourceArn": "arn:2"})
    assert (result.replaced_by, result.delete_first) == (("resourceArn",), False)


def test_a_name_that_must_be_given_is_no_reason_to_delete_first():
    old = {"name": "shop.example.com", "type": "A", "zoneId": "Z1"}
    assert change(t.DNS_RECORD, old, old | {"type": "CNAME"}) == rules.Change(("type",), ("type",))


@pytest.mark.parametrize(
    ("kind", "subnets", "replaced"),
    [
        ("network", ["subnet-1", "subnet-2", "subnet-3"], ()),
        ("network", ["subnet-1"], ("subnets",)),
        ("network", ["subnet-1", "subnet-9"], ("subnets",)),
        ("network", ["subnet-1", "subnet-2", wire.UNKNOWN], ()),
        ("network", [wire.UNKNOWN], ()),
        ("application", ["subnet-1"], ()),
    ],
)
def test_a_network_load_balancer_takes_subnets_and_gives_none_back(kind, subnets, replaced):
    old = {"loadBalancerType": kind, "subnets": ["subnet-1", "subnet-2"]}
    result = change(t.LOAD_BALANCER, old, old | {"subnets": subnets})
    assert (result.inputs, result.replaced_by) == (("subnets",), replaced)


def test_a_cluster_takes_a_key_for_its_secrets_and_is_replaced_without_it():
    key = {"encryptionConfig": {"provider": {"keyArn": "arn:key"}, "resources": ["secrets"]}}
    assert change(t.CLUSTER, {"name": "shop"}, {"name": "shop", **key}).replaced_by == ()
    assert change(t.CLUSTER, {"name": "shop", **key}, {"name": "shop"}).replaced_by == ("encryptionConfig",)


def test_the_version_of_a_launch_template_is_in_place_and_another_template_is_not():
    old = {"launchTemplate": {"id": "lt-1", "version": "1"}, "clusterName": "shop"}
    assert change(t.NODE_GROUP, old, old | {"launchTemplate": {"id": "lt-1", "version": "2"}}).replaced_by == ()
    assert change(t.NODE_GROUP, old, old | {"launchTemplate": {"id": "lt-2", "version": "1"}}).replaced_by == (
        "launchTemplate",
    )


def test_the_certificates_own_domain_among_its_names_is_no_difference():
    old = {"domainName": "example.com", "subjectAlternativeNames": ["*.example.com"]}
    state = {"subjectAlternativeNames": ["example.com", "*.example.com"]}
    assert change(t.CERTIFICATE, old, dict(old), state=state).inputs == ()


def test_an_issuer_s_url_is_compared_without_its_scheme():
    old = {"url": "https://issuer.example.com", "clientIdLists": ["sts.amazonaws.com"]}
    assert change(t.OIDC_PROVIDER, old, dict(old), state={"url": "issuer.example.com"}).inputs == ()
    other = old | {"url": "https://other.example.com"}
    assert change(t.OIDC_PROVIDER, old, other, state={"url": "issuer.example.com"}).replaced_by == ("url",)


def test_log_destinations_are_replaced_for_another_service_alone():
    old = {"deliveryDestinationConfiguration": {"destinationResourceArn": "arn:aws:logs:eu-west-1:1:log-group:a"}}
    group = {"deliveryDestinationConfiguration": {"destinationResourceArn": "arn:aws:logs:eu-west-1:1:log-group:b"}}
    bucket = {"deliveryDestinationConfiguration": {"destinationResourceArn": "arn:aws:s3:::b"}}
    assert change(t.LOG_DELIVERY_DESTINATION, old, group).replaced_by == ()
    assert change(t.LOG_DELIVERY_DESTINATION, old, bucket).replaced_by == ("deliveryDestinationConfiguration",)


def test_an_endpoint_s_private_dns_changes_in_place_on_an_interface_alone():
    for type_, replaced in (("Interface", ()), ("Gateway", ("privateDnsEnabled",))):
        old = {"vpcEndpointType": type_, "privateDnsEnabled": False}
        assert change(t.VPC_ENDPOINT, old, old | {"privateDnsEnabled": True}).replaced_by == replaced


def test_a_kubernetes_object_of_the_same_name_is_deleted_first():
    kind = "kubernetes:core/v1:ConfigMap"
    old = {"metadata": {"name": "config", "namespace": "shop"}, "data": {"a": "1"}}
    assert change(kind, old, old | {"data": {"a": "2"}}) == rules.Change(("data",), ("data",), delete_first=True)
    renamed = {"metadata": {"name": "config-2", "namespace": "shop"}, "data": {"a": "2"}}
    assert not change(kind, old, renamed).delete_first


def test_a_list_is_compared_as_a_set_but_for_its_length():
    assert comparison.holds(["a", "b"], ["b", "a"])
    assert not comparison.holds(["a", "b", "c"], ["a", "b"])
    assert not comparison.holds([{"key": "a"}], [{"key": "b"}])


def test_the_preview_of_an_update_keeps_what_aws_added_to_a_block():
    old = {"vpcConfig": {"subnetIds": ["a"], "endpointPublicAccess": True}, "tags": {"A": "1", "B": "2"}, "role": "r"}
    state = old | {"vpcConfig": old["vpcConfig"] | {"clusterSecurityGroupId": "sg-1"}, "arn": "arn:1"}
    new = {"vpcConfig": {"subnetIds": ["a", "b"]}, "tags": {"A": "3"}}
    assert comparison.planned(state, new, old) == {
        "vpcConfig": {"subnetIds": ["a", "b"], "clusterSecurityGroupId": "sg-1"},
        "tags": {"A": "3"},
        "arn": "arn:1",
    }
