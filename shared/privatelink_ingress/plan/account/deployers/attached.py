"""Rights of an attached stack's deployer: to manage its own resources, and to use those of its shard."""

from __future__ import annotations

from collections.abc import Sequence

from privatelink_ingress import tokens as t
from privatelink_ingress.contracts.shard import PROJECT, ShardContract
from privatelink_ingress.plan.account.deployers import edge, network, reading
from privatelink_ingress.plan.account.deployers.grants import Grants, System, document
from privatelink_ingress.regions import partition
from privatelink_ingress.settings.attached_roles import ContractSources
from privatelink_ingress.settings.bootstrap import EdgeRoles

_OWN = (
    t.CERTIFICATE,
    t.CERTIFICATE_VALIDATION,
    t.TARGET_GROUP,
    t.TARGET,
    t.DNS_RECORD,
    t.GET_HOSTED_ZONE,
    t.METRIC_ALARM,
    t.DASHBOARD,
)
"""Types that use nothing of the shard but its hosted zone: granted as for any edge stack."""


def grants(
    shard: ShardContract,
    stack: str,
    services: Sequence[str],
    contracts: ContractSources | None = None,
    *,
    edge_parameter: str | None = None,
    cross_region: bool = False,
    user_pools: Sequence[str] = (),
    existing_certificates: Sequence[str] = (),
) -> Grants:
    """Rights of the deployer of attached stack `stack`, by the type of resource that needs them.

    It may use the shard's VPC, endpoint subnets and their security group, listener and hosted zone, each by its ARN.
    It can change none of them: no action here creates, changes or deletes a VPC, subnet, group, load balancer,
    listener, firewall or log. The tag `Stack` limits it to the resources of its own stack.

    Args:
        shard: What the shard publishes.
        stack: Name of the attached stack.
        services: Names of the endpoint services that it may connect to.
        contracts: Contracts of its backends that are not read from stacks.
        edge_parameter: The parameter with the shard's contract, when that is not read from its stack either.
        cross_region: Whether it may connect to endpoint services of other regions.
        user_pools: User pools that its connections sign clients in with.
        existing_certificates: Certificates that its connections name by ARN.
    """
    system = System(
        partition=partition(shard.region), account=shard.account_id, region=shard.region, stacks=(f"{PROJECT}/{stack}",)
    )
    roles = EdgeRoles.model_validate(
        {
            "stacks": (stack,),
            "hostedZoneIds": (shard.hosted_zone_id,),
            "userPools": tuple(user_pools),
            "existingCertificates": tuple(existing_certificates),
        }
    )
    everything = edge.duties(system, roles, boundary="")["network"]
    inside = [
        *(system.arn("ec2", f"subnet/{id_}") for _, id_ in sorted(shard.endpoint_subnet_ids.items())),
        system.arn("ec2", f"security-group/{shard.endpoint_security_group_id}"),
    ]
    create_rule = "elasticloadbalancing:CreateRule"
    return {
        **{type_: everything[type_] for type_ in _OWN},
        t.VPC_ENDPOINT: (
            *network.endpoint(system, network.named_services(services)),
            # EC2 asks for each of them: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
            system.on_arn(["ec2:CreateVpcEndpoint"], system.arn("ec2", f"vpc/{shard.vpc_id}")),
            system.on_arn(["ec2:CreateVpcEndpoint", "ec2:ModifyVpcEndpoint"], *inside),
            *([network.cross_region(system, "vpc-endpoint")] if cross_region else []),
        ),
        t.LISTENER_RULE: (
            *(grant for grant in everything[t.LISTENER_RULE] if grant.actions != (create_rule,)),
            system.on_arn([create_rule], shard.listener_arn),
        ),
        t.LISTENER_CERTIFICATE: (
            system.on_arn(
                ["elasticloadbalancing:AddListenerCertificates", "elasticloadbalancing:RemoveListenerCertificates"],
                shard.listener_arn,
            ),
            system.in_region("elasticloadbalancing:DescribeListenerCertificates"),
        ),
        **(
            reading.contract_reads(
                system, (*contracts.parameters, *([edge_parameter] if edge_parameter is not None else []))
            )
            if contracts
            else {}
        ),
    }


def policy(shard: ShardContract, stack: str, services: Sequence[str]) -> str:
    """All of `grants` as one IAM policy, in JSON."""
    return document(grant for some in grants(shard, stack, services).values() for grant in some)
