"""The bootstrap program, run against the strict fake of AWS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from privatelink_ingress.local.adapters.base import Properties
from privatelink_ingress.local.engine.runner import StackOutputs, StackRun, run
from tests.support.edge_parameters import Account
from tests.support.strict_backend import At, Fake, StrictBackend

PROGRAM = Path(__file__).parents[2] / "bootstrap"


def under_its_path(kind: str) -> Fake:
    """IDs and ARNs as IAM derives them from path and name."""

    def fake(at: At) -> tuple[str, Properties]:
        arn = at.arn("iam", f"{kind}{at.inputs['path']}{at.name}", region=False)
        return (at.name if kind == "role" else arn), {"arn": arn, "name": at.name}

    return fake


FAKES: dict[str, Fake] = {
    "aws:iam/role:Role": under_its_path("role"),
    "aws:iam/policy:Policy": under_its_path("policy"),
    "aws:kms/key:Key": lambda at: (f"key-of-{at.name}", {"keyId": f"key-of-{at.name}", "arn": at.arn("kms", "key/1")}),
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": lambda at: (at.name, {}),
}


def bootstrap(
    *,
    stacks: Mapping[str, StackOutputs] | None = None,
    parameters: Mapping[str, str] | None = None,
    **settings: str,
) -> StackRun:
    """The program with these settings, beside the outputs of `stacks` and the texts of `parameters`, by name."""
    values = {"accountId": "222222222222", "owner": "team-platform", **settings}
    return run(
        PROGRAM,
        project="bootstrap",
        stack="edge",
        config={"aws:region": "eu-west-1", **{f"bootstrap:{key}": value for key, value in values.items()}},
        backend=StrictBackend(fakes=FAKES, answers=Account(dict(parameters or {})).answers()),
        stacks=stacks,
        timeout=120,
    )
