"""The kinds of AWS resources that `orphans` finds: how an ARN names them, how to import and delete them.

Most have tags. Those of `untagged_kinds.HELD_BY` have none, and often no ARN: one is put together for them here.

Kinds are those of ARNs: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html.
Import ids are those of the Import section on each resource's page: https://www.pulumi.com/registry/packages/aws/api-docs/.
"""

from __future__ import annotations

import dataclasses
import re
import shlex
from collections.abc import Callable, Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.arns import Arn


@dataclasses.dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of resource."""

    type: str
    """Pulumi's token."""
    delete: str
    """The AWS CLI's words that delete it, with `{arn}` and `{id}` in them, `{parent}` for what holds it, `{path}`, the
    segments of the ARN's resource, and `{last}`, its last one."""
    before: tuple[str, ...] = ()
    """The AWS CLI's words that must run first: they take the deletion protection off that it has from its creation, or
    detach it from what holds it."""
    lock_token: str = ""
    """The AWS CLI's words that answer the lock token that its deletion takes; empty without one."""
    import_id: Callable[[Arn], str]
    """What `pulumi import` calls it. A provider's id in a state is the same text."""
    inputs: str = ""
    """Its import id by its inputs, where they tell it: several pending creates may have the same tag `Name`."""
    holds_data: bool = False
    """Whether a deletion may lose data."""


def _name(arn: Arn) -> str:
    return arn.name


def _arn(arn: Arn) -> str:
    return str(arn)


def _path(start: int, end: int | None = None, *, joint: str = ":") -> Callable[[Arn], str]:
    return lambda arn: joint.join(arn.resource.split("/")[start:end])


def _after(prefix: str) -> Callable[[Arn], str]:
    return lambda arn: arn.resource.removeprefix(prefix).removesuffix(":*")


def _ec2(type_: str, delete: str, *before: str) -> Kind:
    return Kind(type=type_, delete=f"ec2 {delete} {{id}}", import_id=_name, before=before)


def _balancing(type_: str, operation: str, *before: str) -> Kind:
    return Kind(type=type_, delete=f"elbv2 {operation} {{arn}}", import_id=_arn, before=before)


def _firewall(type_: str, noun: str) -> Kind:
    named = f"{noun} --name {{path[2]}} --scope REGIONAL --id {{path[3]}}"
    return Kind(
        type=type_,
        delete=f"wafv2 delete-{named}",
        import_id=lambda arn: "/".join((*reversed(arn.resource.split("/")[2:]), "REGIONAL")),
        lock_token=f"wafv2 get-{named}",
    )


KINDS: Mapping[str, Kind] = {
    "ec2:vpc": _ec2(t.VPC, "delete-vpc --vpc-id"),
    "ec2:subnet": _ec2(t.SUBNET, "delete-subnet --subnet-id"),
    "ec2:route-table": _ec2(t.ROUTE_TABLE, "delete-route-table --route-table-id"),
    "ec2:internet-gateway": _ec2(
        t.INTERNET_GATEWAY,
        "delete-internet-gateway --internet-gateway-id",
        "ec2 detach-internet-gateway --internet-gateway-id {id} --vpc-id {parent}",
    ),
    "ec2:security-group": _ec2(t.SECURITY_GROUP, "delete-security-group --group-id"),
    "ec2:security-group-rule": _ec2(
        t.INGRESS_RULE, "revoke-security-group-ingress --group-id {parent} --security-group-rule-ids"
    ),
    "ec2:security-group-rule egress": _ec2(
        t.EGRESS_RULE, "revoke-security-group-egress --group-id {parent} --security-group-rule-ids"
    ),
    "ec2:vpc-endpoint": _ec2(t.VPC_ENDPOINT, "delete-vpc-endpoints --vpc-endpoint-ids"),
    "ec2:vpc-endpoint-service": _ec2(t.ENDPOINT_SERVICE, "delete-vpc-endpoint-service-configurations --service-ids"),
    "ec2:vpc-flow-log": _ec2(t.FLOW_LOG, "delete-flow-logs --flow-log-ids"),
    "ec2:vpc-ipv6-cidr-block-association": _ec2(t.VPC_IPV6_RANGE, "disassociate-vpc-cidr-block --association-id"),
    "ec2:vpc-cidr-block-association": _ec2(t.VPC_IPV4_RANGE, "disassociate-vpc-cidr-block --association-id"),
    "ec2:vpc-endpoint-connection-notification": _ec2(
        t.ENDPOINT_NOTIFICATION, "delete-vpc-endpoint-connection-notifications --connection-notification-ids"
    ),
    "ec2:launch-template": _ec2(t.LAUNCH_TEMPLATE, "delete-launch-template --launch-template-id"),
    "elasticloadbalancing:loadbalancer": _balancing(
        t.LOAD_BALANCER,
        "delete-load-balancer --load-balancer-arn",
        "elbv2 modify-load-balancer-attributes --load-balancer-arn {arn} "
        "--attributes Key=deletion_protection.enabled,Value=false",
    ),
    "elasticloadbalancing:targetgroup": _balancing(t.TARGET_GROUP, "delete-target-group --target-group-arn"),
    "elasticloadbalancing:listener": _balancing(t.LISTENER, "delete-listener --listener-arn"),
    "elasticloadbalancing:listener-rule": _balancing(t.LISTENER_RULE, "delete-rule --rule-arn"),
    "elasticloadbalancing:truststore": _balancing(t.TRUST_STORE, "delete-trust-store --trust-store-arn"),
    "acm:certificate": Kind(
        type=t.CERTIFICATE, delete="acm delete-certificate --certificate-arn {arn}", import_id=_arn
    ),
    "ecr:repository": Kind(
        type=t.REPOSITORY,
        delete="ecr delete-repository --repository-name {id}",
        import_id=_after("repository/"),
        inputs="{name}",
        holds_data=True,
    ),
    "eks:cluster": Kind(
        type=t.CLUSTER,
        delete="eks delete-cluster --name {id}",
        import_id=_name,
        inputs="{name}",
        before=(
            "eks wait cluster-active --name {id}",
            "eks update-cluster-config --name {id} --no-deletion-protection",
            "eks wait cluster-active --name {id}",
        ),
    ),
    "eks:nodegroup": Kind(
        type=t.NODE_GROUP,
        delete="eks delete-nodegroup --cluster-name {parent} --nodegroup-name {name}",
        import_id=_path(1, 3),
        inputs="{clusterName}:{nodeGroupName}",
    ),
    "eks:addon": Kind(
        type=t.ADDON,
        delete="eks delete-addon --cluster-name {parent} --addon-name {name}",
        import_id=_path(1, 3),
        inputs="{clusterName}:{addonName}",
    ),
    "iam:role": Kind(type=t.ROLE, delete="iam delete-role --role-name {id}", import_id=_name, inputs="{name}"),
    "iam:role-policy": Kind(
        type=t.ROLE_POLICY,
        delete="iam delete-role-policy --role-name {parent} --policy-name {name}",
        import_id=_after("role-policy/"),
    ),
    "kms:key": Kind(
        type=t.KMS_KEY,
        delete="kms schedule-key-deletion --key-id {id} --pending-window-in-days 30",
        import_id=_name,
        holds_data=True,
    ),
    "logs:log-group": Kind(
        type=t.LOG_GROUP,
        delete="logs delete-log-group --log-group-name {id}",
        import_id=_after("log-group:"),
        inputs="{name}",
        holds_data=True,
    ),
    "logs:query-definition": Kind(
        type=t.QUERY_DEFINITION, delete="logs delete-query-definition --query-definition-id {last}", import_id=_arn
    ),
    "route53:queryloggingconfig": Kind(
        type=t.QUERY_LOG, delete="route53 delete-query-logging-config --id {id}", import_id=_name
    ),
    "s3:": Kind(
        type=t.BUCKET, delete="s3api delete-bucket --bucket {id}", import_id=_name, inputs="{bucket}", holds_data=True
    ),
    "wafv2:regional/webacl": _firewall(t.WEB_ACL, "web-acl"),
    "wafv2:regional/rulegroup": _firewall(t.RULE_GROUP, "rule-group"),
    "wafv2:regional/ipset": _firewall(t.IP_SET, "ip-set"),
    "logs:delivery": Kind(type=t.LOG_DELIVERY, delete="logs delete-delivery --id {id}", import_id=_after("delivery:")),
    "logs:delivery-source": Kind(
        type=t.LOG_DELIVERY_SOURCE,
        delete="logs delete-delivery-source --name {id}",
        import_id=_after("delivery-source:"),
        inputs="{name}",
    ),
    "logs:delivery-destination": Kind(
        type=t.LOG_DELIVERY_DESTINATION,
        delete="logs delete-delivery-destination --name {id}",
        import_id=_after("delivery-destination:"),
        inputs="{name}",
    ),
    "ssm:parameter": Kind(
        type=t.PARAMETER, delete="ssm delete-parameter --name {id}", import_id=_after("parameter"), inputs="{name}"
    ),
    "cloudwatch:alarm": Kind(
        type=t.METRIC_ALARM,
        delete="cloudwatch delete-alarms --alarm-names {id}",
        import_id=_after("alarm:"),
        inputs="{name}",
    ),
    "sns:": Kind(type=t.TOPIC, delete="sns delete-topic --topic-arn {arn}", import_id=_arn),
}


EGRESS = "ec2:security-group-rule egress"
"""AWS gives both directions one kind of ARN; Pulumi has a type for each."""


def kind_of(arn: Arn, *, egress: bool = False) -> Kind | None:
    """The kind of an ARN; None for what our stacks create none of, such as a node's volume.

    Args:
        arn: Of any resource.
        egress: For a security group's rule, whether it is one for what leaves the group.
    """
    if arn.service in ("s3", "sns"):
        # Their ARNs end in the name, without a kind.
        return KINDS[f"{arn.service}:"]
    first, *rest = re.split("[:/]", arn.resource)
    if arn.service == "wafv2":
        first = "/".join((first, *rest[:1]))
    return KINDS[EGRESS] if egress else KINDS.get(f"{arn.service}:{first}")


INPUTS: Mapping[str, str] = {kind.type: kind.inputs for kind in KINDS.values() if kind.inputs}


def deletion(kind: Kind, arn: Arn, region: str, *, holder_id: str = "") -> str:
    """The AWS CLI's commands that delete a resource; `holder_id` is what holds it where its ARN does not say."""
    parent, _, name = kind.import_id(arn).partition(":")
    values = {"arn": str(arn), "id": kind.import_id(arn), "parent": holder_id or parent, "name": name, "last": arn.name}

    def command(template: str) -> str:
        words = (word.format(**values, path=arn.resource.split("/")) for word in template.split())
        return shlex.join(["aws", *words, "--region", region])

    token = f' --lock-token "$({command(kind.lock_token)} --query LockToken --output text)"' if kind.lock_token else ""
    before = [words for words in kind.before if values["parent"] or "{parent}" not in words]
    return " && ".join([*map(command, before), command(kind.delete) + token])
