"""What a failure of Pulumi's CLI means, and what to type next. The CLI's own text is the only place that says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from privatelink_ingress.fleet import missing_plugins
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.fleet.stack_state import StackState, kind_of, name_of
from privatelink_ingress.problems import Problem

OLDEST_CLI = (3, 255, 0)
"""Release of Pulumi's CLI that has everything the programs use; README, "Before the first stack"."""

AGAIN = "Correct it, and run the same command again: it resumes here."

Finding = Callable[[Unit, "re.Match[str]"], Problem]


def _passphrase(unit: Unit, match: re.Match[str]) -> Problem:
    if match[0] == "incorrect passphrase":
        reason = f"is not the passphrase of {unit.label}"
        remedy = "Set it to the passphrase that the stack was created with."
    else:
        reason = f"is not set, and {unit.label} encrypts its secrets with a passphrase"
        remedy = "Set it, or PULUMI_CONFIG_PASSPHRASE_FILE to a file that contains the passphrase."
    return Problem("PULUMI_CONFIG_PASSPHRASE", reason, remedy)


def _locked(unit: Unit, match: re.Match[str]) -> Problem:
    holders = re.findall(r"created by (.+ at \S+)", match.string)
    holder = f" by {' and '.join(holders)}" if holders else ""
    remedy = f"Wait until that run ends. If it no longer runs, `{unit.command('cancel')}` removes the lock."
    return Problem(unit.label, f"is locked{holder}", remedy)


def _unreachable(unit: Unit, _: re.Match[str]) -> Problem:
    reason = "has objects in its cluster, and the cluster's Kubernetes API does not answer here"
    remedy = "Run the same command where it answers, such as through a forwarded port: docs/cluster.md."
    return Problem(unit.label, reason, remedy)


def _killed(unit: Unit, match: re.Match[str]) -> Problem:
    reason = f"was ended by signal {match['signal']} before its state was complete"
    return Problem(unit.label, reason, "Run the same command again: it says how to repair the state.")


def _newer_state(unit: Unit, _: re.Match[str]) -> Problem:
    reason = "has a state that a newer Pulumi CLI wrote"
    return Problem(unit.label, reason, "Install that release of the CLI: https://www.pulumi.com/docs/install/.")


def _cut_attributes(unit: Unit, _: re.Match[str]) -> Problem:
    """The CLI replaces a state in a folder whole, but writes the file with its attributes in place."""
    reason = "has a state in a folder, of which a killed run left the attributes' file empty; the state itself is whole"
    remedy = (
        f"Delete .pulumi/stacks/{unit.label}.json.attrs in the backend's folder, which `pulumi whoami -v` prints, "
        "and run the same command again. A bucket takes each file whole or not at all: docs/bootstrap.md."
    )
    return Problem(unit.label, reason, remedy)


def _no_login(unit: Unit, _: re.Match[str]) -> Problem:
    reason = "has no backend for its state, because pulumi is not logged in"
    return Problem(unit.label, reason, "Run `pulumi login` with the URL of your state bucket: docs/bootstrap.md.")


def _backend(unit: Unit, match: re.Match[str]) -> Problem:
    reason = f"has a state that cannot be read: {match[0].strip()}"
    return Problem(unit.label, reason, "Check the backend's URL with `pulumi whoami -v`, and the credentials for it.")


def _denied_state(unit: Unit, match: re.Match[str]) -> Problem:
    if match["stack"] == unit.label:
        reason = "has a state that these credentials may not use"
        remedy = "Use a principal with its state policy (`state_policy_arns` of the bootstrap stack): docs/state.md."
    else:
        reason = f"reads the state of {match['stack']}, which these credentials may not"
        remedy = "Read its contract from Parameter Store, with parameter or edgeParameter: docs/state.md."
    return Problem(unit.label, reason, remedy)


def _denied_key(unit: Unit, _: re.Match[str]) -> Problem:
    reason = "needs a key that these credentials may not decrypt with: its own, or the one of a stack that it reads"
    remedy = (
        "Use a deployer of this stack. A contract of another team's stack comes from Parameter Store, with parameter "
        "or edgeParameter: docs/state.md."
    )
    return Problem(unit.label, reason, remedy)


def _reference(unit: Unit, match: re.Match[str]) -> Problem:
    project, _, name = match["stack"].rpartition("/")
    label = f"{project.rpartition('/')[2]}/{name}"
    remedy = f"Run `./run deploy {label} {unit.label}`."
    return Problem(unit.label, f"reads stack {match['stack']}, which does not exist", remedy)


def _protected(unit: Unit, match: re.Match[str]) -> Problem:
    reason = "is protected, and this run would delete or replace it"
    remedy = (
        f"To tear the stack down: `./run teardown {unit.label} --remove-deletion-protection`. "
        "To replace the resource, see docs/operations.md."
    )
    return Problem(f"{unit.label}: {name_of(match['urn'])}", reason, remedy)


_STATE = r"\.pulumi/(?:stacks|history|backups|locks/organization)/(?P<stack>[\w.-]+/[\w-]+)"
_DENIED = r"(?:AccessDenied|Forbidden|PermissionDenied)\b"

_MEANINGS: tuple[tuple[str, Finding], ...] = (
    (r"^ code: -(?P<signal>\d+)$", _killed),
    (r"incorrect passphrase|passphrase must be set", _passphrase),
    (r"the stack is currently locked by|\[409\] Conflict: Another update", _locked),
    *missing_plugins.MEANINGS,
    (r"configured Kubernetes cluster is unreachable", _unreachable),
    (r"unsupported checkpoint version|newer than what this version of the Pulumi CLI", _newer_state),
    (r"failed to load checkpoint: (?:unexpected )?EOF", _cut_attributes),
    (r"PULUMI_ACCESS_TOKEN must be set for login", _no_login),
    # S3 says which object after its refusal when it writes, and before it when it reads.
    (rf"{_STATE}[^\n]*{_DENIED}", _denied_state),
    (rf"{_DENIED}[^\n]*{_STATE}", _denied_state),
    (r"AccessDeniedException[^\n]*kms:Decrypt", _denied_key),
    (r"unable to open (?:state directory|bucket)[^\n]*|read \"\.pulumi/meta\.yaml\"[^\n]*", _backend),
    (r"unknown stack \\?\"(?P<stack>[^\"\\]+)", _reference),
    (r"(?P<urn>urn:pulumi:[^\s\"']+)\"? (?:cannot be deleted|as it is currently marked for protection)", _protected),
)


def explain(unit: Unit, text: str, diagnostics: Sequence[tuple[str, str]] = ()) -> tuple[Problem, ...]:
    """The problems that a failed command of Pulumi tells of.

    Args:
        unit: The stack of the command.
        text: What the command printed.
        diagnostics: URN and message of each error that the engine reported; the URN is empty for its own.

    Returns:
        The known causes alone if there are any; else each error as the engine says it.
    """
    everything = "\n".join([text, *(message for _, message in diagnostics)])
    known = dict.fromkeys(
        finding(unit, match)
        for pattern, finding in _MEANINGS
        for match in re.finditer(pattern, everything, re.MULTILINE)
    )
    if known:
        return tuple(known)
    said = dict.fromkeys(
        (urn, cleaned) for urn, message in diagnostics if (cleaned := _cleaned(message)) and not _is_echo(cleaned)
    )
    stopped = _stopped(unit, everything)
    if said or stopped:
        return (*stopped, *(Problem(_where(unit, urn), message, _next(unit, message)) for urn, message in said))
    errors = [line.removeprefix("error: ").strip() for line in text.splitlines() if line.startswith("error: ")]
    reason = errors[-1] if errors else "failed, and Pulumi did not say why"
    return (Problem(unit.label, reason, AGAIN),)


def interrupted(unit: Unit, state: StackState) -> tuple[Problem, ...]:
    """Problems for the operations that a run has begun and not recorded: whether AWS did them is not known."""
    return tuple(
        Problem(
            f"{unit.label}: {kind_of(urn)} {name_of(urn)}",
            f"has a pending operation ({operation}): another run is still at work, or was killed before it recorded "
            "what AWS did",
            f"Wait for a run that is still at work. After a killed one, `{unit.command('cancel')}` removes its lock; "
            f"then `./run orphans {unit.label}` shows what AWS has, and prints the commands that settle it.",
        )
        for operation, urn in state.pending
    )


def wrong_state(unit: Unit, state: StackState) -> tuple[Problem, ...]:
    """The problem of a state whose resources are all in other accounts than the stack file's."""
    if not state.accounts or unit.account_id in state.accounts:
        return ()
    reason = f"is {unit.account_id}, but the resources in the state are in {', '.join(sorted(state.accounts))}"
    remedy = "Write that account, or give the stack of the new account another name."
    return (Problem(f"{unit.stack.file}: accountId", reason, remedy),)


_CANCELED = r"^(?:error: )?(?:update|destroy|refresh|preview) (?P<how>canceled|cancelled)$"
"""How the CLI ends after Ctrl-C: the engine spells it `canceled` when it waited for its calls, and the CLI `cancelled`
when a second Ctrl-C stopped it at once (`deployment_executor.go` and `backenderr.go` of CLI 3.274.1)."""

_CUT_OFF = "grpc: the client connection is closing"
"""What the engine says of calls that still ran when it ended, and sometimes in place of `cancelled`: the gRPC library's
`ErrClientConnClosing`, which names the client's own end."""


def _stopped(unit: Unit, text: str) -> tuple[Problem, ...]:
    match = re.search(_CANCELED, text, re.MULTILINE)
    cut_off = _CUT_OFF in text
    if not match and not cut_off:
        return ()
    if match and match["how"] == "canceled" and not cut_off:
        reason, remedy = "was interrupted; the state records every call that AWS completed", "it resumes here"
    else:
        reason, remedy = "was stopped by a second Ctrl-C before its calls ended", "it says how to repair the state"
    return (Problem(unit.label, reason, f"Run the same command again: {remedy}."),)


def _next(unit: Unit, message: str) -> str:
    if re.search(r"AccessDenied.*(logs:DeleteLogGroup|s3:Delete)", message, re.DOTALL):
        return "Allow it: `logDeletion: true` for the side's roles in the bootstrap stack. See docs/logs.md."
    if "Trying to remove Target Groups that are not part of the group" in message:
        return (
            "AWS no longer has it, and the state does, as after a killed run or a change by hand: "
            f"`./run orphans {unit.label}` prints the command that takes it out of the state."
        )
    if not re.search(r"already exists|AlreadyExists|Duplicate|BucketAlreadyOwnedByYou", message):
        return AGAIN
    return (
        "AWS has it, and the state does not, as after a killed run or with the state of an older backup: "
        f"`./run orphans {unit.label}` shows such resources with the commands that import or delete them."
    )


def _where(unit: Unit, urn: str) -> str:
    if not urn or kind_of(urn) == "Stack":
        return unit.label
    return f"{unit.label}: {kind_of(urn)} {name_of(urn)}"


def _cleaned(message: str) -> str:
    """Without colors, tracebacks and line breaks: the program's message, or the exception that ended it."""
    plain = re.sub(r"<\{%[^%]*%\}>|\x1b\[[0-9;]*m", "", message)
    said, found, traceback = plain.partition("Traceback (most recent call last)")
    if found and said.strip() in ("", _UNHANDLED):
        frames = list(re.finditer(r"^[ \t]+.*$", traceback, re.MULTILINE))
        said = traceback[frames[-1].end() if frames else 0 :]
    return " ".join(said.split()).removeprefix("error: ")


_UNHANDLED = "Program failed with an unhandled exception:"
"""How the CLI's language host introduces a traceback that the program did not expect."""

_ECHOES = (
    "resource monitor shut down",
    "Resource monitor has terminated",
    "an unhandled error occurred: program exited with",
    "python inline source runtime error",
)
"""How the engine, the SDK and the language hosts begin to say that something else failed."""


def _is_echo(message: str) -> bool:
    """Whether the engine only repeats that something failed."""
    return (
        message in ("update failed", "preview failed", "destroy failed", "refresh failed")
        or message.startswith(_ECHOES)
        or message.endswith(_CUT_OFF)
        or bool(re.search(_CANCELED, message))
    )
