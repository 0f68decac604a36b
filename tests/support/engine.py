"""Stacks on Pulumi's own engine over the emulated AWS: what the scenarios of `tests/engine` are told with.

A program runs in this process, as an inline program of the Automation API; so do the providers. The engine is the one
process beside it. Everything that a stack made is in the emulated AWS, everything that it remembers in its state file.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

from pulumi.runtime._grpc_settings import _GRPC_CHANNEL_OPTIONS

from privatelink_ingress.local import deploy, prerequisites
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud.server import LOOPBACK
from privatelink_ingress.local.cloud_backend import CloudBackend
from privatelink_ingress.local.engine.program import Program
from privatelink_ingress.local.kubernetes import KubernetesStore
from privatelink_ingress.local.providers import daemon
from privatelink_ingress.local.providers.cluster_component import OWN_CONNECTION
from privatelink_ingress.local.providers.observation import Observer, Unobserved
from privatelink_ingress.settings.workload import WorkloadSettings
from tests.support import environment, language_host, pulumi_cli
from tests.support.engine_stack import Stack
from tests.support.secrets_key import SecretsKey
from tests.support.warm_python import warm_python, without_debug_messages

ROOT = Path(__file__).parents[2]
REGION = "eu-west-1"
POLICIES = str(ROOT / "policies")
"""The policy pack, for the option `policy_packs` of a command."""


def connect_afresh() -> None:
    """Let each program in this process open its own connections, although an earlier engine had the same port."""
    if OWN_CONNECTION not in _GRPC_CHANNEL_OPTIONS:
        _GRPC_CHANNEL_OPTIONS.append(OWN_CONNECTION)


class World:
    """One emulated AWS with the engine's providers, and stacks on it. One at a time in a process."""

    def __init__(
        self, cloud: Cloud, home: Path, providers: daemon.Daemon, kubernetes: KubernetesStore, key: SecretsKey
    ) -> None:
        self.cloud, self.home, self.daemon, self.kubernetes, self._key = cloud, home, providers, kubernetes, key

    def environment(self, account_id: str) -> dict[str, str]:
        """Variables for the CLI of a user of an account: where the providers and the key of the secrets are."""
        return {**self.daemon.environment(account_id), **self._key.environment()}

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
        with environment.with_values(self.cloud.session(account_id, REGION).environment()):
            yield


SPARING = {"GOGC": "off", "GOMEMLIMIT": "768MiB"}
"""A command of the CLI ends before its garbage matters. Collecting it takes a quarter of a command's CPU time."""


@contextlib.contextmanager
def world(home: Path, *, checkpoints: bool = True) -> Generator[World]:
    """An emulated AWS, empty, and the engine's home folder `home` with our plugins and the stacks' states.

    Args:
        home: The folder.
        checkpoints: Whether the engine writes its state before and after every step, as it does for its users, or once
            at the end of a command, failed or not. Only claims about an engine that is killed can tell the difference,
            and writing takes half of the CPU time of a command that creates a stack.

    Raises:
        NoEngine: there is no CLI of Pulumi.
    """
    connect_afresh()
    path = [str(pulumi_cli.folder(build=False)), os.environ["PATH"]]
    (home / "states").mkdir(parents=True)
    daemon.install(home)
    before = dict(os.environ)
    kubernetes = KubernetesStore()
    with contextlib.ExitStack() as ending:
        ending.enter_context(without_debug_messages())
        ending.callback(environment.restore, before)
        if not language_host.real():
            language_host.install(home / "bin", ending.enter_context(warm_python()))
            path.append(str(home / "bin"))
        os.environ |= (
            dict.fromkeys(environment.AWS, "")
            | SPARING
            | {
                "PATH": os.pathsep.join(path),
                "PULUMI_HOME": str(home),
                "PULUMI_BACKEND_URL": (home / "states").as_uri(),
                "PULUMI_CONFIG_PASSPHRASE": "a passphrase",
                "PULUMI_SKIP_CHECKPOINTS": "false" if checkpoints else "true",
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
                "PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES": f".*=http://{LOOPBACK}:9",  # where nothing listens
            }
        )
        cloud = ending.enter_context(Cloud())

        def backend(account_id: str) -> CloudBackend:
            return CloudBackend(cloud, ambient_account_id=account_id, region=REGION, kubernetes=kubernetes)

        providers = ending.enter_context(daemon.Daemon(backend))
        key = ending.enter_context(SecretsKey())
        yield World(cloud, home, providers, kubernetes, key)
