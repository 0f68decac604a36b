"""`report`: one HTML file about the whole system, from the stack files and a topology."""

from __future__ import annotations

import datetime
import os
import tempfile
from pathlib import Path

from privatelink_ingress.cli import doctor, topologies
from privatelink_ingress.cli.views.report import model, page
from privatelink_ingress.cli.views.report.model import Source, System
from privatelink_ingress.fleet import cost, repository
from privatelink_ingress.plan.capacity.cost import Traffic
from privatelink_ingress.problems import Problem, UsageError
from privatelink_ingress.public_dns.resolver import Resolver

FILE = "report.html"
"""Its name in the directory of the demo."""

_NOTHING = "The report cannot be written"


def system(
    root: Path,
    deployed: topologies.System,
    *,
    source: Source,
    traffic: Traffic | None = None,
    resolver: Resolver | None = None,
) -> System:
    """What the report of the repository at `root` shows.

    Args:
        root: Top directory of the repository.
        deployed: What is deployed, and what of it could not be read.
        source: Where it was read.
        traffic: Of each connection, for the cost.
        resolver: Is asked where clients are led; None is not.

    Raises:
        UserError: a stack file has a mistake.
    """
    stacks = repository.read_right(root)
    scope = doctor.scope_of(stacks, ())
    deployed = topologies.asked(deployed, doctor.requests(scope), resolver)
    diagnosed = doctor.report(scope, deployed)
    return model.system(
        stacks,
        diagnosed.followed,
        diagnosed.found,
        deployed.topology,
        cost.of(stacks, root, traffic=traffic or Traffic()),
        source=source,
        read_at=datetime.datetime.now(datetime.UTC),
        unread=diagnosed.unread,
    )


def require_writable(file: Path, another: str = "Name another file with --file.") -> None:
    """Do nothing when a report can be written to `file`, which may be an older report.

    Args:
        file: Where it is to be written.
        another: The remedy where it cannot.

    Raises:
        UsageError: it is a directory or another file, its directory is missing, or it cannot be written.
    """
    problem = None
    try:
        if file.is_dir():
            problem = Problem(str(file), "is a directory", f"Name a file in it: --file {file / FILE}")
        elif not file.parent.is_dir():
            reason = "is not a directory" if file.parent.exists() else "does not exist"
            problem = Problem(str(file.parent), reason, f"Create it, or name another file: mkdir -p {file.parent}")
        elif file.exists() and not file.is_file():
            problem = Problem(str(file), "is a device, a pipe or a socket", another)
        elif file.exists() and not _is_report(file):
            problem = Problem(str(file), "exists, and is not a report", f"{another} Or delete this one.")
        elif denied := [one for one in (file.parent, file) if one.exists() and not os.access(one, os.W_OK)]:
            # The directory as well: a new report replaces the older one in it.
            problem = Problem(str(denied[0]), "cannot be written: Permission denied", another)
    except OSError as error:
        problem = Problem(str(file), f"cannot be written: {error.strerror}", another)
    if problem:
        raise UsageError(_NOTHING, [problem])


def write(shown: System, file: Path) -> None:
    """Write the report, with its directory; a reader of an older one sees that or the new one, never a part.

    Raises:
        UsageError: it cannot be written; `require_writable` says so before anything is read.
    """
    text = page.render(shown)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=file.parent, prefix=".report-", delete=False
        ) as new:
            part = Path(new.name)
            try:
                new.write(text)
                new.flush()
                part.chmod(0o644)
                part.replace(file)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise UsageError(
            _NOTHING, [Problem(str(file), f"cannot be written: {error.strerror}", "Name another file.")]
        ) from None


def _is_report(file: Path) -> bool:
    """An empty file counts as one: it holds nothing that could be lost."""
    with file.open(encoding="utf-8", errors="replace") as text:
        beginning = text.read(4096)
    return not beginning or page.is_report(beginning)
