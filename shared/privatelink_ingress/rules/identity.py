"""Rules for roles, permissions, and the providers that use them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from privatelink_ingress import tokens as t
from privatelink_ingress.arns import Arn
from privatelink_ingress.rules.model import Finding, Inputs, Stack, resource_rule, stack_rule

BROAD = frozenset({"AdministratorAccess", "NetworkAdministrator", "PowerUserAccess", "SystemAdministrator"})

NEEDS_ADDON = {"AmazonEBSCSIDriverPolicy": "aws-ebs-csi-driver", "AmazonEFSCSIDriverPolicy": "aws-efs-csi-driver"}
"""AWS managed policies that serve one add-on, and the add-on."""

WITHOUT_SOURCE = frozenset({"ec2.amazonaws.com"})
"""Services that name no source: EC2 hands a role to instances of the account that has the instance profile."""

OUTDATED = frozenset({"AmazonEKSServicePolicy"})
"""Needed by no cluster made since April 2020 (Amazon EKS guide, cluster IAM role)."""


@resource_rule(
    t.ROLE_ATTACHMENT,
    reason="Whoever takes such a role takes the account.",
    stands_for=["D27", "IAM.1", "IAM.21"],
)
def roles_have_no_broad_policies(inputs: Inputs) -> Iterator[str]:
    """No role holds an AWS managed policy of full access."""
    name = _policy(inputs)
    if name in BROAD or name.endswith("FullAccess"):
        yield f"gives a role {name}"


@resource_rule(t.ROLE, reason="A role that anybody may take protects nothing.", stands_for=["D27"])
def roles_trust_named_principals(inputs: Inputs) -> Iterator[str]:
    """A role names who may take it."""
    for statement in json.loads(inputs["assumeRolePolicy"])["Statement"]:
        principal = statement.get("Principal", {})
        named = [principal] if isinstance(principal, str) else principal.get("AWS", ())
        if statement["Effect"] == "Allow" and "*" in ([named] if isinstance(named, str) else named):
            yield "may be taken by anybody"


@resource_rule(
    t.ROLE,
    reason="A service acts for many customers: without a source, it could be told to take the role for another one.",
    stands_for=["SEC03"],
)
def roles_of_services_name_their_source(inputs: Inputs) -> Iterator[str]:
    """A role that an AWS service assumes says for which account."""
    for statement in json.loads(inputs["assumeRolePolicy"])["Statement"]:
        principal = statement.get("Principal", {})
        services = principal.get("Service", ()) if isinstance(principal, dict) else ()
        keys = statement.get("Condition", {}).get("StringEquals", {})
        for service in [services] if isinstance(services, str) else services:
            if service not in WITHOUT_SOURCE and "aws:SourceAccount" not in keys:
                yield f"may be assumed by {service} for any account: its trust has no aws:SourceAccount"


@stack_rule(reason="Rights that nothing uses are used by intruders only.", stands_for=["D31"])
def rights_serve_what_runs(stack: Stack) -> Iterator[Finding]:
    """A policy for an add-on is held only where the add-on runs, and no outdated policy is held."""
    addons = {addon.inputs["addonName"] for addon in stack.of(t.ADDON)}
    for attachment in stack.of(t.ROLE_ATTACHMENT):
        name = _policy(attachment.inputs)
        idle = name in NEEDS_ADDON and NEEDS_ADDON[name] not in addons
        if idle or name in OUTDATED:
            yield attachment, f"gives a role {name}, which nothing here uses"


@stack_rule(reason="An account has one of each: the second stack, or the second run, fails.", stands_for=["D13"])
def nothing_claims_what_an_account_has_once(stack: Stack) -> Iterator[Finding]:
    """No service-linked role is created."""
    for role in stack.of(t.SERVICE_LINKED_ROLE):
        yield role, "is a service-linked role, of which an account has one"


@stack_rule(reason="A duty whose role nothing uses separates nothing.", stands_for=["D28"])
def resources_name_their_provider(stack: Stack) -> Iterator[Finding]:
    """Every AWS resource has an explicit provider."""
    for resource in stack.resources:
        if resource.type.startswith("aws:") and not resource.provider:
            yield (
                resource,
                "has no explicit provider, so the environment's credentials create it",
            )


@resource_rule(
    t.AWS_PROVIDER,
    reason="The wrong profile in the shell deploys the wrong stack into the wrong account.",
    stands_for=["D45"],
)
def providers_name_their_account(inputs: Inputs) -> Iterator[str]:
    """Every AWS provider refuses all accounts but its own."""
    if not inputs.get("allowedAccountIds"):
        yield "works in whatever account the credentials belong to: allowedAccountIds is not set"


@stack_rule(reason="What a command made is neither updated nor removed with the stack.", stands_for=["D33"])
def nothing_is_made_by_commands(stack: Stack) -> Iterator[Finding]:
    """No resource is created by a shell command."""
    for resource in stack.resources:
        if resource.type.startswith(("command:", "null:")):
            yield resource, "runs a shell command; register the resource instead"


def _policy(inputs: Inputs) -> str:
    return Arn.parse(inputs["policyArn"]).name
