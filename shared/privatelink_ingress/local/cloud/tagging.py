"""The Resource Groups Tagging API also answers for resources that moto leaves out of it; EC2 by its own type names.

Source: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource
from moto.ec2.models.security_groups import SecurityGroupBackend
from moto.ec2.responses import EC2Response
from moto.ecr.models import ecr_backends
from moto.eks.models import eks_backends
from moto.elbv2.models import elbv2_backends
from moto.logs.models import logs_backends
from moto.resourcegroupstaggingapi import models
from moto.wafv2.models import wafv2_backends

from privatelink_ingress.local.cloud.eks.addons import addons_of
from privatelink_ingress.local.cloud.hardening import Params, after, around


class _Others:
    """What moto leaves out, of one account and Region."""

    def __init__(self, account_id: str, region: str) -> None:
        self._account_id, self._region = account_id, region

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Each with its tags."""
        elbv2: Any = elbv2_backends[self._account_id][self._region]
        for balancer in elbv2.load_balancers.values():
            for listener in balancer.listeners.values():
                yield _of(listener.arn, elbv2.tagging_service.get_tag_dict_for_resource(listener.arn), "listener")
                for rule in listener.rules.values():
                    yield _of(rule.arn, elbv2.tagging_service.get_tag_dict_for_resource(rule.arn), "listener-rule")
        for arn in getattr(elbv2, "trust_stores", {}):
            yield _of(arn, elbv2.tagging_service.get_tag_dict_for_resource(arn), "truststore")
        ecr: Any = ecr_backends[self._account_id][self._region]
        for repository in ecr.repositories.values():
            yield _of(repository.arn, ecr.tagger.get_tag_dict_for_resource(repository.arn), "repository")
        wafv2: Any = wafv2_backends[self._account_id][self._region]
        for acl in wafv2.wacls.values():
            yield _of(acl.arn, wafv2.tagging_service.get_tag_dict_for_resource(acl.arn), "webacl")
        for group in wafv2.rule_groups.values():
            yield _of(group.arn, wafv2.tagging_service.get_tag_dict_for_resource(group.arn), "rulegroup")
        logs: Any = logs_backends[self._account_id][self._region]
        for store in (logs.deliveries, logs.delivery_sources, logs.delivery_destinations):
            for one in store.values():
                yield _of(one.arn, logs.tagger.get_tag_dict_for_resource(one.arn), one.arn.split(":")[5])
        eks: Any = eks_backends[self._account_id][self._region]
        for cluster in eks.clusters.values():
            yield _of(cluster.arn, cluster.tags or {}, "cluster")
            for group in cluster.nodegroups.values():
                yield _of(group.arn, group.tags or {}, "nodegroup")
            for addon in addons_of(cluster).values():
                yield _of(addon["addonArn"], addon["tags"], "addon")


def _of(arn: str, tags: dict[str, str], kind: str) -> TaggedResource:
    return TaggedResource(arn=arn, tags=tags, resource_type=f"{arn.split(':')[2]}:{kind}")


@around(models, "iter_taggable_backends")
def every_tagged_resource_is_found(original: Any, account_id: str, region: str) -> Iterator[Any]:
    """Moto's stores, and the resources that moto omits."""
    yield from original(account_id, region)
    yield _Others(account_id, region)


@after(EC2Response, "describe_tags")
def flow_logs_are_named_as_aws_does(request: Any, params: Params, response: Any) -> Any:
    """Their resource type is `vpc-flow-log` (API reference, TagSpecification: ResourceType)."""
    for tag in response.result["Tags"]:
        for key in ("resource_type", "ResourceType"):
            if tag.get(key) == "flow-logs":
                tag[key] = "vpc-flow-log"
    return response


@after(
    EC2Response,
    "delete_vpc",
    "delete_subnet",
    "delete_route_table",
    "delete_internet_gateway",
    "delete_security_group",
    "delete_launch_template",
    "delete_flow_logs",
    "delete_vpc_endpoint_service_configurations",
)
def tags_end_with_their_resource(request: Any, params: Params, response: Any) -> Any:
    """A deleted resource has no tags any more; moto keeps those of several types.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html: deleting a resource deletes its tags.
    """
    for name, value in params.items():
        if name.endswith(("Id", "Ids")):
            for id_ in value if isinstance(value, list) else [value]:
                request.ec2_backend.tags.pop(id_, None)
    return response


@after(EC2Response, "delete_security_group", "revoke_security_group_ingress", "revoke_security_group_egress")
def tags_of_rules_end_with_them(request: Any, params: Params, response: Any) -> Any:
    """A deleted group takes its rules along, and a revocation may name them by what they allow. Source: as above."""
    _forget_missing_rules(request.ec2_backend)
    return response


@around(SecurityGroupBackend, "authorize_security_group_ingress", "authorize_security_group_egress")
def a_refused_rule_has_no_tags(authorize: Any, self: Any, *arguments: Any, **options: Any) -> Any:
    """AWS creates nothing when it refuses a duplicate; moto tags the new rule before it compares it with the others."""
    try:
        return authorize(self, *arguments, **options)
    except Exception:
        _forget_missing_rules(self)
        raise


def _forget_missing_rules(backend: Any) -> None:
    """Delete the tags of rules that no security group has."""
    groups = [group for of_vpc in backend.groups.values() for group in of_vpc.values()]
    known = {rule.id for group in groups for rule in (*group.ingress_rules, *group.egress_rules)}
    for id_ in [one for one in backend.tags if one.startswith("sgr-") and one not in known]:
        del backend.tags[id_]
