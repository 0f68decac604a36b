"""Options and exit codes that several commands share."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from privatelink_ingress.cli import invocation
from privatelink_ingress.problems import UsageError, UserError

FOUND_SOMETHING = 1
"""Exit code when a command did its work and something is wrong. 0 is fine, 130 is Ctrl-C."""
NOT_PROVEN = 3
"""Exit code when nothing is wrong, but not everything is proven: `check` met a value that is encrypted or in an
environment, or a reader of AWS lacked a right."""
WRONG_USE = 2
"""Exit code when a command could not start."""


@contextlib.contextmanager
def starting() -> Generator[None]:
    """The part of a command that comes before what it judges: whatever fails in it is `WRONG_USE`.

    Raises:
        UsageError: instead of every other `UserError`.
    """
    try:
        yield
    except UserError as error:
        raise UsageError(error.title, error.problems) from None


Root = Annotated[
    Path,
    typer.Option(
        "--root",
        help="Top directory of the repository; the one around the working directory when left out.",
        exists=True,
        file_okay=False,
        resolve_path=True,
        show_default=False,
        callback=invocation.default_root,
    ),
]
Out = Annotated[
    Path,
    typer.Option(
        "--out",
        help="Directory of the demo's files; .demo in the repository when left out.",
        file_okay=False,
        show_default=False,
        callback=invocation.default_out,
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
Profiles = Annotated[
    list[str] | None,
    typer.Option("--profile", help="AWS profile to use besides the ambient credentials; may be repeated."),
]
ResolverAddress = Annotated[
    str | None,
    typer.Option(
        "--resolver",
        help="DNS resolver to ask, in place of this computer's.",
        metavar="ADDRESS[:PORT]",
        show_default=False,
    ),
]


def _endpoint(url: str | None) -> str | None:
    """A URL that botocore takes: it raises `ValueError` for others in the midst of a command."""
    try:
        parts = urlsplit(url or "")
        fits = url is None or (parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0)
    except ValueError:  # a port that is no number, or too large
        fits = False
    if not fits:
        raise typer.BadParameter(f"{url!r} is not the URL of a server. Write one such as http://127.0.0.1:5000.")
    return url


EndpointUrl = Annotated[str | None, typer.Option(help="URL of an emulated AWS.", callback=_endpoint)]
