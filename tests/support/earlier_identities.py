"""A state as an earlier version of the programs wrote it, with the identities of that time.

`./run docs` keeps today's identities in `tests/program/identities/`; CHANGELOG.md, *Identities*, says what changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

ROOT = "privatelink-ingress:index:PrivateService"
REWRITTEN = (
    # The parts of a workload had no parent.
    (rf"{ROOT}\$", ""),
    (r"pulumi:providers:kubernetes::[a-z-]+-cluster\b", "pulumi:providers:kubernetes::cluster"),
    # Target groups and targets were named after the backend's position, without protocol and port.
    (r"(TargetGroup(?:Attachment)?::[a-z-]+-\d)-https?-\d+", r"\1"),
)
"""Patterns in URNs, and what an earlier version had in their place."""


def earlier(state: Mapping[str, Any]) -> dict[str, Any]:
    """The deployment `state` with the URNs of an earlier version."""
    stack = next(one["urn"] for one in state["resources"] if one["type"] == "pulumi:pulumi:Stack")
    roots = {one["urn"] for one in state["resources"] if one["type"] == ROOT}
    kept = [one for one in state["resources"] if one["urn"] not in roots]
    text = json.dumps({**state, "resources": kept})
    for root in roots:
        text = text.replace(json.dumps(root), json.dumps(stack))
    for pattern, before in REWRITTEN:
        text = re.sub(pattern, before, text)
    return json.loads(text)
