"""What of Pulumi is installed on this machine: its CLI, its plugins, and the SDKs of the programs."""

from __future__ import annotations

import importlib.metadata
import json
import os
import re
import shutil
from pathlib import Path

from privatelink_ingress.cli import pulumi_cli
from privatelink_ingress.trace.preflight.machine import Machine, Package, Plugin

LOCK = "requirements.lock"


def look(root: Path) -> Machine:
    """Look at it; `root` is the top of the repository."""
    cli = pulumi_cli.version()
    plugins = _wanted()
    home = os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi"
    return Machine(
        cli=cli,
        packages=_packages(root / LOCK),
        plugins=plugins,
        installed=pulumi_cli.plugins() if cli else (),
        folder=str(Path(home) / "plugins"),
        ambient={} if _is_set("PULUMI_IGNORE_AMBIENT_PLUGINS") else _ambient(plugins),
        downloads=not _is_set("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"),
    )


def _wanted() -> tuple[Plugin, ...]:
    """The plugins of the installed SDKs: each SDK says in `pulumi-plugin.json` whether it has one, and which."""
    found = set()
    for package in importlib.metadata.distributions():
        name = package.metadata["Name"].replace("-", "_").lower()
        if not name.startswith("pulumi_"):
            continue
        file = Path(str(package.locate_file(f"{name}/pulumi-plugin.json")))
        said = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
        if said.get("resource"):
            version = str(said.get("version") or package.version).removeprefix("v")
            found.add(Plugin(said.get("name") or name.removeprefix("pulumi_"), version))
    return tuple(sorted(found))


def _packages(lock: Path) -> tuple[Package, ...]:
    """Pulumi's installed packages, with the versions that the lock pins; none without a lock."""
    text = lock.read_text(encoding="utf-8") if lock.is_file() else ""
    pinned = re.findall(r"(?m)^(pulumi[\w-]*)==([\w.]+)", text)
    return tuple(Package(name, version, found) for name, version in pinned if (found := _installed(name)))


def _installed(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _ambient(plugins: tuple[Plugin, ...]) -> dict[str, str]:
    on_path = {one.name: shutil.which(f"pulumi-resource-{one.name}") for one in plugins}
    return {name: path for name, path in on_path.items() if path}


def _is_set(variable: str) -> bool:
    """As Pulumi's CLI reads its switches: `IsTruthy` in `sdk/go/common/util/cmdutil`."""
    return os.environ.get(variable, "").lower() in ("1", "true")
