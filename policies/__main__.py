"""The rules of `privatelink_ingress.rules` as a Pulumi policy pack.

Run it in a project's folder, with the Pulumi CLI on PATH and `.venv` set up (`./run check` does that):

    pulumi preview --policy-pack ../policies
    pulumi up --policy-pack ../policies

Every rule is mandatory: a violation stops the preview, or the deployment, and names the resource and the fault.
To check a deployed stack without running its program:

    pulumi policy analyze --policy-pack ../policies --stack NAME

Messages never contain values that may be secret. Two rules about images need the repository's address, so a workload's
first preview lists them as not run; the deployment itself checks them before it creates the pods.
`privatelink_ingress.rules.ACCEPTED` lists the findings of Security Hub that the design accepts, with reasons.
"""

from __future__ import annotations

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyPack,
    PolicyProviderResource,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from privatelink_ingress.rules import RULES, Resource, Rule, Stack


def policy(rule: Rule) -> Policy:
    """A rule as a Pulumi policy."""
    description = f"{rule.description} {rule.reason} ({', '.join(rule.stands_for)})"
    if not rule.types:
        return StackValidationPolicy(rule.name, description, lambda args, report: _judge_stack(rule, args, report))
    return ResourceValidationPolicy(rule.name, description, lambda args, report: _judge_one(rule, args, report))


def _judge_one(rule: Rule, args: ResourceValidationArgs, report: ReportViolation) -> None:
    resource = Resource(
        type=args.resource_type,
        name=args.name,
        urn=args.urn,
        inputs=args.props,
        provider=_explicit(args.provider),
    )
    for _, message in rule.find(Stack([resource])):
        report(f"{resource.name} {message}", resource.urn)


def _judge_stack(rule: Rule, args: StackValidationArgs, report: ReportViolation) -> None:
    for resource, message in rule.find(Stack([_resource(resource) for resource in args.resources])):
        report(f"{resource.name} {message}", resource.urn)


def _resource(resource: PolicyResource) -> Resource:
    return Resource(
        type=resource.resource_type,
        name=resource.name,
        urn=resource.urn,
        inputs=resource.props,
        references={
            key: frozenset(other.urn for other in others) for key, others in resource.property_dependencies.items()
        },
        dependencies=frozenset(other.urn for other in resource.dependencies),
        parent=resource.parent.urn if resource.parent else "",
        provider=_explicit(resource.provider),
    )


def _explicit(provider: PolicyProviderResource | None) -> str:
    # The engine names the providers that it creates itself `default_7_51_1`.
    return "" if provider is None or provider.name.startswith("default") else provider.name


POLICIES = [policy(rule) for rule in RULES]

if __name__ == "__main__":
    PolicyPack(
        name="privatelink-ingress",
        enforcement_level=EnforcementLevel.MANDATORY,
        policies=POLICIES,
    )
