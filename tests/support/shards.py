"""What a shard publishes, with made-up ids: the one of docs/onboarding-permissions.md."""

from __future__ import annotations

from privatelink_ingress.contracts.shard import ShardContract

ZONES = ("euw1-az1", "euw1-az2", "euw1-az3")
LISTENER = "app/central-ingress-prod/0123456789abcdef/0123456789abcdef"
SHARD = ShardContract.model_validate(
    {
        "shard_contract_version": 1,
        "account_id": "222222222222",
        "region": "eu-west-1",
        "vpc_id": "vpc-0123456789abcdef0",
        "endpoint_subnet_ids": {zone: f"subnet-0123456789abcdef{number}" for number, zone in enumerate(ZONES, 1)},
        "endpoint_subnet_cidrs": {zone: f"10.12.{128 + 2 * number}.0/23" for number, zone in enumerate(ZONES)},
        "endpoint_security_group_id": "sg-0123456789abcdef0",
        "listener_arn": f"arn:aws:elasticloadbalancing:eu-west-1:222222222222:listener/{LISTENER}",
        "alb_dns_name": "central-ingress-prod-1.eu-west-1.elb.amazonaws.com",
        "alb_zone_id": "Z32O12XQLNTSW2",
        "hosted_zone_id": "Z0123456789EXAMPLE",
        "certificate_domains": [],
        "adopted_certificate_arns": [],
    }
)

SERVICE = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
"""The endpoint service that its attached stack connects to."""
