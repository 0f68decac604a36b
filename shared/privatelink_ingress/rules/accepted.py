"""AWS Security Hub findings that this design accepts, with the reasons. No rule covers them."""

from __future__ import annotations

_PASS_THROUGH = (
    "PrivateLink carries TCP to an internal network load balancer, which passes it on: the way lies within AWS's "
    "network between two named parties, and TLS for clients ends at the edge's HTTPS listener. Published with the "
    "protocol https, what it passes on is TLS to the controller: the edge's target groups then pass, its own do not."
)

ACCEPTED: dict[str, str] = {
    "ELB.18": f"Network load balancers listen with TCP, not TLS. {_PASS_THROUGH} A redirect listener at port 80 of the "
    "edge, where one is switched on, fails the same control and serves nothing but the redirect.",
    "ELB.21": f"Health checks towards the nodes use HTTP. {_PASS_THROUGH}",
    "ELB.22": f"Target groups use TCP or HTTP. {_PASS_THROUGH}",
    "S3.17": "Load balancers write logs to buckets with SSE-S3 only; with a KMS key AWS refuses the delivery.",
    "S3.9": "The bucket holds logs; logging access to logs needs another bucket with the same finding.",
    "EKS.3": "Unless secretsKeyArn is set, EKS encrypts Secrets with a key of AWS's own, which the control "
    "does not count.",
    "EC2.172": "Blocking public access of a whole account or VPC is the account owner's decision; the edge's VPC must "
    "let clients in through its internet gateway.",
    "Route53.2": "Public zones are adopted, not made, here: their owner decides on query logs.",
}
"""Reason by control."""
