"""Checks that the local cloud's packages are installed: they are an extra, since no deployment needs them."""

from __future__ import annotations

import importlib.util

from privatelink_ingress.problems import Problem, UsageError

EMULATOR = ("moto", "flask", "kubernetes_validate")
"""Modules that the emulated AWS imports."""
SCHEMAS = ("kubernetes_validate",)
"""Modules that hold the published schemas of Kubernetes' objects."""

_REMEDY = "Start the command with ./run, or install the extra: pip install 'privatelink-ingress[local]'."


def require(modules: tuple[str, ...]) -> None:
    """Do nothing when all of `modules` can be imported.

    Raises:
        UsageError: with each one that cannot, and how to install it.
    """
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        problems = [Problem(module, "cannot be imported", _REMEDY) for module in missing]
        raise UsageError("The local cloud is not installed", problems)
