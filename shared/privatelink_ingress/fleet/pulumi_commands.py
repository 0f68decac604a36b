"""Commands of the Pulumi CLI that deploy what the stack files say."""

from __future__ import annotations

import dataclasses
import shlex

UP, DESTROY = "up", "destroy"


@dataclasses.dataclass(frozen=True)
class PulumiCommand:
    """One command on a project."""

    project: str
    """The project's directory below the repository's top."""
    words: tuple[str, ...]
    """What follows `pulumi -C <directory>`."""

    def arguments(self, directory: str | None = None) -> tuple[str, ...]:
        """The whole command; `directory` is the project's, by default as seen from the repository's top."""
        return ("pulumi", "-C", directory or self.project, *self.words)

    def __str__(self) -> str:
        return shlex.join(self.arguments())


def on_stack(project: str, verb: str, stack: str, *flags: str) -> PulumiCommand:
    """`up` or `destroy` of one stack."""
    return PulumiCommand(project, (verb, "--stack", stack, *flags))


def select_or_create(project: str, stack: str) -> PulumiCommand:
    """Create the stack where it does not exist yet."""
    return PulumiCommand(project, ("stack", "select", "--create", stack))


def remove(project: str, stack: str) -> PulumiCommand:
    """Remove a stack whose resources are destroyed."""
    return PulumiCommand(project, ("stack", "rm", stack))
