"""A stack on Pulumi's own engine: its configuration, and the commands that one types on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from unittest import mock

from pulumi import automation as auto

from privatelink_ingress.deployment.events import run_to_last_event
from privatelink_ingress.local.engine.program import Program, as_program
from tests.support import secrets_key
from tests.support.engine_results import Result, result_of

if TYPE_CHECKING:
    from tests.support.engine import World


class EngineFailed(AssertionError):
    """A command failed that a claim expected to succeed."""

    def __init__(self, command: str, result: Result) -> None:
        super().__init__("\n".join([f"pulumi {command} failed", *result.errors, *result.warnings]))
        self.result = result


class Stack:
    """One stack. Change `config` between commands as a user edits the stack file."""

    def __init__(
        self,
        world: World,
        *,
        project: str,
        name: str,
        account_id: str,
        config: Mapping[str, str],
        program: Program,
        environment: Mapping[str, str] | None = None,
        secrets_provider: str | None = None,
    ) -> None:
        """`environment` has variables for the CLI alone, such as another backend and its credentials.

        `secrets_provider` encrypts the secrets; without it, a key that needs no time (`secrets_key`).
        """
        self.project, self.name, self.account_id, self.program = project, name, account_id, program
        self.config: dict[str, Any] = dict(config)
        self.copies: Callable[[], Sequence[Any]] = tuple
        self._world = world
        with world.credentials(account_id):
            self._stack = auto.create_or_select_stack(
                stack_name=name,
                project_name=project,
                program=self._run,
                opts=auto.LocalWorkspaceOptions(
                    env_vars={**world.environment(account_id), **(environment or {})},
                    secrets_provider=secrets_provider or secrets_key.PROVIDER,
                ),
            )
        self._settings = self._stack.workspace.stack_settings(name)
        elsewhere = "PULUMI_BACKEND_URL" in (environment or {})
        self._file = None if elsewhere else world.home / f"states/.pulumi/stacks/{project}/{name}.json"

    def preview(self, **options: Any) -> Result:
        """`pulumi preview`; with `refresh=True`, after a look at AWS."""
        return self._command("preview", **options)

    def up(self, **options: Any) -> Result:
        """`pulumi up`. A workload's images are not copied: see `deploy`."""
        return self._command("up", **options)

    def up_as_previewed(self, **options: Any) -> Result:
        """`up`, after a preview that shows exactly the steps that `up` then does."""
        previewed = self.preview(**options)
        done = self.up(**options)
        shown, did = previewed.shown(), done.shown()
        assert shown == did, {
            "only previewed": [one for one in shown if one not in did],
            "only done": [one for one in did if one not in shown],
        }
        return done

    def deploy(self) -> Result:
        """`up`, and once more after the images of a workload were copied, as its first deployment goes."""
        first = self.up()
        return self.up() if self.copies() else first

    def refresh(self, **options: Any) -> Result:
        """`pulumi refresh`: its steps are the resources that are no longer as the state has them."""
        return self._command("refresh", **options)

    def destroy(self, **options: Any) -> Result:
        """`pulumi destroy --run-program`, which runs the guards. `run_program=False` for the plain one."""
        return self._command("destroy", **{"run_program": True} | options)

    def cancel(self) -> None:
        """`pulumi cancel`: what an operator types after a run that was killed."""
        with self._world.credentials(self.account_id):
            self._stack.cancel()

    def forget(self, urn: str) -> None:
        """`pulumi state delete --target-dependents`: AWS keeps the resource."""
        arguments = ["state", "delete", urn, "--target-dependents", "--yes", "--stack", self.name]
        with self._world.credentials(self.account_id):
            self._stack._run_pulumi_cmd_sync(arguments)  # The Automation API has no such command.

    def state(self) -> Mapping[str, Any]:
        """The deployment, as `pulumi stack export` writes it; from a state in a folder, without a process that does."""
        if self._file is None:
            return self.exported()
        return json.loads(self._file.read_text())["checkpoint"].get("latest") or {}

    def exported(self) -> Mapping[str, Any]:
        """The same by `pulumi stack export`."""
        with self._world.credentials(self.account_id):
            return self._stack.export_stack().deployment or {}

    def outputs(self) -> Mapping[str, Any]:
        """By `pulumi stack output`, secrets too."""
        with self._world.credentials(self.account_id):
            return {key: output.value for key, output in self._stack.outputs().items()}

    def restore(self, deployment: Mapping[str, Any]) -> None:
        """`pulumi stack import` of what `state` gave, changed or not."""
        with self._world.credentials(self.account_id):
            exported = self._stack.export_stack()
            self._stack.import_stack(auto.Deployment(version=exported.version, deployment=dict(deployment)))

    def resources(self) -> Mapping[str, Mapping[str, Any]]:
        """The resources of the state, by URN."""
        return {resource["urn"]: resource for resource in self.state().get("resources", ())}

    def set(self, key: str, **values: Any) -> None:
        """Change fields of an object in the configuration; `key` without its project."""
        full = f"{self.project}:{key}"
        self.config[full] = json.dumps(json.loads(self.config.get(full, "{}")) | values)

    def encrypted(self, text: str) -> dict[str, str]:
        """A secret as `pulumi config set --secret --path` writes it: in an object that is not text, but a mapping."""
        key = f"{self.project}:encrypted"
        with self._world.credentials(self.account_id):
            self._stack.set_config(key, auto.ConfigValue(text, secret=True))
        settings = self._stack.workspace.stack_settings(self.name)
        return {"secure": (settings.config or {})[key].secure}

    def _command(self, command: str, **options: Any) -> Result:
        self._settings.config = {
            key: value if isinstance(value, dict) else str(value) for key, value in self.config.items()
        }
        self._stack.workspace.save_stack_settings(self.name, self._settings)
        events: list[auto.EngineEvent] = []
        # After a command, the API starts the CLI up to three times for an answer that no claim reads.
        unasked = mock.patch.multiple(self._stack, outputs=dict, info=lambda show_secrets: command)
        with self._world.credentials(self.account_id), unasked:
            try:
                run_to_last_event(getattr(self._stack, command), events.append, **options)
            except auto.CommandError as error:
                result = result_of(events, errors=(str(error),))
                raise EngineFailed(command, result) from None
        return result_of(events)

    def failing(self, command: str, **options: Any) -> Result:
        """A command that has to fail: `failing("up")`."""
        try:
            result = getattr(self, command)(**options)
        except EngineFailed as failure:
            return failure.result
        raise AssertionError(f"pulumi {command} did not fail; it did {result.shown()}")

    def _run(self) -> None:
        with as_program(self.program) as main:
            main()
