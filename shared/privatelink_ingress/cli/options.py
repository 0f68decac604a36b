"""Options and exit codes that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FOUND_SOMETHING = 1
"""Exit code when a command did its work and something is wrong. 0 is fine, 130 is Ctrl-C."""
WRONG_USE = 2
"""Exit code when a command could not begin."""

Root = Annotated[
    Path,
    typer.Option("--root", help="Top directory of the repository.", exists=True, file_okay=False, resolve_path=True),
]
Out = Annotated[Path, typer.Option("--out", help="Directory of the demo's files.", file_okay=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]
Profiles = Annotated[
    list[str] | None, typer.Option("--profile", help="AWS profile beside the ambient credentials; repeat for more.")
]
EndpointUrl = Annotated[str | None, typer.Option(help="URL of an emulated AWS.")]
