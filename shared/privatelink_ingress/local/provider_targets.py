"""What a provider resource points at: the account and Region of an AWS provider, the cluster of a kubernetes one."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.arns import Arn
from privatelink_ingress.local.adapters import kubeconfigs
from privatelink_ingress.local.adapters.base import AdapterError, Aws, Kubernetes, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.cloud import Cloud

SESSION_NAME = "local-cloud"

UNDERSTOOD = frozenset({"allowedAccountIds", "assumeRoles", "defaultTags", "forbiddenAccountIds", "region", "version"})
"""Inputs of an AWS provider that the local cloud acts on. Those that start with `skip` have no effect here."""


class ProviderTargets:
    """Resolves the inputs of providers, each once."""

    def __init__(self, cloud: Cloud, ambient_account_id: str, region: str, kubernetes: Any) -> None:
        """Arguments as of `CloudBackend`."""
        self._cloud, self._account_id, self._region = cloud, ambient_account_id, region
        self._kubernetes_store = kubernetes
        self._lock = threading.Lock()
        self._targets: dict[str, Aws] = {}

    def aws(self, provider_inputs: Properties, region: str | None = None) -> Aws:
        """The account and Region of an AWS provider, after its account guard; `region` is a resource's own.

        Raises:
            AdapterError: a wrong account, or an input that is not understood.
        """
        key = json.dumps([provider_inputs, region], sort_keys=True)
        with self._lock:
            if key not in self._targets:
                self._targets[key] = self._resolve(provider_inputs, region)
            return self._targets[key]

    def _resolve(self, provider_inputs: Properties, region: str | None) -> Aws:
        settings = {name: _decoded(value) for name, value in provider_inputs.items()}
        if unknown := sorted(name for name in settings.keys() - UNDERSTOOD if not name.startswith("skip")):
            raise AdapterError(f"the local cloud does not understand `{unknown[0]}` of an AWS provider")
        aws: Aws = self._cloud.session(self._account_id, region or settings.get("region") or self._region)
        for role in settings.get("assumeRoles") or ():
            aws = self._assume(aws, role)
        account_id = call(aws, "sts", "GetCallerIdentity", {}, type_=t.AWS_PROVIDER)["Account"]
        allowed, forbidden = settings.get("allowedAccountIds") or [], settings.get("forbiddenAccountIds") or []
        if (allowed and account_id not in allowed) or account_id in forbidden:
            rule = f"allows {', '.join(allowed)}" if allowed else f"forbids {', '.join(forbidden)}"
            raise AdapterError(f"AWS account ID not allowed: the credentials are of {account_id}, the provider {rule}")
        return aws

    def _assume(self, aws: Aws, role: Mapping[str, Any]) -> Aws:
        inputs = {"sessionName": SESSION_NAME} | {
            k: role[k] for k in ("roleArn", "sessionName", "externalId") if role.get(k)
        }
        assumed = call(aws, "sts", "AssumeRole", inputs, type_=t.AWS_PROVIDER)["AssumedRoleUser"]["Arn"]
        return self._cloud.session(Arn.parse(assumed).account_id, aws.region, inputs["roleArn"])

    def kubernetes(self, provider_inputs: Properties) -> Kubernetes:
        """The cluster of a kubernetes provider, by its kubeconfig (text, as the provider takes it).

        Raises:
            AdapterError: no kubeconfig, a part of it is missing, or its role cannot be assumed.
        """
        text = provider_inputs.get("kubeconfig")
        if not text:
            raise AdapterError("the kubernetes provider has no `kubeconfig`; the local cloud has no default cluster")
        config = kubeconfigs.parse(text)
        context = kubeconfigs.named(config, "context", provider_inputs.get("context") or config.get("current-context"))
        cluster = kubeconfigs.named(config, "cluster", provider_inputs.get("cluster") or context.get("cluster"))
        args = (kubeconfigs.named(config, "user", context.get("user")).get("exec") or {}).get("args") or []
        roles = [{"roleArn": role}] if (role := kubeconfigs.option(args, "--role-arn")) else []
        identity = {"region": kubeconfigs.option(args, "--region") or self._region, "assumeRoles": json.dumps(roles)}
        return Kubernetes(
            aws=self.aws(identity),
            store=self._kubernetes_store,
            server=str(cluster.get("server", "")),
            cluster_name=kubeconfigs.option(args, "--cluster-name") or kubeconfigs.option(args, "-i") or "",
            namespace=provider_inputs.get("namespace") or context.get("namespace") or "default",
        )


def default_tags(provider_inputs: Properties) -> dict[str, str]:
    """The tags that an AWS provider puts on every resource."""
    return dict((_decoded(provider_inputs.get("defaultTags")) or {}).get("tags") or {})


def _decoded(value: Any) -> Any:
    """A provider's input: all values except text are sent as JSON text."""
    if not isinstance(value, str):
        return value
    try:
        decoded = json.loads(value)
    except ValueError:
        return value
    return decoded if isinstance(decoded, list | dict | bool) else value
