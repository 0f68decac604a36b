"""Tells, before the first object in a cluster is made or changed, that the cluster's Kubernetes API does not answer.

A preview of `pulumi_kubernetes` passes without the API, and its `up` then fails at every object without saying what to
do. The program cannot see that failure. What the engine does offer is a call back into the program right before it
makes or changes a resource: https://www.pulumi.com/docs/iac/concepts/options/hooks/
"""

from __future__ import annotations

import asyncio
import os

import pulumi
from pulumi import (
    Output,
    ResourceHook,
    ResourceHookArgs,
    ResourceHookBinding,
    ResourceHookOptions,
    ResourceOptions,
    ResourceTransformationArgs,
    ResourceTransformationResult,
)

from privatelink_ingress.plan.workload import kubeconfig

HOOK = "kubernetes-api-answers"

PATIENCE = 5.0
"""Seconds that a connection may take. An own choice: one to another continent takes less than one."""


class Reach:
    """Tries the API once in a run, by a TCP connection, and warns when there is none. It fails nothing itself."""

    def __init__(self, config: pulumi.Input[str], *, private: bool) -> None:
        """Register the hook.

        Args:
            config: The kubeconfig that the objects are made with.
            private: Whether the API answers in the VPC alone.
        """
        self._config, self._private = Output.from_input(config), private
        self._tried: asyncio.Task[None] | None = None
        # In previews as well: that is when there is still time to choose another place.
        hook = ResourceHook(HOOK, self._before, ResourceHookOptions(on_dry_run=True, ignore_errors=True))
        self._binding = ResourceHookBinding(before_create=[hook], before_update=[hook])

    def transformation(self, args: ResourceTransformationArgs) -> ResourceTransformationResult | None:
        """Binds the hook to each Kubernetes object below the component that has this among its `transformations`."""
        if not args.type_.startswith("kubernetes:"):
            return None
        return ResourceTransformationResult(
            args.props, ResourceOptions.merge(args.opts, ResourceOptions(hooks=self._binding))
        )

    async def _before(self, _: ResourceHookArgs) -> None:
        # Many objects ask at once; all wait for the one answer.
        self._tried = self._tried or asyncio.ensure_future(self._tell())
        await self._tried

    async def _tell(self) -> None:
        config = await self._config.future()
        if config is None:
            if self._private:
                pulumi.log.info(str(kubeconfig.private_at_first()))
            return
        if {"HTTPS_PROXY", "https_proxy"} & os.environ.keys():
            return  # The provider goes by way of the proxy; a connection of our own would prove nothing.
        host, port = kubeconfig.server(config)
        if why := await _why_not(host, port):
            pulumi.log.warn(str(kubeconfig.no_answer(host, port, why)))


async def _why_not(host: str, port: int) -> str | None:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), PATIENCE)
    except TimeoutError:
        return f"nothing within {PATIENCE:g} seconds"
    except OSError as error:
        return error.strerror or str(error)
    writer.close()
    return None
