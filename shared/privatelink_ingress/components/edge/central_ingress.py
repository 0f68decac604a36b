"""A whole edge: one internet VPC, its load balancer and firewall, and all connections."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any

import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.dashboards import dashboard
from privatelink_ingress.components.edge.certificates import Certificates, CertificatesArgs
from privatelink_ingress.components.edge.connection import Connection, ConnectionArgs
from privatelink_ingress.components.edge.connection_hooks import Waits, connection_hooks
from privatelink_ingress.components.edge.contract_parameter import contract_parameter
from privatelink_ingress.components.edge.existing_network import ExistingNetwork
from privatelink_ingress.components.edge.firewall import Firewall, FirewallArgs
from privatelink_ingress.components.edge.listeners import Listeners, ListenersArgs
from privatelink_ingress.components.edge.load_balancer import LoadBalancer, LoadBalancerArgs
from privatelink_ingress.components.edge.logs import LogDeliveries, LogDeliveriesArgs, log_bucket
from privatelink_ingress.components.edge.network import internet_network
from privatelink_ingress.components.edge.query_logs import QueryLogs, QueryLogsArgs
from privatelink_ingress.components.edge.security_groups import SecurityGroups, SecurityGroupsArgs
from privatelink_ingress.components.edge.shard_alarms import ShardAlarms, ShardAlarmsArgs, shard_values
from privatelink_ingress.components.edge.site import SiteArgs
from privatelink_ingress.components.edge.slots import UsedSlots
from privatelink_ingress.components.log_queries import saved_query
from privatelink_ingress.components.removal import RemovalGuard, RemovalGuardArgs
from privatelink_ingress.contracts import shard
from privatelink_ingress.plan.edge import backends, connections, removal
from privatelink_ingress.plan.edge.removal import EdgeRemovalPlan
from privatelink_ingress.plan.edge.shard import EdgePlan


@dataclasses.dataclass(frozen=True, kw_only=True)
class CentralIngressArgs:
    """What to build."""

    plan: EdgePlan
    accepters: Mapping[str, aws.Provider]
    """Providers that accept endpoints, by name: `plan.connections.accepters`."""
    zone_providers: Mapping[str, aws.Provider]
    """Of hosted zones that belong to other accounts, by zone id."""
    query_logs: aws.Provider | None
    """Of the Region of the query logs; None without them."""
    refuse_removal: Callable[[EdgeRemovalPlan, str], None]
    """Raises while the stack is in use; given the ARN of the HTTPS listener."""
    waits: Callable[[], Waits]
    """Loads what asks AWS for targets that leave."""
    used_slots: Callable[[], UsedSlots]
    """Loads the look-ups of used slots."""


class CentralIngress(Component):
    """The edge side of the system."""

    alb_arn: Output[str]
    alb_dns_name: Output[str]
    alb_zone_id: Output[str]
    listener_arn: Output[str]
    vpc_id: Output[str]
    endpoint_security_group_id: Output[str]
    web_acl_arn: Output[str]
    endpoint_subnet_ids: Output[dict[str, str]]
    """By zone id."""

    def __init__(self, name: str, args: CentralIngressArgs, opts: ResourceOptions | None = None) -> None:
        """The listeners wait for the firewall's association with the load balancer: no request passes unfiltered."""
        super().__init__(name, opts)
        plan = args.plan
        settings, tags = plan.load_balancer, plan.tags
        created = [] if plan.network.existing else [internet_network(self, f"{name}-network", plan)]
        network = ExistingNetwork(plan.network.existing) if plan.network.existing else created[0]
        groups = SecurityGroups(
            name,
            SecurityGroupsArgs(
                vpc_id=network.vpc_id,
                client_cidrs=settings.allowed_cidrs,
                client_ports=plan.client_ports,
                endpoint_ports=backends.PORTS,
                issuer_cidrs=plan.issuer_cidrs,
                tags=tags,
            ),
            self.child(),
        )
        log_buckets = [] if plan.logs.bucket_is_existing else [log_bucket(self, f"{name}-logs", plan)]
        balancer = LoadBalancer(
            name,
            LoadBalancerArgs(
                load_balancer_name=plan.load_balancer_name,
                settings=settings,
                subnet_ids=list(network.public_subnet_ids.values()),
                security_group_id=groups.load_balancer_id,
                log_bucket=next((bucket.bucket for bucket in log_buckets), plan.logs.bucket),
                after=[
                    *(one for bucket in log_buckets for one in bucket.secured),
                    *(route for one in created for route in one.internet_routes),
                ],
                tags=tags,
            ),
            self.child(),
        )
        firewall = Firewall(
            name,
            FirewallArgs(
                plan=plan.firewall,
                load_balancer_arn=balancer.arn,
                protected=settings.deletion_protection,
                log_storage=plan.logs.storage,
                tags=tags,
            ),
            self.child(),
        )
        delivered = LogDeliveriesArgs(plan=plan.logs, load_balancer_arn=balancer.arn, tags=tags)
        deliveries = [LogDeliveries(f"{name}-load-balancer", delivered, self.child())] if plan.logs.deliveries else []
        query_logs = []
        if plan.query_logs and args.query_logs:
            logged = QueryLogsArgs(plan=plan.query_logs, tags=tags)
            query_logs.append(QueryLogs(f"{name}-query-logs", logged, self.child(providers=[args.query_logs])))
        query = saved_query(self, name, plan.follow_request, after=[firewall, *deliveries])
        certificates = Certificates(
            name,
            CertificatesArgs(plan=plan.certificates, zone_providers=args.zone_providers, tags=tags),
            self.child(),
        )
        listeners = Listeners(
            name,
            ListenersArgs(
                load_balancer_arn=balancer.arn,
                tls_policy=settings.tls_policy,
                redirect_http=settings.redirect_http,
                certificate_arns=certificates.arns,
                not_found_page=settings.not_found_page,
                response_headers=plan.response_headers,
                mutual_tls=plan.mutual_tls,
                protect=settings.deletion_protection,
                after=[firewall, *groups.issuers],
                tags=tags,
            ),
            self.child(),
        )
        site = SiteArgs(
            vpc_id=network.vpc_id,
            endpoint_subnet_ids=network.endpoint_subnet_ids,
            endpoint_security_group_id=groups.endpoint_id,
            listener_arn=listeners.https_arn,
            alb_dns_name=balancer.dns_name,
            alb_zone_id=balancer.zone_id,
            alb_arn_suffix=balancer.arn_suffix,
            zone_names=network.zone_names,
            accepters=args.accepters,
            zone_providers=args.zone_providers,
            hooks=connection_hooks(plan.removal, plan.connections, args.waits, args.used_slots),
        )
        values = shard_values(balancer.arn_suffix, certificates.arns)
        alarms = []
        if plan.alarms:
            alarms.append(ShardAlarms(name, ShardAlarmsArgs(plan=plan.alarms, values=values, tags=tags), self.child()))
        board = plan.dashboards.shard
        dashboards = [dashboard(self, name, board, values=values)] if board else []
        published = [
            Connection(
                connection.name,
                ConnectionArgs(
                    plan=connection,
                    site=site,
                    alarms=plan.alarms.connections[connection.name] if plan.alarms else (),
                    alarm_topic_arn=alarms[0].topic_arn if alarms else None,
                    dashboard=plan.dashboards.connections.get(connection.name),
                    tags=tags,
                ),
                self.child(),
            )
            for connection in plan.connections
        ]
        self._plan, self._site = plan, site
        contract = []
        if plan.contract_parameter:
            parameter = contract_parameter(
                self, f"{name}-contract", plan.contract_parameter, self._contract(), tags=tags
            )
            contract.append(parameter)
        RemovalGuard(
            name,
            RemovalGuardArgs(
                guarded=plan.removal.guarded,
                hook=removal.HOOK,
                remembers=listeners.https_arn,
                replaced_with_it=True,
                everything=[
                    *created,
                    groups,
                    *log_buckets,
                    balancer,
                    firewall,
                    *deliveries,
                    *query_logs,
                    query,
                    certificates,
                    listeners,
                    *alarms,
                    *dashboards,
                    *published,
                    *contract,
                ],
                check=functools.partial(args.refuse_removal, plan.removal),
            ),
            self.child(),
        )
        self.alb_arn = balancer.arn
        self.alb_dns_name = balancer.dns_name
        self.alb_zone_id = balancer.zone_id
        self.listener_arn = listeners.https_arn
        self.vpc_id = network.vpc_id
        self.endpoint_security_group_id = groups.endpoint_id
        self.web_acl_arn = firewall.web_acl_arn
        self._rule_group_arn = firewall.rule_group_arn
        self.endpoint_subnet_ids = Output.all(**network.endpoint_subnet_ids)
        self.publish()

    def _contract(self) -> dict[str, Any]:
        """The fields of `shard.ShardContract`."""
        return {"shard_contract_version": shard.VERSION, **self._plan.site.exports(), **self._site.exports()}

    def exports(self) -> dict[str, Any]:
        """Outputs of the program. None is secret."""
        plan = self._plan
        return {
            "alb_arn": self.alb_arn,
            "web_acl_arn": self.web_acl_arn,
            **({"rule_group_arn": self._rule_group_arn} if self._rule_group_arn else {}),
            "public_subnet_cidrs": [subnet.cidr for subnet in plan.network.public],
            "zone_ids": [subnet.zone_id for subnet in plan.network.public],
            "connections": connections.exports(plan.connections),
            # Attached stacks read these.
            **self._contract(),
        }
