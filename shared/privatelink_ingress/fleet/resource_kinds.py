"""The kinds of tagged AWS resources that our stacks create: how an ARN names them, how to import and delete them.

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
    """The AWS CLI's words that delete it, with `{arn}` and `{id}` in them, and `{parent}` for what holds it."""
    import_id: Callable[[Arn], str]
    """What `pulumi import` calls it. A provider's id in a state is the same text."""
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


def _ec2(type_: str, delete: str) -> Kind:
    return Kind(type=type_, delete=f"ec2 {delete} {{id}}", import_id=_name)


def _balancing(type_: str, operation: str) -> Kind:
    return Kind(type=type_, delete=f"elbv2 {operation} {{arn}}", import_id=_arn)


KINDS: Mapping[str, Kind] = {
    "ec2:vpc": _ec2(t.VPC, "delete-vpc --vpc-id"),
    "ec2:subnet": _ec2(t.SUBNET, "delete-subnet --subnet-id"),
    "ec2:route-table": _ec2(t.ROUTE_TABLE, "delete-route-table --route-table-id"),
    "ec2:internet-gateway": _ec2(t.INTERNET_GATEWAY, "delete-internet-gateway --internet-gateway-id"),
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
    "ec2:launch-template": _ec2(t.LAUNCH_TEMPLATE, "delete-launch-template --launch-template-id"),
    "elasticloadbalancing:loadbalancer": _balancing(t.LOAD_BALANCER, "delete-load-balancer --load-balancer-arn"),
    "elasticloadbalancing:targetgroup": _balancing(t.TARGET_GROUP, "delete-target-group --target-group-arn"),
    "elasticloadbalancing:listener": _balancing(t.LISTENER, "delete-listener --listener-arn"),
    "elasticloadbalancing:listener-rule": _balancing(t.LISTENER_RULE, "delete-rule --rule-arn"),
    "acm:certificate": Kind(
        type=t.CERTIFICATE, delete="acm delete-certificate --certificate-arn {arn}", import_id=_arn
    ),
    "ecr:repository": Kind(
        type=t.REPOSITORY,
        delete="ecr delete-repository --repository-name {id}",
        import_id=_after("repository/"),
        holds_data=True,
    ),
    "eks:cluster": Kind(type=t.CLUSTER, delete="eks delete-cluster --name {id}", import_id=_name),
    "eks:nodegroup": Kind(
        type=t.NODE_GROUP,
        delete="eks delete-nodegroup --cluster-name {parent} --nodegroup-name {name}",
        import_id=_path(1, 3),
    ),
    "eks:addon": Kind(
        type=t.ADDON, delete="eks delete-addon --cluster-name {parent} --addon-name {name}", import_id=_path(1, 3)
    ),
    "iam:role": Kind(type=t.ROLE, delete="iam delete-role --role-name {id}", import_id=_name),
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
        holds_data=True,
    ),
    "s3:": Kind(type=t.BUCKET, delete="s3api delete-bucket --bucket {id}", import_id=_name, holds_data=True),
    "ssm:parameter": Kind(type=t.PARAMETER, delete="ssm delete-parameter --name {id}", import_id=_after("parameter")),
}


EGRESS = "ec2:security-group-rule egress"
"""AWS gives both directions one kind of ARN; Pulumi has a type for each."""


def kind_of(arn: Arn, *, egress: bool = False) -> Kind | None:
    """The kind of an ARN; None for what our stacks create none of, such as a node's volume.

    Args:
        arn: Of any resource.
        egress: For a security group's rule, whether it is one for what leaves the group.
    """
    if arn.service == "s3":
        return KINDS["s3:"]
    return KINDS[EGRESS] if egress else KINDS.get(f"{arn.service}:{re.split('[:/]', arn.resource)[0]}")


def deletion(kind: Kind, arn: Arn, region: str, *, group_id: str = "") -> str:
    """The AWS CLI's command that deletes a resource; `group_id` is the security group of a rule."""
    parent, _, name = kind.import_id(arn).partition(":")
    values = {"arn": str(arn), "id": kind.import_id(arn), "parent": group_id or parent, "name": name}
    words = (word.format(**values) for word in kind.delete.split())
    return shlex.join(["aws", *words, "--region", region])
