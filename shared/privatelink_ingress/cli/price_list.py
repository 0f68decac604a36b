"""`cost --refresh`: AWS's price list for the Regions of the stack files, kept in the repository."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws import credentials, price_list, refusals
from privatelink_ingress.fleet import cost, prices
from privatelink_ingress.problems import Problem, UsageError


def refresh(root: Path, profiles: Sequence[str] = (), client: Any = None) -> list[Problem]:
    """Read the prices that the stacks of the repository at `root` need, and keep them in its file.

    Args:
        root: Top directory of the repository.
        profiles: The AWS profile to use, if any; the ambient credentials without one.
        client: Of boto3's service `pricing`, instead of one with those credentials.

    Returns:
        The prices that AWS's list does not have.

    Raises:
        UserError: a stack file has a mistake, or the prices cannot be kept.
        UsageError: AWS cannot be asked; nothing is written then.
    """
    wanted = cost.instance_types(root)
    prices.of_repository(root)
    today = datetime.datetime.now(datetime.UTC).date()
    found, missing = list[price_list.Found](), list[Problem]()
    try:
        if client is None:
            session = credentials.session_of(profile_name=profiles[0] if profiles else None)
            client = credentials.client(session, "pricing", price_list.HOME)
        for region, types in sorted(wanted.items()):
            known, unknown = price_list.read(client, region, types, today=today)
            found += known
            missing += unknown
    except (BotoCoreError, ClientError) as error:
        profile = profiles[0] if profiles else None
        remedy = refusals.remedy(error, profile=profile) or f"Use credentials (--profile) with {price_list.ACTION}."
        where = f"pricing with profile {profile}" if profile else "pricing"
        raise UsageError("AWS's price list cannot be read", [Problem(where, str(error), remedy)]) from None
    prices.keep(root, found)
    return missing
