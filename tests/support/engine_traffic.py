"""Whether requests would get through while the engine works: looked at after every single call that it makes."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Generator, Sequence
from typing import Any
from unittest import mock

from privatelink_ingress.aws import draining
from privatelink_ingress.local.cloud.elbv2.target_health import CLOCK
from privatelink_ingress.local.cloud.server import Session
from privatelink_ingress.local.providers.observation import Call, Unobserved
from tests.support.engine import REGION, World

EDGE_ACCOUNT = "222222222222"
SIGNING_IN = {"authenticate-oidc", "authenticate-cognito", "jwt-validation"}
"""Actions for which a load balancer asks an identity provider."""


class Traffic(Unobserved):
    """An observer that notes the moments in which a host was not served."""

    def __init__(self, session: Session, hosts: Sequence[str]) -> None:
        self._session, self._hosts = session, hosts
        self.gaps: list[str] = []
        """What was missing, and after which call; each pair once."""

    def after(self, call: Call) -> None:
        for host in self._hosts:
            if missing := self.missing(host):
                gap = f"{host}: {missing} after {call.operation} {call.type.rpartition(':')[2]} {call.name}"
                self.gaps = list(dict.fromkeys([*self.gaps, gap]))

    def missing(self, host: str) -> str:
        """What is missing between the host's record and an endpoint that is there; empty while the host is served."""
        elbv2 = self._session.client("elbv2")
        balancers = elbv2.describe_load_balancers()["LoadBalancers"]
        balancer = next((one for one in balancers if one["DNSName"] == self._answer(host)), None)
        if balancer is None:
            return "no record that leads to a load balancer"
        acl = self._session.client("wafv2").get_web_acl_for_resource(ResourceArn=balancer["LoadBalancerArn"])
        if "WebACL" not in acl:
            return "no web ACL"
        listeners = elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
        secure = [each["ListenerArn"] for each in listeners if each["Protocol"] == "HTTPS"]
        rules = [rule for arn in secure for rule in elbv2.describe_rules(ListenerArn=arn)["Rules"]]
        actions = [action for rule in _answering(rules, host) for action in rule["Actions"]]
        groups = [group for action in actions for group in _groups(action)]
        if not groups:
            return "no rule that forwards"
        if {action["Type"] for action in actions} & SIGNING_IN and not self._reaches_issuers(balancer):
            return "no way to the identity provider of a rule that signs clients in"
        return "" if all(self._healthy(arn) for arn in groups) else "no healthy target"

    def _reaches_issuers(self, balancer: Any) -> bool:
        """Whether a load balancer may send requests to port 443 of networks that are not its endpoints'."""
        ec2 = self._session.client("ec2")
        groups = ec2.describe_security_groups(GroupIds=balancer["SecurityGroups"])["SecurityGroups"]
        allowed = [rule for group in groups for rule in group["IpPermissionsEgress"] if rule.get("IpRanges")]
        return any(rule["FromPort"] <= 443 <= rule["ToPort"] for rule in allowed)

    def _answer(self, host: str) -> str:
        """The name that the host's alias record leads to."""
        route53 = self._session.client("route53")
        zones = [zone["Id"] for zone in route53.list_hosted_zones()["HostedZones"]]
        records = [
            one for zone in zones for one in route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        ]
        found = (one for one in records if one["Type"] == "A" and one["Name"].rstrip(".") == host)
        return next((one["AliasTarget"]["DNSName"].rstrip(".") for one in found), "")

    def _healthy(self, arn: str) -> list[str]:
        """Addresses of the healthy targets of a group that belong to an interface of an endpoint."""
        targets = self._session.client("elbv2").describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        filters = [{"Name": "interface-type", "Values": ["vpc_endpoint"]}]
        found = self._session.client("ec2").describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
        there = {interface["PrivateIpAddress"] for interface in found}
        return [
            target["Target"]["Id"]
            for target in targets
            if target["TargetHealth"]["State"] == "healthy" and target["Target"]["Id"] in there
        ]


@contextlib.contextmanager
def time_passes() -> Generator[None]:
    """Have target health take its time: the emulated clock moves only while a hook of the program waits."""
    if CLOCK.now is not None:
        yield
        return
    CLOCK.start()
    try:
        with mock.patch.object(draining, "sleep", CLOCK.advance):
            yield
    finally:
        CLOCK.stop()


@contextlib.contextmanager
def uninterrupted(world: World, *hosts: str) -> Generator[Traffic]:
    """Watch the hosts while the engine works; each of them must be served after every call, by healthy targets.

    Raises:
        AssertionError: with every gap, when the block ends.
    """
    traffic = Traffic(world.cloud.session(EDGE_ACCOUNT, REGION), hosts)
    with time_passes(), world.watched(traffic):
        yield traffic
    assert not traffic.gaps, "\n".join(traffic.gaps)


def _answering(rules: Sequence[Any], host: str) -> list[Any]:
    """The rules that answer for the host: of those with the same conditions, the first."""
    of_host = [rule for rule in rules if host in _hosts(rule)]
    ordered = sorted(of_host, key=lambda rule: int(rule["Priority"]), reverse=True)
    return list({json.dumps(rule["Conditions"], sort_keys=True): rule for rule in ordered}.values())


def _hosts(rule: Any) -> list[str]:
    return [
        value
        for condition in rule["Conditions"]
        if condition["Field"] == "host-header"
        for value in condition["HostHeaderConfig"]["Values"]
    ]


def _groups(action: Any) -> list[str]:
    """Target groups that get a share of the requests."""
    if action["Type"] != "forward":
        return []
    weighted = (action.get("ForwardConfig") or {}).get("TargetGroups") or []
    if weighted:
        return [group["TargetGroupArn"] for group in weighted if group.get("Weight", 1)]
    return [action["TargetGroupArn"]] if "TargetGroupArn" in action else []
