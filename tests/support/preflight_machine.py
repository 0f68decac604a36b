"""A machine with a stand-in for Pulumi's CLI, whose installation can be broken, and what `preflight` says about it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from privatelink_ingress.cli import pulumi_machine
from privatelink_ingress.trace.judgements.findings import Diagnosis
from privatelink_ingress.trace.preflight import machine
from privatelink_ingress.trace.preflight.machine import Plugin
from tests.support.programs import REPOSITORY

RELEASE = "v3.99999.0"
"""A CLI that is newer than any SDK."""


class Machine:
    """Pulumi and all plugins are installed, until it is broken."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home, self.root, self.monkeypatch = home, REPOSITORY, monkeypatch
        (home / "bin").mkdir()
        monkeypatch.setenv("PATH", str(home / "bin"))
        monkeypatch.setenv("PULUMI_HOME", str(home / "pulumi"))
        for variable in ("PULUMI_IGNORE_AMBIENT_PLUGINS", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"):
            monkeypatch.delenv(variable, raising=False)
        self.wanted = pulumi_machine.look(REPOSITORY).plugins
        self.pulumi()

    def pulumi(self, version: str = RELEASE, plugins: str | None = None) -> None:
        """Install a CLI that prints these texts; `plugins` lists what is wanted by default."""
        text = self.listed(*self.wanted) if plugins is None else plugins
        (self.home / "plugins.json").write_text(text)
        script = f"case $1 in version) echo {version};; plugin) /bin/cat {self.home}/plugins.json;; esac"
        self.program("pulumi", script)

    @staticmethod
    def listed(*plugins: Plugin) -> str:
        """As `pulumi plugin ls --json` prints it."""
        language = {"name": "python", "kind": "language", "version": "3.0.0", "size": 1}
        return json.dumps(
            [{"name": one.name, "kind": "resource", "version": one.version, "size": 1} for one in plugins] + [language]
        )

    def program(self, name: str, script: str) -> Path:
        path = self.home / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    def without_plugin(self, name: str, *others: Plugin) -> None:
        self.pulumi(plugins=self.listed(*(one for one in self.wanted if one.name != name), *others))

    def lock(self, pinned: str) -> None:
        """Another lock file."""
        self.root = self.home / "repository"
        self.root.mkdir()
        (self.root / "requirements.lock").write_text(pinned)

    def found(self) -> list[Diagnosis]:
        return list(machine.judge(pulumi_machine.look(self.root)))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Breakage:
    """One thing that is not as the programs need it."""

    what: str
    do: Callable[[Machine], object]
    reason: str
    severity: str = "not seen"
    where: str = machine.WHERE


def no_downloads(broken: Machine) -> None:
    broken.without_plugin("aws")
    broken.monkeypatch.setenv("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true")


BREAKAGES: tuple[Breakage, ...] = (
    Breakage(
        what="Pulumi's CLI is not on PATH",
        do=lambda broken: (broken.home / "bin" / "pulumi").unlink(),
        reason="pulumi is not on PATH, so neither it nor its plugins were looked at",
    ),
    Breakage(
        what="Pulumi's CLI is older than the SDK of the programs",
        do=lambda broken: broken.pulumi("v3.1.0"),
        reason="the CLI is 3.1.0, older than the SDK of the programs",
        severity="warning",
    ),
    Breakage(
        what="Pulumi's CLI does not tell its version",
        do=lambda broken: broken.pulumi("error: no version"),
        reason="`pulumi version` printed no version, but ",
    ),
    Breakage(
        what="a plugin is not installed",
        do=lambda broken: broken.without_plugin("aws"),
        reason="`pulumi up` downloads what is missing; whether it can was not tried",
    ),
    Breakage(
        what="only another version of a plugin is installed",
        do=lambda broken: broken.without_plugin("eks", Plugin("eks", "4.0.0")),
        reason="`pulumi up` downloads what is missing; whether it can was not tried",
    ),
    Breakage(
        what="a plugin is not installed, and Pulumi may download none",
        do=no_downloads,
        reason="PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION keeps `pulumi up` from downloading them",
        severity="error",
    ),
    Breakage(
        what="a plugin of that name is on PATH",
        do=lambda broken: broken.program("pulumi-resource-aws", ""),
        reason="whatever its version, in place of plugin aws ",
        severity="warning",
    ),
    Breakage(
        what="the list of plugins cannot be read",
        do=lambda broken: broken.pulumi(plugins="error: unknown flag: --json"),
        reason="whether the plugins are installed is unknown: ",
    ),
    Breakage(
        what="another version of an SDK is installed than the lock file pins",
        do=lambda broken: broken.lock("pulumi-aws==7.1.0 \\\n    --hash=sha256:0\n"),
        reason="is installed, but requirements.lock pins 7.1.0",
        severity="warning",
    ),
)
