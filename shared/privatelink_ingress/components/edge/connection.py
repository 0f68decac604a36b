"""One published service at the edge."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from typing import Any

import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from privatelink_ingress.components.alarms import register_alarms
from privatelink_ingress.components.base import Component
from privatelink_ingress.components.dashboards import dashboard
from privatelink_ingress.components.edge import sign_in
from privatelink_ingress.components.edge.backend import Backend, BackendArgs
from privatelink_ingress.components.edge.certificates import Certificates, CertificatesArgs
from privatelink_ingress.components.edge.dns import alias_record
from privatelink_ingress.components.edge.pages import fixed_response
from privatelink_ingress.components.edge.rules import listener_rule
from privatelink_ingress.components.edge.site import SiteArgs
from privatelink_ingress.plan.alarms import AlarmPlan, Deployed
from privatelink_ingress.plan.dashboards import DashboardPlan
from privatelink_ingress.plan.edge.alarms import measured
from privatelink_ingress.plan.edge.connections import ConnectionPlan
from privatelink_ingress.plan.routing.routes import Rule


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConnectionArgs:
    """What to build, and the edge that it belongs to."""

    plan: ConnectionPlan
    site: SiteArgs
    alarms: tuple[AlarmPlan, ...] = ()
    alarm_topic_arn: Input[str] | None = None
    """The topic of its alarms; None for a connection without."""
    dashboard: DashboardPlan | None = None
    tags: Mapping[str, str]


class Connection(Component):
    """Backends, the listener rules that lead to them, and the names."""

    def __init__(self, name: str, args: ConnectionArgs, opts: ResourceOptions | None = None) -> None:
        """Endpoints, targets, rules, in this order; destroyed in the reverse order, so that requests stop first."""
        super().__init__(name, opts)
        plan, site = args.plan, args.site
        tags = {**args.tags, "Owner": plan.owner, "Connection": plan.name}
        backends = {
            backend.position: Backend(
                f"{name}-{backend.position}",
                BackendArgs(plan=backend, site=site, tags=tags),
                self.child(),
            )
            for backend in plan.backends
        }
        targets = [target for backend in backends.values() for target in backend.targets]
        arns = {position: backend.target_group_arns for position, backend in backends.items()}
        for rule in plan.rules:
            listener_rule(
                f"{name}-{rule.key}",
                rule,
                listener_arn=site.listener_arn,
                actions=_actions(plan, rule, {position: groups[rule.protocol] for position, groups in arns.items()}),
                tags=self.named(rule.key, tags),
                opts=self.child(depends_on=targets, hooks=site.hooks.rule),
            )
        for host, type_ in itertools.product(plan.records, plan.record_types):
            alias_record(
                f"{name}-{host}" if type_ == "A" else f"{name}-{host}-{type_}",
                host=host,
                type_=type_,
                zone_id=plan.hosted_zone_id,
                alb_dns_name=site.alb_dns_name,
                alb_zone_id=site.alb_zone_id,
                opts=self.child(provider=site.zone_providers.get(plan.hosted_zone_id)),
            )
        certificate_arns: Mapping[str, Output[str]] = {}
        if plan.certificate:
            issued = CertificatesArgs(plan=plan.certificate, zone_providers=site.zone_providers, tags=tags)
            certificates = Certificates(name, issued, self.child())
            certificate_arns = certificates.arns
            for key, arn in certificates.arns.items():
                aws.lb.ListenerCertificate(
                    f"{name}-{key}", listener_arn=site.listener_arn, certificate_arn=arn, opts=self.child()
                )
        values = _measured(site, backends, certificate_arns)
        if args.alarm_topic_arn is not None:
            register_alarms(self, name, args.alarms, topic_arn=args.alarm_topic_arn, values=values, tags=tags)
        if args.dashboard:
            dashboard(self, name, args.dashboard, values=values)
        self.publish()


def _actions(plan: ConnectionPlan, rule: Rule, groups: Mapping[int, Output[str]]) -> list[dict[str, Any]]:
    """The actions of a rule; target groups by position of their backend."""
    action = _action(plan, groups)
    if rule.signs_in and plan.sign_in and not plan.maintenance:
        return sign_in.before(action, plan.sign_in)
    return [action]


def _measured(
    site: SiteArgs, backends: Mapping[int, Backend], certificates: Mapping[str, Output[str]]
) -> dict[Deployed, Input[str]]:
    """What metrics call the parts of the connection."""
    return {
        measured.LOAD_BALANCER: site.alb_arn_suffix,
        measured.VPC: site.vpc_id,
        **{measured.zone(zone_id): name for zone_id, name in site.zone_names.items()},
        **{
            measured.target_group(position, protocol): suffix
            for position, backend in backends.items()
            for protocol, suffix in backend.target_group_suffixes.items()
        },
        **{measured.endpoint(position): backend.endpoint_id for position, backend in backends.items()},
        **{measured.certificate(key): arn for key, arn in certificates.items()},
    }


def _action(plan: ConnectionPlan, groups: Mapping[int, Output[str]]) -> dict[str, Any]:
    """The action of the rules; target groups by position of their backend."""
    if plan.maintenance:
        return fixed_response(plan.maintenance_page, 503)
    # One backend too is written as a block: from the block of two to a bare ARN, the provider sends both at once.
    forward: dict[str, Any] = {
        "target_groups": [{"arn": groups[backend.position], "weight": backend.weight} for backend in plan.backends]
    }
    if plan.stickiness_seconds is not None:
        forward["stickiness"] = {"enabled": True, "duration": plan.stickiness_seconds}
    return {"type": "forward", "forward": forward}
