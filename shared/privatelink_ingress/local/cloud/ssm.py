"""Systems Manager Parameter Store: limits on names and values."""

from __future__ import annotations

import re
from typing import Any

from moto.ssm.responses import SimpleSystemManagerResponse

from privatelink_ingress.local.cloud.hardening import Params, before, refuse

STANDARD_BYTES, ADVANCED_BYTES = 4096, 8192
"""User guide, "parameter-store-advanced-parameters": value sizes by tier."""
NAME = re.compile(r"[a-zA-Z0-9_.\-/]+")
MAX_LEVELS = 15
"""API reference, PutParameter, Name: a hierarchy of at most fifteen levels."""


def _before(request: Any, params: Params) -> Any:
    """The version that the request overwrites, or None."""
    known = request.ssm_backend._parameters
    name = params["Name"]
    return known[name][-1] if params.get("Overwrite") and name in known and known[name] else None


@before(SimpleSystemManagerResponse, "put_parameter")
def value_matches_the_allowed_pattern(request: Any, params: Params) -> None:
    """The value matches the pattern in the request, or the stored one (API reference, PutParameter)."""
    pattern = params.get("AllowedPattern")
    if pattern is None:
        pattern = getattr(_before(request, params), "allowed_pattern", None)
    if not pattern:
        return
    try:
        matches = re.fullmatch(pattern, params["Value"])
    except re.error:
        refuse("InvalidAllowedPatternException", f"The regular expression {pattern} is not valid.")
    if not matches:
        refuse(
            "ParameterPatternMismatchException",
            f"Parameter value, cannot be validated against allowedPattern: {pattern}",
        )


@before(SimpleSystemManagerResponse, "put_parameter")
def value_fits_the_tier(request: Any, params: Params) -> None:
    """4 KB in the standard tier, 8 KB in the advanced one; Intelligent-Tiering chooses (PutParameter)."""
    tier = params.get("Tier") or getattr(_before(request, params), "tier", None) or "Standard"
    limit = STANDARD_BYTES if tier == "Standard" else ADVANCED_BYTES
    if len(params["Value"].encode()) > limit:
        advice = "" if limit == ADVANCED_BYTES else " To create a larger parameter value, use the advanced tier."
        refuse(
            "ValidationException",
            f"{tier} tier parameters support a maximum parameter value of {limit} characters.{advice}",
        )


@before(SimpleSystemManagerResponse, "put_parameter")
def name_is_well_formed(request: Any, params: Params) -> None:
    """Letters, digits and `_.-`, in at most fifteen levels; a path begins with a slash (PutParameter)."""
    name = params["Name"].split(":parameter", 1)[-1]
    if not NAME.fullmatch(name) or "//" in name or name.endswith("/"):
        refuse(
            "ValidationException",
            f"Parameter name: {name} must consist of letters, digits and the symbols .-_, with slashes between levels.",
        )
    if "/" in name and not name.startswith("/"):
        refuse("ValidationException", "Parameter name must be a fully qualified name: it begins with a slash.")
    if name.count("/") > MAX_LEVELS:
        refuse("HierarchyLevelLimitExceededException", f"A hierarchy can have a maximum of {MAX_LEVELS} levels.")
