"""The adapters of roles, policies, profiles and identity providers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.local.adapters.base import AdapterError, Created
from privatelink_ingress.local.adapters.table import adapter_for
from privatelink_ingress.local.cloud.session import Session
from tests.support.eks_world import trust

ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:List*", "Resource": "*"}]})


def test_a_role_with_everything_on_it_is_made_and_unmade(workload: Session) -> None:
    made: list[tuple[str, Created, dict[str, Any]]] = []

    def register(type_: str, **inputs: Any) -> Created:
        created = adapter_for(type_).create(workload, inputs)
        made.append((type_, created, inputs))
        return created

    role = register(
        "aws:iam/role:Role",
        assumeRolePolicy=trust("ec2.amazonaws.com"),
        description="nodes",
        maxSessionDuration=7200.0,
        path="/ingress/",
        tags={"owner": "team-shop"},
        inlinePolicies=[{"name": "own", "policy": ALLOW}],
    )
    name = role.id
    assert role.outputs["arn"] == f"arn:aws:iam::111111111111:role/ingress/{name}"
    policy = register("aws:iam/policy:Policy", name="list", policy=ALLOW, description="list buckets")
    assert policy.id == policy.outputs["arn"] == "arn:aws:iam::111111111111:policy/list"
    managed = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
    register("aws:iam/rolePolicyAttachment:RolePolicyAttachment", role=name, policyArn=managed)
    register("aws:iam/rolePolicyAttachment:RolePolicyAttachment", role=name, policyArn=policy.id)
    register("aws:iam/rolePolicy:RolePolicy", role=name, policy=ALLOW, name="inline")

    iam = workload.client("iam")
    described = iam.get_role(RoleName=name)["Role"]
    assert (described["Description"], described["MaxSessionDuration"]) == ("nodes", 7200)
    assert described["Tags"] == [{"Key": "owner", "Value": "team-shop"}]
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert sorted(entry["PolicyArn"] for entry in attached) == sorted([managed, policy.id])
    assert sorted(iam.list_role_policies(RoleName=name)["PolicyNames"]) == ["inline", "own"]

    with pytest.raises(AdapterError, match="DeletePolicy was refused: DeleteConflict"):
        adapter_for("aws:iam/policy:Policy").delete(workload, policy.id, {})
    for type_, created, inputs in reversed(made):
        adapter_for(type_).delete(workload, created.id, inputs | created.outputs)
    assert iam.list_roles()["Roles"] == []
    assert iam.list_policies(Scope="Local")["Policies"] == []


def test_a_role_with_policies_stays_unless_it_detaches_them_by_force(workload: Session) -> None:
    adapter = adapter_for("aws:iam/role:Role")
    inputs = {"name": "nodes", "assumeRolePolicy": trust("ec2.amazonaws.com")}
    role = adapter.create(workload, inputs)
    attachment = {"role": "nodes", "policyArn": "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"}
    adapter_for("aws:iam/rolePolicyAttachment:RolePolicyAttachment").create(workload, attachment)
    with pytest.raises(AdapterError, match="DeleteConflict"):
        adapter.delete(workload, role.id, inputs | role.outputs)
    adapter.delete(workload, role.id, inputs | role.outputs | {"forceDetachPolicies": True})
    assert workload.client("iam").list_roles()["Roles"] == []


def test_an_identity_provider_is_made_and_unmade(workload: Session) -> None:
    adapter = adapter_for("aws:iam/openIdConnectProvider:OpenIdConnectProvider")
    inputs = {
        "url": "https://issuer.example.com",
        "clientIdLists": ["sts.amazonaws.com"],
        "thumbprintLists": ["a" * 40],
    }
    made = adapter.create(workload, inputs)
    iam = workload.client("iam")
    described = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=made.outputs["arn"])
    assert (described["ClientIDList"], described["Url"]) == (["sts.amazonaws.com"], "issuer.example.com")
    adapter.delete(workload, made.id, made.outputs)
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"] == []


def test_a_malformed_trust_policy_and_an_unknown_input_are_named(workload: Session) -> None:
    adapter = adapter_for("aws:iam/role:Role")
    with pytest.raises(AdapterError, match="CreateRole was refused: MalformedPolicyDocument"):
        adapter.create(workload, {"name": "nodes", "assumeRolePolicy": "{}"})
    with pytest.raises(AdapterError, match="aws:iam/role:Role: input `nonsense` has no place in iam CreateRole"):
        adapter.create(workload, {"name": "nodes", "assumeRolePolicy": trust("ec2.amazonaws.com"), "nonsense": "x"})
