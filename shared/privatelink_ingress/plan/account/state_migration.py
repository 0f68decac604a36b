"""How the state of a bootstrap stack moves into the bucket that the stack itself made."""

from __future__ import annotations

import dataclasses

LOCAL = "file://~"
"""The backend of a first run: what `pulumi login --local` means."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Step:
    """One call of the Pulumi CLI."""

    arguments: tuple[str, ...]
    backend: str
    """URL of the backend that it works on."""

    @property
    def command(self) -> str:
        """As it is typed, URLs in quotes."""
        return " ".join(["pulumi", *(f"'{argument}'" if "?" in argument else argument for argument in self.arguments)])


def steps(
    stack: str, *, source: str, backend_url: str, secrets_provider: str, file: str, held: int | None
) -> tuple[Step, ...]:
    """What is left to do, in the order that loses nothing.

    The secrets move first: a state keeps the provider that it was exported with, and one of a passphrase could not be
    read in the bucket without that passphrase. So nothing secret is ever in `file` as plain text either.

    Args:
        stack: The bootstrap stack.
        source: Backend that has its state now.
        backend_url: Of the bucket: the stack's output `backend_url`.
        secrets_provider: The stack's output `secrets_provider`.
        file: Where the exported state goes in between.
        held: Number of resources in the bucket's stack of this name; None when the stack does not exist. An
            existing state is never overwritten.
    """

    def at(backend: str, *arguments: str) -> Step:
        return Step(arguments=arguments, backend=backend)

    named = ("--stack", stack)
    init = at(backend_url, "stack", "init", stack, "--secrets-provider", secrets_provider)
    move = (
        at(source, "stack", "change-secrets-provider", secrets_provider, *named),
        at(source, "stack", "export", *named, "--file", file),
        *([init] if held is None else []),
        at(backend_url, "stack", "import", *named, "--file", file),
    )
    return (
        *(() if held else move),
        at(backend_url, "preview", *named, "--expect-no-changes"),
        at(backend_url, "login", backend_url),
    )
