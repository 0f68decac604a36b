"""A repository of one edge stack without connections and alarms, deployed by the functions behind `./run deploy`."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import subprocess
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from typer.testing import CliRunner

from privatelink_ingress.cli.app import app
from privatelink_ingress.deployment import deploy, drift, runner
from privatelink_ingress.deployment.session import Settings
from privatelink_ingress.deployment.teardown import Teardown
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.fleet.outcomes import Outcome
from privatelink_ingress.local import deploy as local
from privatelink_ingress.local import prerequisites
from privatelink_ingress.problems import Problem, UserError
from tests.support import aws_commands, deployments
from tests.support.deployments import Recorded, StandInImages
from tests.support.engine import REGION, World

PROD = "central-ingress/prod"
WAIT = """import os, pathlib, time
while not pathlib.Path(os.environ["GO"]).exists():
    time.sleep(0.05)
"""


class Edge:
    """An edge stack in a repository of its own.

    It has no alarms either: their program asks KMS for a key, and the KMS of these tests has the states' key alone.
    """

    def __init__(self, world: World, root: Path) -> None:
        self.world, self.root = world, root
        self.file = root / "central-ingress" / "Pulumi.prod.yaml"
        self.states = world.home / "states" / ".pulumi"
        for file in root.glob("*/Pulumi.*.yaml"):
            if file != self.file:
                file.unlink()
        self.change(connections={}, alarms={})
        for stack in local.find(root):
            prerequisites.prepare(world.cloud, stack.settings, stack.region)
        self.environment: dict[str, str] = {}
        self.secrets_provider: str | None = None
        """What encrypts the secrets of the stack when `deploy` creates it; a passphrase when None."""

    def change(self, **values: Any) -> None:
        """Edit keys of the stack file."""
        content = yaml.safe_load(self.file.read_text())
        content["config"] |= {f"central-ingress:{key}": value for key, value in values.items()}
        self.file.write_text(yaml.safe_dump(content))

    @property
    def unit(self) -> Unit:
        [unit] = deployments.units(self.root)
        return unit

    def deploy(self) -> Outcome:
        [outcome] = deploy.deploy([self.unit], [self.unit], self._settings(), StandInImages(self.world))
        return outcome

    def refused(self) -> Sequence[Problem]:
        """The problems of a `deploy` that fails, be it while the stack is opened or in its `up`."""
        try:
            outcome = self.deploy()
        except UserError as refusal:
            return refusal.problems
        assert outcome.state == "failed"
        return outcome.problems

    def drift(self) -> Outcome:
        [outcome] = drift.drift([self.unit], self._settings())
        return outcome

    def teardown(self) -> Outcome:
        """With deletion protection turned off first."""
        [outcome] = Teardown([self.unit], [self.unit], self._settings(), unprotect=True).run()
        return outcome

    def type(self, remedy: str, containing: str, *more: str) -> None:
        """Run the command that a remedy names; `more` replaces the terminal."""
        [command] = [one for one in re.findall("`([^`]+)`", remedy) if containing in one]
        self.run(command, *more)

    def run(self, command: str, *more: str) -> None:
        """Run a command at the top of the repository."""
        environment = {**os.environ, **self.credentials(), **self.environment}
        words = [*shlex.split(command), *more]
        ran = subprocess.run(words, cwd=self.root, env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, command + ran.stdout + ran.stderr

    def settle(self) -> Mapping[str, Any]:
        """Run what `orphans` prints: adopt what can be adopted, delete the rest, and forget what was pending."""
        words = ["orphans", PROD, "--json", "--root", str(self.root)]
        answer = CliRunner().invoke(app, words, env=self.credentials(), catch_exceptions=False)
        found = json.loads(answer.stdout)
        for orphan in found["orphans"]:
            if orphan["adopt"]:
                self.run(orphan["adopt"][0], "--yes", "--skip-preview")
            else:
                aws_commands.run(orphan["delete"], self.world.cloud.session(self.unit.account_id, REGION))
        for command in found["last"]:
            self.run(command, "--yes", "--skip-preview")
        return found

    @contextlib.contextmanager
    def waiting_program(self) -> Generator[None]:
        """The program waits, before it registers anything, for the file that the variable GO names."""
        file = self.root / "central-ingress" / "__main__.py"
        before = file.read_text()
        file.write_text(before.replace("async def deploy", f"{WAIT}\n\nasync def deploy"))
        try:
            yield
        finally:
            file.write_text(before)

    def state(self) -> Mapping[str, Any]:
        """What the backend holds of the stack."""
        return json.loads((self.states / "stacks" / f"{PROD}.json").read_text())

    def resources(self) -> list[Mapping[str, Any]]:
        """Those of the state."""
        return self.state()["checkpoint"]["latest"]["resources"]

    def pending(self) -> list[str]:
        """Names of the resources that a run had begun and not recorded."""
        operations = self.state()["checkpoint"]["latest"].get("pending_operations", [])
        return [one["resource"]["urn"].split("::", 3)[-1] for one in operations]

    def write(self, state: Mapping[str, Any]) -> None:
        """Put another state into the backend."""
        (self.states / "stacks" / f"{PROD}.json").write_text(json.dumps(state))

    def locks(self) -> list[str]:
        return [path.name for path in (self.states / "locks").rglob("*.json")]

    def _settings(self) -> Settings:
        return Settings(
            open_=runner.from_directory(self.root, secrets_provider=self.secrets_provider),
            environments={PROD: self.credentials() | self.environment},
            progress=Recorded(),
        )

    def credentials(self) -> dict[str, str]:
        """Variables of whoever is logged in to the account."""
        return dict(deployments.environments(self.world, [self.unit])[PROD])
