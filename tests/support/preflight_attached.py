"""A deployed shard, the role of a stack that is about to be attached to it, and what can be wrong with that role."""

from __future__ import annotations

import json
from pathlib import Path

from privatelink_ingress.contracts.shard import ShardContract
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.plan.account.deployers import attached
from tests.support.preflight_breakages import BLOG, Breakage, deny
from tests.support.preflight_world import EDGE, Before
from tests.support.programs import REPOSITORY

BLOG_FILE = "central-ingress/Pulumi.prod-blog.yaml"
ROLE, PATH = "ingress-attached-prod-blog", "/privatelink-ingress/"


class Deployed(Before):
    """All sample stacks but the attached one, which has the role that `bootstrap` creates for it."""

    def __init__(self, cloud: Cloud, home: Path) -> None:
        super().__init__(cloud, home)
        deployment = deploy.Deployment(cloud)
        runs = {stack.label: deployment.up(stack) for stack in deploy.find(REPOSITORY) if stack.label != BLOG}
        self.shard = ShardContract.read(runs["central-ingress/prod"].exports, "prod")
        trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{EDGE}:root"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        self.edge.client("iam").create_role(RoleName=ROLE, Path=PATH, AssumeRolePolicyDocument=document)
        self.restore()

    def restore(self) -> None:
        """Only the role is ever broken."""
        iam = self.edge.client("iam")
        for name in iam.list_role_policies(RoleName=ROLE)["PolicyNames"]:
            iam.delete_role_policy(RoleName=ROLE, PolicyName=name)
        self.grant(self.shard)
        self.root = REPOSITORY
        role = f"arn:aws:iam::{EDGE}:role{PATH}{ROLE}"
        edge_stack = "central-ingress:edgeStack: prod "
        self.edit(BLOG_FILE, edge_stack, f"central-ingress:roles: {{network: {role}}}\n  {edge_stack}")

    def grant(self, shard: ShardContract) -> None:
        """The role's policy, for this shard."""
        document = attached.policy(shard, "prod-blog", ["com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"])
        self.edge.client("iam").put_role_policy(RoleName=ROLE, PolicyName="duty", PolicyDocument=document)

    def grant_other(self, **changes: object) -> None:
        """The role's policy, for a shard that had other ids."""
        self.grant(self.shard.model_copy(update=changes))


def _deployed(before: Before) -> Deployed:
    assert isinstance(before, Deployed)
    return before


def earlier_listener(before: Before) -> None:
    listener = _deployed(before).shard.listener_arn
    _deployed(before).grant_other(listener_arn=listener[:-1] + ("0" if listener[-1] != "0" else "1"))


BREAKAGES: tuple[Breakage, ...] = (
    Breakage(
        what="the attached stack's role names an earlier listener of the shard",
        do=earlier_listener,
        where="Rights",
        reason="elasticloadbalancing:CreateRule",
        stack=BLOG,
    ),
    Breakage(
        what="the attached stack's role names an earlier VPC of the shard",
        do=lambda before: _deployed(before).grant_other(vpc_id="vpc-0123456789abcdef0"),
        where="Rights",
        reason="may not ec2:CreateVpcEndpoint",
        stack=BLOG,
    ),
    Breakage(
        what="the attached stack's role names an earlier security group of the shard",
        do=lambda before: _deployed(before).grant_other(endpoint_security_group_id="sg-0123456789abcdef0"),
        where="Rights",
        reason="may not ec2:CreateVpcEndpoint, ec2:ModifyVpcEndpoint",
        stack=BLOG,
    ),
    Breakage(
        what="the attached stack's role names another hosted zone",
        do=lambda before: _deployed(before).grant_other(hosted_zone_id="Z9876543210EXAMPLE"),
        where="Rights",
        reason="route53:ChangeResourceRecordSets",
        stack=BLOG,
    ),
    Breakage(
        what="a policy denies target groups to the attached stack's role",
        do=lambda before: deny(before.edge, "elasticloadbalancing:CreateTargetGroup", role=ROLE),
        where="Rights",
        reason="may not elasticloadbalancing:CreateTargetGroup",
        stack=BLOG,
    ),
)
