"""How a deployment handles images that are not in the registry yet.

The same deployment creates a repository and the pods that pull from it, and images can only be copied in between. So
the first deployment leaves out the pods and prints the command that comes next; the second one adds them. From then on,
a digest that was never copied stops the preview, instead of leaving pods on AWS that never start.

Without deletion protection it only warns: such a stack may be about to be removed, and `pulumi destroy --run-program`
runs the program too, when the images may be gone already. A Deployment whose new pods cannot start keeps its old ones.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

from privatelink_ingress.plan.workload import WorkloadPlan
from privatelink_ingress.plan.workload.images import ImagePlan, command
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.workload.registry import CONTROLLER, SAMPLE

Plan = TypeVar("Plan", bound=WorkloadPlan)


@dataclasses.dataclass(frozen=True, kw_only=True)
class AccountContents:
    """Images and clusters of the workload account, as the program finds them."""

    digests: Mapping[str, frozenset[str]]
    """Digests by repository; a repository that does not exist is absent."""
    clusters: frozenset[str]
    """Names of the Region's EKS clusters; not looked up, and empty, when every repository exists."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Deployable(Generic[Plan]):
    """The part of a plan that can be deployed now."""

    plan: Plan
    warnings: tuple[Problem, ...]
    """What is left out, and the command that adds it."""


def deployable(plan: Plan, contents: AccountContents, *, stack: str) -> Deployable[Plan]:
    """The part of `plan` that needs no missing image.

    Args:
        plan: The whole plan.
        contents: Images and clusters of the account.
        stack: Name of the stack, for the commands that messages show.

    Raises:
        UserError: with deletion protection, when a digest that pods need was never copied, when another stack has not
            created its repository, or when leaving out the controller would remove a running one.
    """
    missing = [image for image in plan.images if image.digest not in contents.digests.get(image.repository, ())]
    refused = {image.name: problem for image in missing if (problem := _refusal(image, plan, contents, stack))}
    if refused and plan.publication.deletion_protection:
        raise UserError("Pods would wait for images that are not in the registry", refused.values())
    later = [image for image in missing if image.name not in refused]
    left_out = {image.name for image in later if image.used}
    return Deployable(
        plan=dataclasses.replace(
            plan,
            controller=None if CONTROLLER in left_out else plan.controller,
            sample=None if left_out else plan.sample,
        ),
        warnings=(*refused.values(), *_warnings(later, stack)),
    )


def _refusal(image: ImagePlan, plan: WorkloadPlan, contents: AccountContents, stack: str) -> Problem | None:
    if not image.used:
        return None
    if image.repository in contents.digests:
        where, what = f"{image.key}.digest", f"is {image.digest}, which is not in repository {image.repository}"
        return Problem(where, what, f"Run `{command(stack)}`, then this again.")
    if not image.makes_repository:
        reason = f"the registry has no repository {image.repository} in account {image.account_id}, {image.region}"
        remedy = f"Another stack owns it (registry.create is false): deploy that stack, then run `{command(stack)}`."
        return Problem(image.key, reason, remedy)
    if image.name == CONTROLLER and plan.cluster.name in contents.clusters:
        # Renamed on a stack that stands, or a cluster that is older than the stack: which one cannot be told.
        reason = (
            f"the registry has no repository {image.repository} yet, and without its image this run would remove "
            f"the controller from cluster {plan.cluster.name}, which exists"
        )
        remedy = (
            "If registry.repository was changed, write what it was. If the cluster never had a controller: set "
            f"controller.install to false, run `pulumi up` and `{command(stack)}`, then set it to true."
        )
        return Problem(image.key, reason, remedy)
    return None


_ABSENT = {
    CONTROLLER: "this run leaves out the controller and the sample application",
    SAMPLE: "this run leaves out the sample application",
}


def _warnings(missing: Sequence[ImagePlan], stack: str) -> tuple[Problem, ...]:
    remedy = f"After this run: `{command(stack)}`"
    return tuple(
        Problem(
            image.key,
            f"is not in repository {image.repository} yet"
            + (f", so {_ABSENT[image.name]}" if image.used else ", and no pod can pull it"),
            f"{remedy}, then `pulumi up` again." if image.used else f"{remedy}.",
        )
        for image in missing
    )
