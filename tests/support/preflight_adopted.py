"""Every setting that names something which exists already, with a value that is not there or cannot be used."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any

from moto.route53.models import route53_backends

from tests.support.preflight_attached import BLOG_FILE
from tests.support.preflight_breakages import PROD_FILE, SHOP_FILE
from tests.support.preflight_world import EDGE, REGION, WORKLOAD, Before

GONE = "12345678-1234-1234-1234-123456789012"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Adopted:
    """A value of a setting, and what `preflight` says about it."""

    do: Callable[[Before], object]
    where: str
    reason: str


def _key(account: str, region: str = REGION) -> str:
    return f"arn:aws:kms:{region}:{account}:key/{GONE}"


def shop(old: str, new: str) -> Callable[[Before], None]:
    return lambda before: before.edit(SHOP_FILE, old, new)


def prod(old: str, new: str) -> Callable[[Before], None]:
    return lambda before: before.edit(PROD_FILE, old, new)


def untrusting(before: Before, account: str, name: str) -> str:
    """ARN of a role that admits nobody here."""
    session = before.workload if account == WORKLOAD else before.edge
    iam = session.client("iam")
    trust = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::333333333333:root"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
    before.undo.append(lambda: iam.delete_role(RoleName=name))
    return f"arn:aws:iam::{account}:role/{name}"


def topic(before: Before, policy: dict[str, Any] | None = None, key: str = "") -> str:
    """ARN of a topic of the edge's account."""
    sns = before.edge.client("sns")
    attributes = {"Policy": json.dumps(policy)} if policy else {}
    return sns.create_topic(Name="ours", Attributes=attributes | ({"KmsMasterKeyId": key} if key else {}))["TopicArn"]


def writer(before: Before) -> None:
    arn = untrusting(before, EDGE, "writer")
    shop("  eks-service:publication:\n", f"  eks-service:publication:\n    parameter: {{writerRoleArn: {arn}}}\n")(
        before
    )


def accepter(before: Before) -> None:
    arn = untrusting(before, WORKLOAD, "accepter")
    prod("- stack: shop ", f"- accepterRoleArn: {arn}\n          stack: shop ")(before)


def reader(before: Before) -> None:
    arn = untrusting(before, WORKLOAD, "reader")
    parameter = "parameter: /central-ingress/connections/shop"
    before.workload.client("ssm").put_parameter(Name="/central-ingress/connections/shop", Value="{}", Type="String")
    prod("- stack: shop ", f"- {parameter}\n          readerRoleArn: {arn} ")(before)


def zone_role(before: Before) -> None:
    arn = untrusting(before, WORKLOAD, "zone")
    before.workload.client("route53").create_hosted_zone(Name="example.org", CallerReference="1")
    zones, zone_id = route53_backends[WORKLOAD]["aws"].zones, "Z0000000000OTHER"
    zones[zone_id] = zones.pop(next(iter(zones)))  # moto chooses ids of another form than AWS
    prod(
        "  central-ingress:dns:",
        f"  central-ingress:hostedZoneRoles: {{{zone_id}: {{roleArn: {arn}}}}}\n\n  central-ingress:dns:",
    )(before)
    certificate = f'    - domains: ["*.example.org"]\n      zoneId: {zone_id}\n\n  central-ingress:firewall:'
    prod("\n  central-ingress:firewall:", certificate)(before)


def refusing_topic(before: Before) -> None:
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish"}
    arn = topic(before, {"Version": "2012-10-17", "Statement": [{**statement, "Resource": "*"}]})
    prod("    key: alias/alarms", f"    topicArn: {arn}")(before)


def topic_of_aws_key(before: Before) -> None:
    prod("    key: alias/alarms", f"    topicArn: {topic(before, key='alias/aws/sns')}")(before)


def attached_topic(before: Before) -> None:
    alarms = f"  central-ingress:alarms: {{topicArn: arn:aws:sns:{REGION}:{EDGE}:gone}}\n"
    before.edit(BLOG_FILE, "  central-ingress:connections:", f"{alarms}  central-ingress:connections:")


def _program(reason: str, do: Callable[[Before], object]) -> Adopted:
    return Adopted(do=do, where="Program", reason=reason)


def _existing(reason: str, do: Callable[[Before], object]) -> Adopted:
    return Adopted(do=do, where="Existing", reason=reason)


def _role(name: str, do: Callable[[Before], object]) -> Adopted:
    return Adopted(do=do, where="Roles", reason=f"role/{name} cannot be assumed")


_TOPIC = f"arn:aws:sns:{REGION}:{WORKLOAD}:gone"
_ALARMS = "  eks-service:alarms: {enabled: true, "
_PUBLICATION = "  eks-service:publication:\n"
_ACL = f"arn:aws:wafv2:{REGION}:{EDGE}:regional/webacl/gone/{GONE}"
_CERTIFICATE = f"arn:aws:acm:{REGION}:{EDGE}:certificate/{GONE}"

WORKLOADS: Mapping[str, Adopted] = {
    "cluster.logKeyArn": _existing(
        "cluster.logKeyArn is ",
        shop("    logRetentionDays:", f"    logKeyArn: {_key(WORKLOAD)}\n    logRetentionDays:"),
    ),
    "cluster.secretsKeyArn": _existing(
        "cluster.secretsKeyArn is ",
        shop("    logRetentionDays:", f"    secretsKeyArn: {_key(WORKLOAD)}\n    logRetentionDays:"),
    ),
    "publication.notifications.topicArn": _existing(
        "publication.notifications.topicArn is ",
        shop(_PUBLICATION, f"{_PUBLICATION}    notifications: {{topicArn: {_TOPIC}}}\n"),
    ),
    "publication.parameter.writerRoleArn": _role("writer", writer),
    "alarms.topicArn": _existing(
        "alarms.topicArn is ", shop(_PUBLICATION, f"{_ALARMS}topicArn: '{_TOPIC}'}}\n{_PUBLICATION}")
    ),
    "alarms.key": _program(
        "alarms.key is alias/gone", shop(_PUBLICATION, f"{_ALARMS}key: alias/gone}}\n{_PUBLICATION}")
    ),
}
"""By key of an `eks-service` stack file."""

EDGES: Mapping[str, Adopted] = {
    "connections.backends.parameter": _program(
        "does not exist in account", prod("- stack: shop ", "- parameter: /central-ingress/connections/gone ")
    ),
    "connections.backends.readerRoleArn": _role("reader", reader),
    "connections.backends.accepterRoleArn": _role("accepter", accepter),
    "hostedZoneRoles.roleArn": _role("zone", zone_role),
    "alarms.topicArn": _existing(
        "which does not exist", prod("    key: alias/alarms", f"    topicArn: arn:aws:sns:{REGION}:{EDGE}:gone")
    ),
    "alarms.key": _program("alarms.key is alias/gone", prod("key: alias/alarms", "key: alias/gone")),
    "certificates.zoneId": _program(
        "certificates[0].zoneId is ",
        prod('"*.example.com"]', '"*.example.com"]\n      zoneId: Z0000000000GONE'),
    ),
    "certificates.arn": _program(
        "certificates[1].arn is ",
        prod('"*.example.com"]', f'"*.example.com"]\n    - arn: {_CERTIFICATE}'),
    ),
    "dns.zoneId": _program("dns.zoneId is ", prod("zoneId: Z0123456789EXAMPLE", "zoneId: Z0000000000GONE")),
    "dns.queryLogs.keyArn": _existing(
        "dns.queryLogs.keyArn is ",
        prod("zoneId: Z0", f"queryLogs: {{enabled: true, keyArn: '{_key(EDGE, 'us-east-1')}'}}\n    zoneId: Z0"),
    ),
    "firewall.existing.arn": _program(
        "firewall.existing.arn is ",
        lambda before: [
            before.edit(PROD_FILE, "    groups:\n      AWSManagedRulesAnonymousIpList: count\n", ""),
            before.edit(PROD_FILE, "    rateLimit:", f"    existing: {{arn: '{_ACL}'}}\n    rateLimit:"),
        ],
    ),
    "logs.existingBucket": _program(
        "logs.existingBucket is ", prod("    retentionDays: 365", "    existingBucket: gone-bucket-of-ours")
    ),
    "logs.keyArn": _existing(
        "logs.keyArn is ", prod("    retentionDays: 365", f"    retentionDays: 365\n    keyArn: {_key(EDGE)}")
    ),
}
"""By key of the stack file of a shard."""

MORE: Mapping[str, Adopted] = {
    "a topic whose policy names another service": _existing("whose policy does not let ", refusing_topic),
    "a topic under the key that AWS manages": _existing("which the key of SNS encrypts", topic_of_aws_key),
}
"""Further values of `alarms.topicArn` of a shard."""

ATTACHED: Mapping[str, Adopted] = {"alarms.topicArn": _existing("which does not exist", attached_topic)}
"""By key of the stack file of an attached stack."""

TABLES: Mapping[str, Mapping[str, Adopted]] = {
    "a workload stack": WORKLOADS,
    "a shard": EDGES,
    "an attached stack": ATTACHED,
}
"""By the stack whose file has the settings."""

ELSEWHERE: Mapping[str, str] = {
    "network.existing": "looked up by the program: test_edge_existing_network.py, test_adopted_network.py",
    "cluster.existing": "looked up by the program: test_adopted_cluster.py",
    "firewall.existing": "its key arn",
    "hostedZoneRoles": "its key roleArn",
    "publication.parameter": "its key writerRoleArn",
    "publication.consumers.principalArn": "of another account: AWS checks it when it is allowed",
    "connections.backends.stack": "judged with the stack: `check` knows each stack that is named",
    "connections.certificate.zoneId": "as certificates.zoneId, by the same look-up",
    "connections.certificate.arn": "as certificates.arn, by the same look-up",
    "connections.signIn.cognito.userPoolArn": "no right of a deployer reads a user pool; AWS refuses the rule",
}
"""Settings that are not broken here, and why."""
