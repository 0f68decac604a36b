"""The AWS providers of a program: one per duty, and one for each role in another account."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pulumi_aws as aws

from privatelink_ingress.arns import Arn
from privatelink_ingress.plan.foreign_role import ForeignRole
from privatelink_ingress.plan.workload import WorkloadPlan

SESSION_NAME = "privatelink-ingress"
"""Session name of assumed roles, so that CloudTrail shows which tool called."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Providers:
    """One explicit provider per duty. A duty keeps its provider's name whether or not it has a role of its own."""

    network: aws.Provider
    """VPCs, subnets, endpoints, load balancers, DNS, logs."""
    iam: aws.Provider
    """Roles and their policies."""
    ecr: aws.Provider
    """Image repositories."""
    eks: aws.Provider
    """Clusters, node groups, add-ons, access."""


def aws_provider(
    name: str,
    *,
    region: str,
    account_id: str,
    tags: Mapping[str, str],
    role_arn: str | None = None,
    external_id: str | None = None,
) -> aws.Provider:
    """A provider that refuses every account but `account_id`, with `role_arn` assumed when given."""
    assumed = aws.ProviderAssumeRoleArgs(role_arn=role_arn, external_id=external_id, session_name=SESSION_NAME)
    return aws.Provider(
        name,
        region=region,
        allowed_account_ids=[account_id],
        default_tags=aws.ProviderDefaultTagsArgs(tags=dict(tags)),
        assume_roles=[assumed] if role_arn else None,
    )


def aws_providers(
    *, region: str, account_id: str, tags: Mapping[str, str], roles: Mapping[str, str | None]
) -> Providers:
    """The providers of all duties.

    Args:
        region: Region of every resource.
        account_id: The one account that the providers may touch.
        tags: Default tags.
        roles: Role ARN by duty (`network`, `iam`, `ecr`, `eks`); ambient credentials for a duty without one. And under
            `external_id`, what the roles ask for.
    """
    duties = [field.name for field in dataclasses.fields(Providers)]
    return Providers(
        **{
            duty: aws_provider(
                duty,
                region=region,
                account_id=account_id,
                tags=tags,
                role_arn=roles.get(duty),
                external_id=roles.get("external_id"),
            )
            for duty in duties
        }
    )


def reader_providers(roles: Mapping[str, str], *, region: str, tags: Mapping[str, str]) -> dict[str, aws.Provider]:
    """By role ARN, a provider that reads in the role's account; `roles` has the providers' names."""
    return {
        arn: aws_provider(name, region=region, account_id=account_of(arn), tags=tags, role_arn=arn)
        for arn, name in roles.items()
    }


def role_providers(plans: Mapping[str, ForeignRole], *, tags: Mapping[str, str]) -> dict[str, aws.Provider]:
    """A provider for each role of another account, which touches no other account; with the keys of `plans`."""
    return {
        key: aws_provider(
            plan.provider,
            region=plan.region,
            account_id=plan.account_id,
            tags=tags,
            role_arn=plan.role_arn,
            external_id=plan.external_id,
        )
        for key, plan in plans.items()
    }


def parameter_provider(plan: WorkloadPlan) -> aws.Provider | None:
    """The provider that writes the contract's parameter in another account; None without such a role."""
    publication = plan.publication
    if publication.parameter_writer_role_arn is None:
        return None
    return aws_provider(
        "parameter",
        region=publication.contract["region"],
        account_id=account_of(publication.parameter_writer_role_arn),
        tags=plan.tags,
        role_arn=publication.parameter_writer_role_arn,
        external_id=publication.parameter_writer_external_id,
    )


def account_of(role_arn: str) -> str:
    """The account of a role: the fifth field of its ARN."""
    return Arn.parse(role_arn).account_id
