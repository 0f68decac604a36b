"""The sample stack files in a directory of their own, and one value of a file replaced, as a person edits it."""

from __future__ import annotations

import io
import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.support.programs import REPOSITORY

_YAML = YAML()
_YAML.preserve_quotes = True


def copied(target: Path) -> Path:
    """The repository's project and stack files, without their programs."""
    for pattern in ("Pulumi.yaml", "eks-service/Pulumi*.yaml", "central-ingress/Pulumi*.yaml"):
        for file in REPOSITORY.glob(pattern):
            copy = target / file.relative_to(REPOSITORY)
            copy.parent.mkdir(exist_ok=True)
            shutil.copyfile(file, copy)
    return target


def change(file: Path, key: str, value: Any) -> None:
    """Write `value` at a key path such as `connections.shop.routes.0.hosts`, or at a key with its namespace."""
    content = _YAML.load(file.read_text())
    first, *rest = key.split(".")
    place, keys = content["config"], [first if ":" in first else f"{file.parent.name}:{first}", *rest]
    for part in keys[:-1]:
        place = place[int(part)] if isinstance(place, list) else place.setdefault(part, {})
    last = keys[-1]
    place[int(last) if isinstance(place, list) else last] = deepcopy(value)
    text = io.StringIO()
    _YAML.dump(content, text)
    file.write_text(text.getvalue())
