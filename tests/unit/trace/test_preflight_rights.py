"""`preflight` asks for the rights that `bootstrap` grants a role for this very stack file."""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from pydantic.alias_generators import to_snake

from privatelink_ingress import tokens as t
from privatelink_ingress.plan.account.deployers import workload as workload_duties
from privatelink_ingress.plan.edge.shard import edge_tags
from privatelink_ingress.plan.workload import workload_tags
from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.settings.bootstrap import EdgeRoles, WorkloadRoles
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.trace.preflight import bootstrap_roles, rights
from privatelink_ingress.trace.preflight.planned import Planned, Resource
from tests.support.programs import sample_connections, stack_file

ACL = "arn:aws:wafv2:eu-west-1:222222222222:regional/webacl/company/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"

OF_SEVERAL = {"attached", "parameter_writers"}
"""Keys of `roles.edge` that are about other stacks and other roles."""

OF_OTHER_ROLES: dict[str, Any] = {
    "accepters": {"edge": {"principals": ("arn:aws:iam::222222222222:role/ci",)}},
    "tunnel": True,
    "writerRoleArn": "arn:aws:iam::222222222222:role/writer",
}
"""Keys of `roles.workload` that are about other roles than those of the four duties."""


Read = Callable[..., Any]


def settings(read: Read = load_edge, stack: str = "central-ingress/prod", **changes: Any) -> Any:
    """The sample's, with other keys."""
    project, name = stack.split("/")
    texts = dict(stack_file(project, name).settings)
    texts |= {key: value if isinstance(value, str) else json.dumps(value) for key, value in changes.items()}
    return read({key: text for key, text in texts.items() if text != "null"}, project=project, stack=name)


def planned(*resources: Resource, lookups: Iterable[tuple[str, str]] = (), **changes: Any) -> Planned:
    given = settings(**changes)
    return Planned(
        label="central-ingress/prod",
        file="",
        account_id="222222222222",
        region="eu-west-1",
        settings=given,
        tags=edge_tags(given, "prod"),
        resources=resources,
        lookups=frozenset(lookups),
    )


def workload(*resources: Resource, lookups: Iterable[tuple[str, str]] = (), **changes: Any) -> Planned:
    """The sample workload, with other keys."""
    given = settings(functools.partial(load, WorkloadSettings), "eks-service/shop", **changes)
    return Planned(
        label="eks-service/shop",
        file="",
        account_id="111111111111",
        region="eu-west-1",
        settings=given,
        tags=workload_tags(given, "shop"),
        resources=resources,
        lookups=frozenset(lookups),
    )


def workload_roles() -> WorkloadRoles:
    given = workload()
    assert isinstance(given.settings, WorkloadSettings)
    return bootstrap_roles.workload(given, given.settings)


def network(type_: str, **inputs: Any) -> Resource:
    return Resource(type=type_, name="x", duty="network", inputs=inputs)


def asked(stack: Planned) -> set[tuple[str, str]]:
    """Action and resource of each question."""
    return {(action, on) for one in rights.questions(stack) for action in one.actions for on in one.resources}


def test_for_an_existing_web_acl_it_asks_about_that_one():
    association = network(t.WEB_ACL_ASSOCIATION)
    assert ("wafv2:AssociateWebACL", ACL) not in asked(planned(association))
    assert ("wafv2:AssociateWebACL", ACL) in asked(planned(association, firewall={"existing": {"arn": ACL}}))


def test_the_parameter_of_the_shards_contract_has_the_prefix_of_the_stack_file():
    parameter = network(t.PARAMETER)
    wanted = ("ssm:PutParameter", "arn:aws:ssm:eu-west-1:222222222222:parameter/edges/prod")
    assert wanted not in asked(planned(parameter))
    assert wanted in asked(planned(parameter, contractPrefix="/edges"))


def test_rights_across_regions_are_asked_only_for_an_endpoint_of_another_region():
    def cross(**inputs: Any) -> bool:
        questions = rights.questions(planned(network(t.VPC_ENDPOINT, **inputs)))
        return any("vpce:AllowMultiRegion" in one.actions for one in questions)

    assert not cross()
    assert cross(serviceRegion="eu-central-1")


@pytest.mark.parametrize("key", sorted(EdgeRoles.model_fields.keys() - OF_SEVERAL))
def test_every_key_of_an_edges_bootstrap_stack_follows_from_the_stack_file(key: str):
    """A key that is forgotten here leaves out the rights that depend on it."""
    assert key in bootstrap_roles.edge(planned(), settings(contractPrefix="/edges")).model_fields_set


@pytest.mark.parametrize("key", sorted(WorkloadRoles.model_fields.keys() - {to_snake(key) for key in OF_OTHER_ROLES}))
def test_every_key_of_a_workloads_bootstrap_stack_follows_from_the_stack_file(key: str):
    assert key in workload_roles().model_fields_set


@pytest.mark.parametrize("key", OF_OTHER_ROLES)
def test_the_other_keys_of_a_workloads_bootstrap_stack_change_no_right_of_a_duty(key: str):
    roles, system = workload_roles(), rights.system(workload())
    more = WorkloadRoles.model_validate({**roles.model_dump(by_alias=True), key: OF_OTHER_ROLES[key]})
    assert more != roles
    assert workload_duties.duties(system, more, boundary="") == workload_duties.duties(system, roles, boundary="")


EC2, ECR, EKS = (f"arn:aws:{service}:eu-west-1:111111111111:" for service in ("ec2", "ecr", "eks"))
VPC, NODES = "vpc-0123456789abcdef0", "sg-0123456789abcdef0"
CLUSTER = {"existing": {"name": "main", "nodeSecurityGroupIds": [NODES], "autoscalingGroups": ["nodes"]}}
WITHOUT_NODES = {"network": None, "nodes": None, "cluster": CLUSTER}


@pytest.mark.parametrize(
    ("changes", "resource", "lookup", "right"),
    [
        (
            {"publication": {"parameter": {"prefix": "/ours"}}},
            network(t.PARAMETER),
            None,
            ("ssm:PutParameter", "arn:aws:ssm:eu-west-1:111111111111:parameter/ours/shop"),
        ),
        (
            {"publication": {"supportedRegions": ["eu-central-1"]}},
            network(t.ENDPOINT_SERVICE),
            None,
            ("vpce:AllowMultiRegion", f"{EC2}vpc-endpoint-service/0"),
        ),
        (
            {"registry": {"repository": "ours/controller", "create": False}},
            None,
            ("ecr", t.GET_IMAGES),
            ("ecr:ListImages", f"{ECR}repository/ours/controller"),
        ),
        (
            {},
            network(t.SECURITY_GROUP, vpcId=VPC),
            None,
            ("ec2:CreateSecurityGroup", f"{EC2}vpc/{VPC}"),
        ),
        (WITHOUT_NODES, None, ("eks", t.GET_CLUSTER), ("eks:DescribeCluster", f"{EKS}cluster/main")),
        (
            WITHOUT_NODES,
            network(t.INGRESS_RULE),
            None,
            ("ec2:AuthorizeSecurityGroupIngress", f"{EC2}security-group/{NODES}"),
        ),
    ],
)
def test_what_a_workloads_file_names_is_asked_for(
    changes: dict[str, Any], resource: Resource | None, lookup: tuple[str, str] | None, right: tuple[str, str]
):
    resources = [resource] if resource else []
    lookups = [lookup] if lookup else []
    merged = dict(changes)
    if "publication" in changes:
        merged["publication"] = (
            json.loads(stack_file("eks-service", "shop").settings["publication"]) | changes["publication"]
        )
    assert right not in asked(workload(*(dataclasses.replace(one, inputs={}) for one in resources), lookups=lookups))
    assert right in asked(workload(*resources, lookups=lookups, **merged))


def test_the_deletion_of_logs_is_asked_for_where_the_stack_file_wants_it():
    def deletes(**cluster: Any) -> bool:
        sample = json.loads(stack_file("eks-service", "shop").settings["cluster"])
        questions = asked(workload(network(t.LOG_GROUP), cluster=sample | cluster))
        return any(action == "logs:DeleteLogGroup" for action, _ in questions)

    assert not deletes()
    assert deletes(logRetainOnDelete=False)


def test_the_parameters_that_an_edge_reads_with_its_own_role_are_asked_for():
    def read(**backend: Any) -> set[str]:
        connections = sample_connections()
        connections["shop"]["backends"] = [{"parameter": "/ours/shop", **backend}]
        stack = planned(lookups=[("network", t.GET_PARAMETER)], connections={"shop": connections["shop"]})
        return {on for action, on in asked(stack) if action == "ssm:GetParameter"}

    assert read() == {"arn:aws:ssm:eu-west-1:222222222222:parameter/ours/shop"}
    assert read(readerRoleArn="arn:aws:iam::111111111111:role/reader") == set()
