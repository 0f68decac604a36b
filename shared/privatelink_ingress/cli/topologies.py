"""Where `trace` reads the deployed system: from exported states."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from privatelink_ingress.problems import Problem, Problems, UsageError
from privatelink_ingress.stackfiles import exports
from privatelink_ingress.trace.states.load import UNREADABLE, load
from privatelink_ingress.trace.topology import Topology


def of_states(paths: Sequence[Path]) -> Topology:
    """What exported states know, from files and from all `.json` files of directories.

    Raises:
        UsageError: with every file that is not a whole export or is a second one of its stack, and with every
            directory that has none.
    """
    problems, found = Problems(), dict[str, tuple[Path, exports.Export]]()
    for path in paths:
        files = sorted(path.glob("*.*.json")) if path.is_dir() else [path]
        if not files:
            problems.append(Problem(str(path), "has no exported states", _EXPORTS))
        for file in files:
            with problems.collect():
                export = exports.read(file, failed=UNREADABLE)
                first, _ = found.setdefault(export.stack, (file, export))
                if not first.samefile(file):
                    remedy = "Give the newer one alone."
                    problems.append(Problem(str(file), f"is of {export.stack}, as {first} is", remedy))
    if problems:
        raise UsageError(UNREADABLE, problems)
    return load(export for _, export in found.values())


_EXPORTS = (
    "Write one for each stack: pulumi stack export --stack prod --file DIRECTORY/central-ingress.prod.json. "
    "`./run demo` writes those of its stacks to .demo/."
)
