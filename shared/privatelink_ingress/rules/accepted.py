"""Findings of scanners that this design accepts, with the reasons: no rule covers them.

A finding is a control of AWS Security Hub, as `EKS.3`, or a check of checkov, as `CKV_AWS_58`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from privatelink_ingress import tokens as t


@dataclasses.dataclass(frozen=True, kw_only=True)
class Accepted:
    """One decision, and the findings that it answers."""

    reason: str
    """Why the finding stands, as sentences."""
    controls: tuple[str, ...] = ()
    """Controls of Security Hub."""
    checks: tuple[str, ...] = ()
    """Checks of checkov."""
    only: tuple[str, ...] = ()
    """Types of resources, or of the components around them, to which the decision is limited; empty for all."""

    def covers(self, check: str, urn: str) -> bool:
        """Whether the decision answers a check that the resource `urn` fails."""
        chain = urn.split("::")[2].split("$")
        return check in self.checks and (not self.only or any(type_ in self.only for type_ in chain))


LOG_BUCKET, BOOTSTRAP = "privatelink-ingress:index:LogBucket", "privatelink-ingress:index:Bootstrap"

_PASS_THROUGH = (
    "PrivateLink carries TCP to an internal network load balancer, which passes it on: the way lies within AWS's "
    "network between two named parties, and TLS for clients ends at the edge's HTTPS listener. Published with the "
    "protocol https, what it passes on is TLS to the controller: the edge's target groups then pass, its own do not."
)

ACCEPTED: tuple[Accepted, ...] = (
    Accepted(
        controls=("ELB.18",),
        reason=f"Network load balancers listen with TCP, not TLS. {_PASS_THROUGH} A redirect listener at port 80 of "
        "the edge, where one is switched on, fails the same control and serves nothing but the redirect.",
    ),
    Accepted(controls=("ELB.21",), reason=f"Health checks towards the nodes use HTTP. {_PASS_THROUGH}"),
    Accepted(
        controls=("ELB.22",),
        checks=("CKV_AWS_378",),
        only=(t.TARGET_GROUP,),
        reason=f"Target groups use TCP or HTTP. {_PASS_THROUGH}",
    ),
    Accepted(
        checks=("CKV_AWS_91", "CKV2_AWS_20"),
        only=("privatelink-ingress:index:Publication",),
        reason="A network load balancer writes access logs for TLS listeners only, and its TCP listeners redirect "
        "nothing. Flow logs record its connections, the edge's load balancer the requests.",
    ),
    Accepted(
        checks=("CKV_AWS_260",),
        only=("privatelink-ingress:index:SecurityGroups",),
        reason="The rule admits the load balancer's security group alone. Checkov does not read "
        "`referenced_security_group_id`, and takes a rule without ranges for one that admits the world.",
    ),
    Accepted(
        checks=("CKV2_AWS_23",),
        only=("privatelink-ingress:index:Attachment",),
        reason="An attached stack's record is an alias of the shard's load balancer, which is in another stack.",
    ),
    Accepted(
        checks=("CKV2_AWS_71",),
        only=(t.CERTIFICATE,),
        reason="The sample stack file chooses a wildcard certificate, to show one. A team that may not have wildcards "
        "lists its names under `certificates`.",
    ),
    Accepted(
        controls=("S3.17",),
        checks=("CKV_AWS_145",),
        only=(LOG_BUCKET,),
        reason="Load balancers write logs to buckets with SSE-S3 only; with a KMS key AWS refuses the delivery.",
    ),
    Accepted(
        controls=("S3.9",),
        checks=("CKV_AWS_18",),
        only=(LOG_BUCKET,),
        reason="The bucket holds logs; logging access to logs needs another bucket with the same finding.",
    ),
    Accepted(
        controls=("S3.9",),
        checks=("CKV_AWS_18",),
        only=(BOOTSTRAP,),
        reason="`accessLogs` of the bootstrap stack logs who reached the state, in a bucket whose own access is not "
        "logged. It is off by default: the logs come hours late and may miss requests, and data events of CloudTrail, "
        "which the account's owner switches on, record each with its principal.",
    ),
    Accepted(
        checks=("CKV2_AWS_64",),
        only=(BOOTSTRAP,),
        reason="`keys.administrators` of the bootstrap stack gives each key a policy that admits only them and "
        "the deployers of its trust domain. It has no default, because a key whose administrators are gone is lost. "
        "Without it, AWS's default policy leaves all to IAM, where each deployer's policy names its keys by alias.",
    ),
    Accepted(
        checks=("CKV_AWS_158",),
        only=(t.LOG_GROUP,),
        reason="CloudWatch Logs encrypts every log group. A key of the team's own is a setting, `logs.keyArn` and "
        "`cluster.logKeyArn`: its policy, cost and life are the account owner's.",
    ),
    Accepted(
        checks=("CKV_AWS_123",),
        only=("privatelink-ingress:index:Publication",),
        reason="The samples name their consumer, and AWS accepts its endpoints by itself, so that a first deployment "
        "needs no answer of the other account. `publication.acceptanceRequired` is the setting: publication.md says "
        "when to use it.",
    ),
    Accepted(
        controls=("S3.7", "S3.11"),
        checks=("CKV_AWS_144", "CKV2_AWS_62"),
        only=(LOG_BUCKET, BOOTSTRAP),
        reason="Neither logs nor state need a copy in another Region: versions keep what is overwritten or deleted, "
        "and both are of use only with the Region's own resources. Nothing has to act on a new object.",
    ),
    Accepted(
        controls=("EKS.3",),
        checks=("CKV_AWS_58",),
        only=(t.CLUSTER_COMPONENT,),
        reason="Unless secretsKeyArn is set, EKS encrypts Secrets with a key of AWS's own, which the control does not "
        "count.",
    ),
    Accepted(
        checks=("CKV_AWS_339",),
        only=(t.CLUSTER_COMPONENT,),
        reason="Checkov's list of versions ends before the one that the samples choose. The settings know which "
        "versions EKS supports, and refuse the others.",
    ),
    Accepted(
        controls=("AutoScaling.1",),
        checks=("CKV2_AWS_15",),
        only=(t.AUTOSCALING_ATTACHMENT,),
        reason="The groups belong to EKS's managed node groups. With load balancer health checks, a controller that is "
        "not ready would get its node terminated, and every other pod of the node with it.",
    ),
    Accepted(
        controls=("AutoScaling.6",),
        reason="`nodes.instanceTypes` lists as many types as a team wants. The samples have one, so that capacity and "
        "cost can be read off.",
    ),
    Accepted(
        controls=("EC2.17",),
        reason="The VPC CNI attaches more network interfaces to a node for its pods. AWS's page of the control says to "
        "suppress it for EKS nodes.",
    ),
    Accepted(
        controls=("SSM.1", "EC2.57"),
        reason="Nodes are replaced, not logged in to. `network.sessionManager` adds the endpoints and rights where a "
        "team wants sessions.",
    ),
    Accepted(
        controls=("EC2.58", "EC2.60"),
        reason="Nothing here uses Incident Manager, and an endpoint per service and zone is paid by the hour. "
        "`network.endpoints.extra` adds those that a team needs.",
    ),
    Accepted(
        controls=("EC2.10", "EC2.55", "EC2.56"),
        reason="The edge's VPC holds a load balancer and endpoints, and nothing that calls EC2 or pulls images. The "
        "workload's VPC has all three endpoints.",
    ),
    Accepted(
        controls=("EC2.7",),
        reason="Encryption by default is a setting of the account. The volumes of the nodes are encrypted by their "
        "launch template.",
    ),
    Accepted(
        controls=("EC2.172",),
        reason="Blocking public access of a whole account or VPC is the account owner's decision; the edge's VPC must "
        "let clients in through its internet gateway.",
    ),
    Accepted(
        controls=("Route53.2",),
        reason="Public zones are adopted, not created, here: their owner decides on query logs. `dns.queryLogs` of a "
        "shard in the zone's account switches them on.",
    ),
    Accepted(
        controls=("ECR.5",),
        reason="Images are encrypted with AWS's managed KMS key. They hold no data of the connections, and the digests "
        "that the stack files pin detect a change.",
    ),
    Accepted(
        checks=("CKV2_AWS_34",),
        only=("privatelink-ingress:index:Publication",),
        reason="The contract holds names and ports, and nothing that opens anything. As a String it is read across "
        "accounts without a key.",
    ),
    Accepted(
        checks=("CKV_K8S_11",),
        only=(t.DEPLOYMENT,),
        reason="A CPU limit throttles a gateway when it is needed most. Requests reserve its share, and memory is "
        "limited.",
    ),
    Accepted(
        checks=("CKV_K8S_25", "CKV_K8S_38"),
        only=("privatelink-ingress:index:Controller",),
        reason="NGINX drops every capability but NET_BIND_SERVICE, which its image's binary demands, and the "
        "controller needs its token to watch Ingresses.",
    ),
    Accepted(
        checks=("CKV_K8S_40",),
        only=(t.DEPLOYMENT,),
        reason="The official image's files belong to user 101. The container has no host namespaces or volumes, so a "
        "host user of that number owns nothing in it.",
    ),
)


def accepted_controls() -> Iterator[tuple[str, str]]:
    """Each control of Security Hub that stays open, with the reason."""
    return ((control, each.reason) for each in ACCEPTED for control in each.controls)
