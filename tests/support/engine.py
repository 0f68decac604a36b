"""Stacks on Pulumi's own engine over the emulated AWS: what the scenarios of `tests/engine` are told with.

A program runs in this process, as an inline program of the Automation API; so do the providers. The engine is the one
process beside it. Everything that a stack made is in the emulated AWS, everything that it remembers in its state file.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pulumi import automation as auto
from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS

from privatelink_ingress.deployment.events import run_to_last_event
from privatelink_ingress.local import deploy, prerequisites
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud_backend import CloudBackend
from privatelink_ingress.local.engine.program import Program, as_program
from privatelink_ingress.local.kubernetes import KubernetesStore
from privatelink_ingress.local.providers import daemon
from privatelink_ingress.local.providers.cluster_component import OWN_CONNECTION
from privatelink_ingress.local.providers.observation import Observer, Unobserved
from privatelink_ingress.settings.workload import WorkloadSettings
from tests.support import language_host, pulumi_cli
from tests.support.engine_results import Result, result_of

ROOT = Path(__file__).parents[2]
REGION = "eu-west-1"
POLICIES = str(ROOT / "policies")
"""The policy pack, for the option `policy_packs` of a command."""


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
        """`environment` has variables for the CLI alone, such as another backend and its credentials."""
        self.project, self.name, self.account_id, self.program = project, name, account_id, program
        self.config = dict(config)
        self.copies: Callable[[], Sequence[Any]] = tuple
        self._world = world
        self._stack = auto.create_or_select_stack(
            stack_name=name,
            project_name=project,
            program=self._run,
            opts=auto.LocalWorkspaceOptions(
                env_vars={**world.daemon.environment(account_id), **(environment or {})},
                secrets_provider=secrets_provider,
            ),
        )
        self._settings = self._stack.workspace.stack_settings(name)

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
        self._stack.cancel()

    def forget(self, urn: str) -> None:
        """`pulumi state delete --target-dependents`: AWS keeps the resource."""
        arguments = ["state", "delete", urn, "--target-dependents", "--yes", "--stack", self.name]
        self._stack._run_pulumi_cmd_sync(arguments)  # The Automation API has no such command.

    def state(self) -> Mapping[str, Any]:
        """The deployment, as `pulumi stack export` writes it."""
        return self._stack.export_stack().deployment or {}

    def restore(self, deployment: Mapping[str, Any]) -> None:
        """`pulumi stack import` of what `state` gave, changed or not."""
        exported = self._stack.export_stack()
        self._stack.import_stack(auto.Deployment(version=exported.version, deployment=dict(deployment)))

    def resources(self) -> Mapping[str, Mapping[str, Any]]:
        """The resources of the state, by URN."""
        return {resource["urn"]: resource for resource in self.state().get("resources", ())}

    def set(self, key: str, **values: Any) -> None:
        """Change fields of an object in the configuration; `key` without its project."""
        full = f"{self.project}:{key}"
        self.config[full] = json.dumps(json.loads(self.config.get(full, "{}")) | values)

    def _command(self, command: str, **options: Any) -> Result:
        self._settings.config = {key: str(value) for key, value in self.config.items()}
        self._stack.workspace.save_stack_settings(self.name, self._settings)
        events: list[auto.EngineEvent] = []
        with self._world.credentials(self.account_id):
            try:
                answer = run_to_last_event(getattr(self._stack, command), events.append, **options)
            except auto.CommandError as error:
                result = result_of(events, errors=(str(error),))
                raise EngineFailed(command, result) from None
        result = result_of(events)
        outputs = {key: output.value for key, output in getattr(answer, "outputs", None or {}).items()}
        return dataclasses.replace(result, outputs=outputs)

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


def connect_afresh() -> None:
    """Let each program in this process open its own connections, although an earlier engine had the same port."""
    if OWN_CONNECTION not in _GRPC_CHANNEL_OPTIONS:
        _GRPC_CHANNEL_OPTIONS.append(OWN_CONNECTION)


class World:
    """One emulated AWS with the engine's providers, and stacks on it. One at a time in a process."""

    def __init__(self, cloud: Cloud, home: Path, providers: daemon.Daemon, kubernetes: KubernetesStore) -> None:
        self.cloud, self.home, self.daemon, self.kubernetes = cloud, home, providers, kubernetes

    def stack(self, program: Program, *, project: str = "small", name: str = "test", **settings: Any) -> Stack:
        """A stack of any program, without a folder; `account_id` and `config` may be given."""
        given: dict[str, Any] = {"account_id": "111111111111", "config": {}} | settings
        return Stack(self, project=project, name=name, program=program, **given)

    def sample(self, label: str, root: Path = ROOT, **how: Any) -> Stack:
        """A stack of the repository by its label, `eks-service/shop`, with what its stack file takes for granted.

        `how` may have the `environment` and `secrets_provider` of `Stack`.
        """
        [found] = [stack for stack in deploy.find(root) if stack.label == label]
        prerequisites.prepare(self.cloud, found.settings, found.region)
        stack = Stack(
            self,
            project=found.file.project,
            name=found.file.stack,
            account_id=found.settings.account_id,
            config=found.file.config,
            program=found.file.path.parent,
            **how,
        )
        settings = found.settings
        if isinstance(settings, WorkloadSettings):
            stack.copies = lambda: prerequisites.copy_images(
                self.cloud, settings, stack=found.file.stack, region=found.region
            )
        return stack

    @contextlib.contextmanager
    def watched(self, observer: Observer) -> Generator[None]:
        """Notify `observer` of every call from the engine to a provider, and let it fail some."""
        self.daemon.observer = observer
        try:
            yield
        finally:
            self.daemon.observer = Unobserved()

    @contextlib.contextmanager
    def credentials(self, account_id: str) -> Generator[None]:
        """The environment of a user who is logged in to an account: the programs' hooks read it."""
        before = dict(os.environ)
        os.environ.update(self.cloud.session(account_id, REGION).environment())
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


@contextlib.contextmanager
def world(home: Path) -> Generator[World]:
    """An emulated AWS, empty, and the engine's home folder `home` with our plugins and the stacks' states.

    Raises:
        NoEngine: there is no CLI of Pulumi.
    """
    connect_afresh()
    path = [str(pulumi_cli.folder(build=False)), os.environ["PATH"]]
    (home / "states").mkdir(parents=True)
    if not language_host.real():
        language_host.install(home / "bin")
        path.append(str(home / "bin"))
    daemon.install(home)
    before = dict(os.environ)
    os.environ |= {
        "PATH": os.pathsep.join(path),
        "PULUMI_HOME": str(home),
        "PULUMI_BACKEND_URL": (home / "states").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "a passphrase",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    kubernetes = KubernetesStore()
    try:
        with Cloud() as cloud:

            def backend(account_id: str) -> CloudBackend:
                return CloudBackend(cloud, ambient_account_id=account_id, region=REGION, kubernetes=kubernetes)

            with daemon.Daemon(backend) as providers:
                yield World(cloud, home, providers, kubernetes)
    finally:
        os.environ.clear()
        os.environ.update(before)
