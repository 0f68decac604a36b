"""How a deployment reaches a cluster's Kubernetes API."""

from __future__ import annotations

import json

from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.workload.cluster import KubernetesApi


def of_cluster(name: str, *, endpoint: str, certificate_authority: str, region: str, role_arn: str | None) -> str:
    """A kubeconfig as JSON that asks the AWS CLI for a token; it holds no credentials.

    https://docs.aws.amazon.com/eks/latest/userguide/create-kubeconfig.html
    """
    args = ["eks", "get-token", "--output", "json", "--cluster-name", name, "--region", region]
    if role_arn:
        args += ["--role-arn", role_arn]
    command = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "aws", "args": args}
    cluster = {"server": endpoint, "certificate-authority-data": certificate_authority}
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": name, "cluster": cluster}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
            "current-context": name,
            "users": [{"name": name, "user": {"exec": command}}],
        }
    )


def through(kubeconfig: str, api: KubernetesApi | None) -> str:
    """The kubeconfig with another server, and the name that the server's certificate is checked against.

    Args:
        kubeconfig: As JSON.
        api: None leaves it as it is.
    """
    if api is None:
        return kubeconfig
    config = json.loads(kubeconfig)
    for entry in config["clusters"]:
        entry["cluster"] |= {"server": api.server, "tls-server-name": api.tls_server_name}
    return json.dumps(config, sort_keys=True)


def server(kubeconfig: str) -> tuple[str, int]:
    """Host and port of the first cluster of a kubeconfig; 443 where it names none."""
    address = json.loads(kubeconfig)["clusters"][0]["cluster"]["server"].removeprefix("https://").partition("/")[0]
    host, _, port = address.partition(":")
    return host, int(port or 443)


def private_at_first() -> Problem:
    """A note for a preview before the cluster exists, when its API will be private."""
    return Problem(
        "cluster",
        "its Kubernetes API will answer only inside its VPC, and the controller is deployed through it",
        f"Deploy from where it answers. {_WAYS}",
    )


def no_answer(host: str, port: int, why: str) -> Problem:
    """A warning that the program cannot reach the Kubernetes API from where it runs."""
    return Problem(
        "cluster",
        f"its Kubernetes API {host}:{port} does not answer here ({why}), so `up` cannot create or change its objects",
        f"Run this again from where it answers; finished steps are not repeated. {_WAYS}",
    )


_WAYS = (
    "For ways to reach it, see docs/cluster.md; the simplest is a port forwarded by Session Manager "
    "(cluster.kubernetesApi). "
    "controller.install: false leaves out everything that needs it."
)
