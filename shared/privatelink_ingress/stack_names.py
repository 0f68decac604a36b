"""Names of stacks: https://www.pulumi.com/docs/iac/concepts/stacks/#create-stack."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True, order=True)
class StackName:
    """A stack, with or without its project and organization: `shop`, or `acme/eks-service/shop`."""

    stack: str
    project: str | None = None
    organization: str | None = None

    @classmethod
    def parse(cls, text: str) -> StackName:
        """The parts of a name, which has none or both of organization and project."""
        rest, _, stack = text.rpartition("/")
        organization, _, project = rest.rpartition("/")
        return cls(stack, project or None, organization or None)

    def may_be_of(self, project: str) -> bool:
        """Whether it can name a stack of `project`: a short name can name one of any project."""
        return self.project in (None, project)

    def within(self, organization: str, project: str) -> StackName:
        """The full name; a short one is taken to be of `project` in `organization`."""
        return StackName(self.stack, self.project or project, self.organization or organization)

    def __str__(self) -> str:
        return "/".join(part for part in (self.organization, self.project, self.stack) if part)


def short(text: str) -> str:
    """A stack's name without organization and project: `shop` of `acme/eks-service/shop`."""
    return StackName.parse(text).stack
