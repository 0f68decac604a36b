"""Warns, before the first object in a cluster is created or changed, that the cluster's Kubernetes API does not answer.

A preview of `pulumi_kubernetes` passes without the API, and its `up` then fails at every object without a remedy. The
program cannot see that failure. But the engine can call the program right before it creates or changes a resource:
https://www.pulumi.com/docs/iac/concepts/options/hooks/
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

TIMEOUT_SECONDS = 5.0
"""For one TCP connection. Our choice: a connection to another continent takes less than one second."""


class ApiProbe:
    """Tries the API once per run by a TCP connection, and warns when it fails. It never fails the run itself."""

    def __init__(self, config: pulumi.Input[str], *, private: bool) -> None:
        """Register the hook.

        Args:
            config: The kubeconfig of the provider that creates the objects.
            private: Whether the API answers only inside the VPC.
        """
        self._config, self._private = Output.from_input(config), private
        self._attempt: asyncio.Task[None] | None = None
        # In previews too: then the user can still run it from somewhere else.
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
        # Many objects start at once; all wait for the same attempt.
        self._attempt = self._attempt or asyncio.ensure_future(self._try())
        await self._attempt

    async def _try(self) -> None:
        config = await self._config.future()
        if config is None:
            if self._private:
                pulumi.log.info(str(kubeconfig.private_at_first()))
            return
        if {"HTTPS_PROXY", "https_proxy"} & os.environ.keys():
            return  # The provider uses the proxy, so a direct connection would prove nothing.
        host, port = kubeconfig.server(config)
        if why := await _failure(host, port):
            pulumi.log.warn(str(kubeconfig.no_answer(host, port, why)))


async def _failure(host: str, port: int) -> str | None:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), TIMEOUT_SECONDS)
    except TimeoutError:
        return f"no connection within {TIMEOUT_SECONDS:g} seconds"
    except OSError as error:
        return error.strerror or str(error)
    writer.close()
    return None
