"""Whether Pulumi's CLI and plugins, and the SDKs of the programs, are those that the programs were tested with."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping

from privatelink_ingress.trace.judgements.findings import Diagnosis, found

MACHINE = "this machine"
"""The subject of findings about no stack."""

WHERE = "Pulumi"


@dataclasses.dataclass(frozen=True, order=True)
class Plugin:
    """A resource plugin."""

    name: str
    """Of the provider: `aws`."""
    version: str
    """`7.51.1`, or empty for a plugin without one."""

    def __str__(self) -> str:
        """As messages name it."""
        return f"{self.name} v{self.version}"


@dataclasses.dataclass(frozen=True)
class Package:
    """A Python package whose version `requirements.lock` pins."""

    name: str
    pinned: str
    installed: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Machine:
    """What is installed where `pulumi up` is about to run."""

    cli: str | None
    """What `pulumi version` prints; None when the CLI is not on PATH."""
    packages: tuple[Package, ...]
    """Pulumi's SDK and those of the providers."""
    plugins: tuple[Plugin, ...]
    """Those that the installed SDKs need, in these very versions."""
    installed: tuple[Plugin, ...] | str
    """What `pulumi plugin ls` lists; its text says why it lists nothing."""
    folder: str
    """Where plugins are installed."""
    ambient: Mapping[str, str]
    """Path by name, of plugins on PATH: Pulumi runs them in place of any that is installed."""
    downloads: bool = True
    """Whether `pulumi up` downloads what is missing."""


def judge(machine: Machine) -> Iterator[Diagnosis]:
    """What does not fit together.

    Pulumi's language host asks for the plugin of each SDK that is installed, whatever a program imports, and the CLI
    takes no other version than the one that it asks for: `SelectCompatiblePlugin` in
    `sdk/go/common/workspace/plugins.go` of CLI 3.274.1.
    """
    yield from _packages(machine)
    sdk = next((one.installed for one in machine.packages if one.name == "pulumi"), None)
    remedy = "Install it from https://www.pulumi.com/docs/install/."
    if machine.cli is None:
        reason = "pulumi is not on PATH, so neither it nor its plugins were looked at"
        yield found(MACHINE, "not seen", WHERE, reason, remedy)
        return
    if not _numbers(machine.cli):
        reason = f"`pulumi version` printed no version, but {machine.cli!r}"
        yield found(MACHINE, "not seen", WHERE, reason, "Run it, and correct what it reports.")
    elif sdk and _numbers(machine.cli) < _numbers(sdk):
        reason = f"the CLI is {machine.cli.removeprefix('v')}, older than the SDK of the programs ({sdk})"
        yield found(MACHINE, "warning", WHERE, reason, remedy)
    yield from _plugins(machine)


def _packages(machine: Machine) -> Iterator[Diagnosis]:
    remedy = "Delete .venv: the next `./run` installs what requirements.lock pins."
    for one in machine.packages:
        if one.installed != one.pinned:
            reason = f"{one.name} {one.installed} is installed, but requirements.lock pins {one.pinned}"
            yield found(MACHINE, "warning", WHERE, reason, remedy)


def _plugins(machine: Machine) -> Iterator[Diagnosis]:
    for name, path in sorted(machine.ambient.items()):
        [wanted] = [one for one in machine.plugins if one.name == name]
        reason = f"Pulumi runs {path}, whatever its version, in place of plugin {wanted}: it is on PATH"
        remedy = "Remove it from PATH, or set PULUMI_IGNORE_AMBIENT_PLUGINS=true."
        yield found(MACHINE, "warning", WHERE, reason, remedy)
    if isinstance(machine.installed, str):
        reason = f"whether the plugins are installed is unknown: {machine.installed}"
        remedy = "Run `pulumi plugin ls --json`, and correct what it reports."
        yield found(MACHINE, "not seen", WHERE, reason, remedy)
        return
    missing = [one for one in machine.plugins if one.name not in machine.ambient and one not in machine.installed]
    if not missing:
        return
    names = {one.name for one in missing}
    others = ", ".join(str(one) for one in sorted(machine.installed) if one.name in names)
    evidence = f"{machine.folder} has {others}; Pulumi takes no other version" if others else ""
    listed = ", ".join(map(str, missing))
    install = ", ".join(f"`pulumi plugin install resource {one.name} v{one.version}`" for one in missing)
    if machine.downloads:
        reason = f"{machine.folder} lacks {listed}. `pulumi up` downloads what is missing; whether it can was not tried"
        remedy = f"If this machine cannot reach get.pulumi.com, add the plugins to its image: {install}."
        yield found(MACHINE, "not seen", WHERE, reason, remedy, evidence)
    else:
        reason = (
            f"{machine.folder} lacks {listed}, and PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION keeps `pulumi up` from "
            "downloading them"
        )
        yield found(MACHINE, "error", WHERE, reason, f"Run {install}, or unset that variable.", evidence)


def _numbers(version: str) -> tuple[int, ...]:
    """Of a release or a build of one, `v3.274.1`; none of another text."""
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", version)
    return tuple(int(part) for part in found.groups()) if found else ()
