"""Whether the stack's secrets are encrypted, as far as the engine and the stack file say so."""

from __future__ import annotations

from pathlib import Path

import pulumi
from pulumi.runtime import config as runtime_config

from privatelink_ingress.problems import UserError
from privatelink_ingress.settings import secrets
from privatelink_ingress.settings.load import SettingsError
from privatelink_ingress.stackfiles import reader


def require_encrypted(values: dict[str, str]) -> None:
    """Refuse secrets in plain text.

    Args:
        values: The stack's configuration, as `program.project_config` returns it.

    Raises:
        SettingsError: with each of them.
    """
    project, stack = pulumi.get_project(), pulumi.get_stack()
    key = f"{project}:{secrets.CONNECTIONS}"
    encrypted = runtime_config.is_config_secret(key)
    problems = secrets.plain(secrets.decoded(values.get(secrets.CONNECTIONS)), encrypted=encrypted)
    if encrypted and not problems:
        # One encrypted value makes the whole key secret to the engine; the file tells them apart.
        try:
            problems = secrets.plain_in(reader.read(Path.cwd(), stack))
        except UserError:
            return  # the values come from elsewhere, such as an environment of Pulumi ESC
    if problems:
        raise SettingsError(f"{project}/Pulumi.{stack}.yaml has mistakes", problems)
