"""What the texts of Pulumi's CLI about a plugin that is not installed mean.

CLI 3.274.1 writes them in `sdk/go/common/workspace/plugins.go`, `pkg/workspace/plugin.go` and `pkg/engine/plugins.go`.
Which one comes depends on when the CLI misses the plugin, and on whether it may download it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.problems import Problem


def _plugin(unit: Unit, match: re.Match[str]) -> Problem:
    version = f" v{match['version']}" if match["version"] else ""
    reason = f"needs Pulumi's plugin {match['name']}{version}, which is not installed"
    return Problem(unit.label, reason, f"Run `pulumi -C {unit.project} install`.")


def _no_download(unit: Unit, match: re.Match[str]) -> Problem:
    reason = f"needs Pulumi's plugin {match['name']} v{match['version']}, which Pulumi cannot download"
    remedy = (
        f"Run `pulumi -C {unit.project} install` where https://get.pulumi.com answers, or name a mirror in "
        "PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES."
    )
    return Problem(unit.label, reason, remedy)


MEANINGS: tuple[tuple[str, Callable[[Unit, re.Match[str]], Problem]], ...] = (
    (
        r"no \w+ plugin '(?:pulumi-\w+-)?(?P<name>[\w-]+)' found in the workspace(?: at version v(?P<version>\S+))?",
        _plugin,
    ),
    (r"\bplugin (?P<name>[\w-]+) (?P<version>\d\S+) not installed", _plugin),
    (r"failed to download plugin: (?P<name>[\w-]+?)-v?(?P<version>\d[^\s:]*):", _no_download),
    (
        r"Could not automatically download and install \w+ plugin 'pulumi-\w+-(?P<name>[\w-]+)' at version "
        r"v(?P<version>[^\s,]+)",
        _no_download,
    ),
)
