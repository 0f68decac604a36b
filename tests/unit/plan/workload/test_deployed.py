"""What the deployed cluster allows a stack file to change, and how its number of nodes follows other bounds."""

from __future__ import annotations

import json

import pytest

from privatelink_ingress.plan.workload.deployed import DeployedCluster, NodeGroupSize, require_possible
from privatelink_ingress.plan.workload.nodes import plan_nodes
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings

KEY, OTHER = (f"arn:aws:kms:eu-west-1:111111111111:key/{name}" for name in ("mine", "other"))


def settings(**values: object) -> WorkloadSettings:
    given = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "controller": '{"install": false}',
        "publication": '{"consumers": [{"accountId": "222222222222"}]}',
    }
    texts = {key: json.dumps(value) for key, value in values.items()}
    return load(WorkloadSettings, given | texts, project="eks-service", stack="shop")


def deployed(*, version: str = "1.35", key: str | None = None) -> DeployedCluster:
    return DeployedCluster(version=version, creator=None, secrets_key_arn=key, sizes={})


@pytest.mark.parametrize(
    ("cluster", "now"),
    [
        ({"version": "1.35"}, deployed()),
        ({"version": "1.36"}, deployed()),
        ({"version": "1.35", "secretsKeyArn": KEY}, deployed(key=KEY)),
        ({"version": "1.35", "secretsKeyArn": KEY}, deployed()),
    ],
)
def test_what_eks_can_change_in_place_is_accepted(cluster, now):
    require_possible(settings(cluster=cluster), now)


def test_every_change_that_eks_cannot_make_is_named_at_once():
    with pytest.raises(UserError) as refused:
        require_possible(
            settings(cluster={"version": "1.36", "secretsKeyArn": OTHER}), deployed(version="1.34", key=KEY)
        )
    assert [problem.where for problem in refused.value.problems] == ["cluster.secretsKeyArn", "cluster.version"]


SIZE = NodeGroupSize(minimum=3, maximum=6, desired=5)


@pytest.mark.parametrize(
    ("nodes", "sizes", "desired", "keeps"),
    [
        ({"min": 3, "max": 6}, {}, 3, True),
        ({"min": 3, "max": 6}, {"shop-nodes": SIZE}, 5, True),
        ({"min": 6, "max": 6}, {"shop-nodes": SIZE}, 6, False),
        ({"min": 3, "max": 4}, {"shop-nodes": SIZE}, 4, False),
        ({"min": 2, "max": 9}, {"shop-nodes": SIZE}, 5, False),
        ({"min": 2, "max": 9}, {"shop-nodes-batch": SIZE}, 2, True),
    ],
)
def test_the_number_of_nodes_moves_only_as_far_as_other_bounds_need(nodes, sizes, desired, keeps):
    [group] = plan_nodes(settings(nodes=nodes), name="shop", region="eu-west-1", sizes=sizes).groups
    assert (group.desired, group.keeps_desired) == (desired, keeps)
