"""Who may do what in a cluster, from where its API is reached, and what of both is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.plan.workload import OwnClusterPlan, plan_workload
from privatelink_ingress.plan.workload.access import principal
from privatelink_ingress.plan.workload.kubeconfig import server, through
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.cluster import KubernetesApi

ROLE = "arn:aws:iam::111111111111:role"
ADMIN, VIEWER = f"{ROLE}/platform/admin", f"{ROLE}/support"
POLICIES = "arn:aws:eks::aws:cluster-access-policy"
TUNNEL = {"server": "https://localhost:8443", "tlsServerName": "0A1B.gr7.eu-west-1.eks.amazonaws.com"}


def planned(creator: str | None = None, *, roles: dict[str, str] | None = None, **cluster: Any) -> OwnClusterPlan:
    values = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "cluster": json.dumps(cluster),
        "roles": json.dumps(roles or {}),
        "controller": '{"install": false}',
        "publication": '{"consumers": [{"accountId": "222222222222"}]}',
    }
    settings = load(WorkloadSettings, values, project="eks-service", stack="shop")
    zones = ("euw1-az1", "euw1-az2", "euw1-az3")
    return plan_workload(settings, stack="shop", region="eu-west-1", available_zones=zones, creator=creator)


def rights(plan: OwnClusterPlan) -> dict[str, str]:
    return {entry.principal_arn: entry.policy_arn.removeprefix(f"{POLICIES}/") for entry in plan.cluster.access}


def refused(**cluster: Any) -> tuple[str, str, str]:
    """Place, reason and remedy of the one thing that is refused."""
    with pytest.raises(UserError) as error:
        planned(**cluster)
    (problem,) = error.value.problems
    return problem.where, problem.reason, problem.remedy


def test_administrators_and_viewers_get_policies_of_eks_for_the_whole_cluster():
    plan = planned(admins=[ADMIN], viewers=[VIEWER])
    assert rights(plan) == {ADMIN: "AmazonEKSClusterAdminPolicy", VIEWER: "AmazonEKSViewPolicy"}
    assert [entry.key for entry in plan.cluster.access] == ["111111111111-platform.admin", "111111111111-support"]


def test_one_role_has_one_right():
    where, reason, remedy = refused(admins=[ADMIN, VIEWER], viewers=[VIEWER])
    assert (where, reason) == ("cluster.viewers[0]", f"has {VIEWER}, which is also one of admins")
    assert remedy == "Write it in one of the two: EKS keeps one entry a role."


@pytest.mark.parametrize("same", [f"{ROLE}/platform/Admin", f"{ROLE}/admin", f"{ROLE}/other/ADMIN"])
def test_one_role_is_one_whatever_its_path_and_its_case(same: str):
    where, reason, remedy = refused(admins=[ADMIN, same])
    assert (where, remedy) == ("cluster.admins[1]", "Write it once, as IAM shows it.")
    assert reason == f"repeats {ADMIN!r}: IAM has one of this name, whatever its path and its case"
    assert refused(admins=[ADMIN], viewers=[same])[0] == "cluster.viewers[0]"
    assert rights(planned(same, admins=[ADMIN])) == {}


@pytest.mark.parametrize(
    ("caller", "behind"),
    [
        ("arn:aws:sts::111111111111:assumed-role/admin/alice", f"{ROLE}/admin"),
        ("arn:aws-cn:sts::111111111111:assumed-role/admin/a", "arn:aws-cn:iam::111111111111:role/admin"),
        ("arn:aws:iam::111111111111:user/alice", "arn:aws:iam::111111111111:user/alice"),
        (f"{ROLE}/admin", f"{ROLE}/admin"),
    ],
)
def test_a_session_stands_for_its_role(caller: str, behind: str):
    assert principal(caller) == behind


def test_the_creator_gets_no_second_entry_whatever_its_path():
    plan = planned(f"{ROLE}/admin", admins=[ADMIN, f"{ROLE}/other"])
    assert rights(plan) == {f"{ROLE}/other": "AmazonEKSClusterAdminPolicy"}
    assert plan.cluster.creator == f"{ROLE}/admin"


def test_a_role_of_the_same_name_in_another_account_is_another_role():
    assert set(rights(planned("arn:aws:iam::222222222222:role/admin", admins=[ADMIN]))) == {ADMIN}
    assert set(rights(planned("arn:aws:iam::111111111111:user/admin", admins=[ADMIN]))) == {ADMIN}


def test_an_unknown_creator_leaves_every_entry():
    plan = planned(None, admins=[ADMIN])
    assert (set(rights(plan)), plan.cluster.creator) == ({ADMIN}, None)


def test_the_role_of_the_duty_is_the_creator_until_the_cluster_says_otherwise():
    assert rights(planned(admins=[ADMIN], roles={"eks": ADMIN})) == {}
    assert set(rights(planned(f"{ROLE}/first", admins=[ADMIN], roles={"eks": ADMIN}))) == {ADMIN}


def test_the_creator_cannot_be_a_viewer():
    with pytest.raises(UserError) as error:
        planned(f"{ROLE}/support", viewers=[f"{ROLE}/a", VIEWER])
    (problem,) = error.value.problems
    assert problem.where == "cluster.viewers[1]"
    assert problem.reason == f"is {VIEWER}, which creates the cluster and is therefore its administrator"


@pytest.mark.parametrize(
    ("cidrs", "where", "reason"),
    [
        (["0.0.0.0/0"], "cluster.publicAccessCidrs[0]", "is '0.0.0.0/0', which opens the API to all of the internet"),
        (
            ["198.51.100.0/24", "0.0.0.0/1", "128.0.0.0/1"],
            "cluster.publicAccessCidrs[1]",
            "is '0.0.0.0/1', which opens the API to a large part of the internet",
        ),
        (
            ["52.0.0.0/8", "54.0.0.0/8"],
            "cluster.publicAccessCidrs",
            "has networks that together are larger than a /8, a large part of the internet",
        ),
        (
            [f"{first}.0.0.0/9" for first in (11, 12, 13)],
            "cluster.publicAccessCidrs",
            "has networks that together are larger than a /8, a large part of the internet",
        ),
        (
            ["10.11.0.0/16"],
            "cluster.publicAccessCidrs[0]",
            "is '10.11.0.0/16', of which 10.0.0.0/8 never reaches a public endpoint",
        ),
        (
            ["172.0.0.0/8"],
            "cluster.publicAccessCidrs[0]",
            "is '172.0.0.0/8', of which 172.16.0.0/12 never reaches a public endpoint",
        ),
        (
            [f"198.51.100.{host}/32" for host in range(41)],
            "cluster.publicAccessCidrs",
            "has 41 entries, but may have at most 40",
        ),
    ],
)
def test_the_api_is_never_open_to_the_world_in_one_piece_or_many(cidrs: list[str], where: str, reason: str):
    place, found, remedy = refused(publicAccessCidrs=cidrs)
    assert (place, found) == (where, reason)
    assert remedy


def test_named_networks_may_reach_the_api_and_overlapping_ones_count_once():
    plan = planned(publicAccessCidrs=["52.0.0.0/8", "52.1.0.0/16", "52.128.0.0/9"])
    assert plan.cluster.public_access_cidrs == ("52.0.0.0/8", "52.1.0.0/16", "52.128.0.0/9")


@pytest.mark.parametrize(
    ("api", "where", "reason"),
    [
        ({"server": TUNNEL["server"]}, "cluster.kubernetesApi.tlsServerName", "is missing"),
        ({"tlsServerName": TUNNEL["tlsServerName"]}, "cluster.kubernetesApi.server", "is missing"),
        ({**TUNNEL, "server": "localhost:8443"}, "cluster.kubernetesApi.server", "is 'localhost:8443'"),
        ({**TUNNEL, "server": "http://localhost:8443"}, "cluster.kubernetesApi.server", "is 'http://localhost:8443'"),
        ({**TUNNEL, "server": "https://localhost"}, "cluster.kubernetesApi.server", "is 'https://localhost'"),
        (
            {**TUNNEL, "tlsServerName": "https://a.eks.amazonaws.com"},
            "cluster.kubernetesApi.tlsServerName",
            "is 'https://a.eks.amazonaws.com'",
        ),
    ],
)
def test_another_way_to_the_api_is_a_server_and_the_name_of_its_certificate(
    api: dict[str, str], where: str, reason: str
):
    assert refused(kubernetesApi=api)[:2] == (where, reason)


def test_a_kubeconfig_is_led_through_the_tunnel_and_keeps_all_else():
    cluster = {"server": "https://0A1B.gr7.eu-west-1.eks.amazonaws.com", "certificate-authority-data": "Q0E="}
    config = {"clusters": [{"name": "kubernetes", "cluster": cluster}], "users": [{"name": "aws"}]}
    text = json.dumps(config)
    api = KubernetesApi.model_validate_json(json.dumps(TUNNEL))
    led = json.loads(through(text, api))
    assert led["clusters"][0]["cluster"] == {
        "server": "https://localhost:8443",
        "tls-server-name": "0A1B.gr7.eu-west-1.eks.amazonaws.com",
        "certificate-authority-data": "Q0E=",
    }
    assert led["users"] == config["users"]
    assert through(text, None) == text


def test_the_server_of_a_kubeconfig_is_a_host_and_a_port():
    def at(address: str) -> tuple[str, int]:
        return server(json.dumps({"clusters": [{"cluster": {"server": address}}]}))

    assert at("https://0A1B.gr7.eu-west-1.eks.amazonaws.com") == ("0A1B.gr7.eu-west-1.eks.amazonaws.com", 443)
    assert at("https://localhost:8443") == ("localhost", 8443)
