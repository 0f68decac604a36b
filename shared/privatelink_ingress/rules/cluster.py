"""Rules for the cluster, its nodes and its workloads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from privatelink_ingress import tokens as t
from privatelink_ingress.rules.model import Finding, Inputs, Stack, plain, resource_rule, stack_rule
from privatelink_ingress.rules.network import WORLD
from privatelink_ingress.settings.workload.cluster import LogType
from privatelink_ingress.settings.workload.public_access import too_wide
from privatelink_ingress.settings.workload.versions import VERSIONS

LOG_TYPES = frozenset(get_args(LogType))


@resource_rule(
    t.CLUSTER,
    t.CLUSTER_COMPONENT,
    reason="A stolen token works from anywhere when the API does.",
    stands_for=["D26", "EKS.1"],
)
def cluster_api_is_not_open_to_the_world(inputs: Inputs) -> Iterator[str]:
    """The cluster's API is private, or public for named networks only."""
    access = inputs.get("vpcConfig") or inputs
    networks = set(access.get("publicAccessCidrs") or WORLD)
    wide = WORLD & networks or too_wide(network for network in networks if ":" not in network)
    if access.get("endpointPublicAccess", True) and wide:
        yield "offers its API to the whole internet, or to a large part of it"
    if not access.get("endpointPrivateAccess"):
        yield "offers no private API, so nodes without internet access cannot reach it"


@resource_rule(
    t.CLUSTER,
    t.CLUSTER_COMPONENT,
    reason="Who did what to the cluster is in these logs only.",
    stands_for=["D37", "EKS.8"],
)
def cluster_writes_all_its_logs(inputs: Inputs) -> Iterator[str]:
    """The control plane writes all five types of log."""
    missing = LOG_TYPES - set(inputs.get("enabledClusterLogTypes") or ())
    if missing:
        yield f"does not write its logs of type {', '.join(sorted(missing))}"


@resource_rule(
    t.CLUSTER,
    t.CLUSTER_COMPONENT,
    t.NODE_GROUP,
    reason="An unsupported version gets no fixes; a number in YAML loses its last zero (1.30 becomes 1.3).",
    stands_for=["D38", "D39", "EKS.2", "EKS.9"],
)
def cluster_version_is_supported(inputs: Inputs) -> Iterator[str]:
    """Cluster and nodes name a version that this release supports, as text."""
    version = inputs.get("version")
    if version not in VERSIONS:
        yield f"has the version {version!r}; supported are {', '.join(VERSIONS)}"


@resource_rule(
    t.CLUSTER,
    t.CLUSTER_COMPONENT,
    reason="Unless told otherwise, EKS keeps an old version running and bills extended support for it.",
    stands_for=["EKS.2"],
)
def cluster_is_upgraded_at_the_end_of_support(inputs: Inputs) -> Iterator[str]:
    """The upgrade policy of a cluster is STANDARD."""
    policy = (inputs.get("upgradePolicy") or {}).get("supportType")
    if policy != "STANDARD":
        yield f"has the upgrade policy {policy!r}, so an old version is billed instead of upgraded"


@stack_rule(reason="One node is one power supply away from an outage.", stands_for=["D36"])
def nodes_survive_the_loss_of_one(stack: Stack) -> Iterator[Finding]:
    """The node groups that take any pod keep at least two nodes together, each group in at least two subnets."""
    groups = list(stack.of(t.NODE_GROUP))
    hosts = [group for group in groups if _takes_any_pod(group.inputs)]
    kept = sum(group.inputs["scalingConfig"]["minSize"] for group in hosts)
    for group in hosts or groups:
        if kept < 2:
            yield group, f"leaves {kept} node that takes any pod; two are the least"
    for group in groups:
        if (subnets := len(group.inputs.get("subnetIds") or ())) < 2:
            yield group, f"stands in {subnets} subnet; two are the least"


@resource_rule(
    t.LAUNCH_TEMPLATE,
    reason="A pod that can reach the metadata service without a token takes the node's role.",
    stands_for=["EC2.8", "EC2.170"],
)
def nodes_demand_metadata_tokens(inputs: Inputs) -> Iterator[str]:
    """Nodes demand IMDSv2, one hop away at most."""
    options = inputs.get("metadataOptions") or {}
    if options.get("httpTokens") != "required":
        yield "answers metadata requests without a token: httpTokens is not required"
    if options.get("httpPutResponseHopLimit") != 1:
        yield "lets pods reach the node's metadata: httpPutResponseHopLimit is not 1"


@resource_rule(t.LAUNCH_TEMPLATE, reason="Volumes hold images, logs and secrets of pods.", stands_for=["EC2.181"])
def volumes_are_encrypted(inputs: Inputs) -> Iterator[str]:
    """Every volume of a node is encrypted."""
    mappings = inputs.get("blockDeviceMappings") or ()
    if not mappings:
        yield "does not say that its volumes are encrypted"
    for mapping in mappings:
        if str((mapping.get("ebs") or {}).get("encrypted")).lower() != "true":
            yield f"leaves the volume {mapping.get('deviceName')} unencrypted"


@resource_rule(t.LAUNCH_TEMPLATE, reason="The internet can reach a node with a public address.", stands_for=["EC2.25"])
def nodes_have_no_public_address(inputs: Inputs) -> Iterator[str]:
    """Nodes get no public address."""
    for interface in inputs.get("networkInterfaces") or ():
        if str(interface.get("associatePublicIpAddress")).lower() == "true":
            yield "gives its nodes a public address"


@resource_rule(
    t.REPOSITORY,
    reason="A tag that can move runs another image than the one that was checked.",
    stands_for=["D06", "ECR.2"],
)
def repositories_are_immutable(inputs: Inputs) -> Iterator[str]:
    """Tags of a repository cannot be moved."""
    if inputs.get("imageTagMutability") != "IMMUTABLE":
        yield "lets tags be moved: imageTagMutability is not IMMUTABLE"


@resource_rule(t.REPOSITORY, reason="Known holes in an image go unnoticed.", stands_for=["ECR.1"])
def repositories_scan(inputs: Inputs) -> Iterator[str]:
    """Images are scanned when they arrive."""
    if not (inputs.get("imageScanningConfiguration") or {}).get("scanOnPush"):
        yield "does not scan images: scanOnPush is off"


@resource_rule(
    t.DEPLOYMENT,
    reason="A tag may point to nothing, or to another image tomorrow; a digest names one image for ever.",
    stands_for=["D04", "D06", "D32"],
    known_at_first_preview=False,
)
def images_are_named_by_digest(inputs: Inputs) -> Iterator[str]:
    """Every image is named by its digest."""
    for container in _containers(inputs):
        if "@sha256:" not in container["image"]:
            yield f"runs {container['name']} from an image without a digest"


@resource_rule(
    t.DEPLOYMENT,
    reason="Nodes without internet access reach no public registry: the pod never starts.",
    stands_for=["D04", "D05"],
    known_at_first_preview=False,
)
def images_come_from_ecr(inputs: Inputs) -> Iterator[str]:
    """Every image comes from a private registry in ECR."""
    for container in _containers(inputs):
        if ".dkr.ecr." not in container["image"].partition("/")[0]:
            yield f"runs {container['name']} from a registry that private nodes cannot reach"


@resource_rule(t.DEPLOYMENT, reason="An attacker who compromises the gateway must not become root.", stands_for=["D32"])
def gateway_runs_with_the_least_rights(inputs: Inputs) -> Iterator[str]:
    """Containers cannot gain rights, drop all capabilities, and do not run as root."""
    pod = inputs["spec"]["template"]["spec"]
    for container in _containers(inputs):
        context = plain(container.get("securityContext") or {})
        if context.get("allowPrivilegeEscalation") is not False:
            yield f"lets {container['name']} gain rights: allowPrivilegeEscalation is not false"
        if "ALL" not in context.get("capabilities", {}).get("drop", ()):
            yield f"leaves {container['name']} its capabilities"
        if not (context.get("runAsNonRoot") or (pod.get("securityContext") or {}).get("runAsNonRoot")):
            yield f"may run {container['name']} as root"


@stack_rule(reason="An update, or one lost node, must not take the gateway away.", stands_for=["D36"])
def gateway_survives_the_loss_of_one(stack: Stack) -> Iterator[Finding]:
    """A deployment keeps two pods, spread over zones, with a disruption budget."""
    for deployment in stack.of(t.DEPLOYMENT):
        spec, name = deployment.inputs["spec"], deployment.inputs["metadata"]["name"]
        smallest = [
            autoscaler.inputs["spec"].get("minReplicas", 1)
            for autoscaler in stack.of(t.AUTOSCALER)
            if autoscaler.inputs["spec"]["scaleTargetRef"]["name"] == name
        ] or [spec.get("replicas", 1)]
        if min(smallest) < 2:
            yield deployment, f"may shrink to {min(smallest)} pod; two are the least"
        labels = plain(spec["selector"]["matchLabels"])
        budgets = [plain(budget.inputs["spec"]["selector"]["matchLabels"]) for budget in stack.of(t.DISRUPTION_BUDGET)]
        if labels not in budgets:
            yield deployment, "has no disruption budget"
        spread = spec["template"]["spec"].get("topologySpreadConstraints") or ()
        if not any(constraint["topologyKey"] == "topology.kubernetes.io/zone" for constraint in spread):
            yield deployment, "is not spread over zones"


@stack_rule(
    reason="Behind PrivateLink every request comes from the network load balancer: logs would name nobody else.",
    stands_for=["D35"],
)
def gateway_knows_the_client(stack: Stack) -> Iterator[Finding]:
    """NGINX takes the client's address from X-Forwarded-For, and trusts only named networks."""
    for config in stack.of(t.CONFIG_MAP):
        data = config.inputs.get("data") or {}
        header, trusted = data.get("real-ip-header"), set(filter(None, data.get("set-real-ip-from", "").split(",")))
        if header != "X-Forwarded-For" or not trusted:
            yield config, "does not take the client's address from X-Forwarded-For"
        if WORLD & trusted:
            yield config, "believes X-Forwarded-For of the whole internet"


def _takes_any_pod(inputs: Inputs) -> bool:
    return all(taint["effect"] == "PREFER_NO_SCHEDULE" for taint in inputs.get("taints") or ())


def _containers(inputs: Inputs) -> Iterator[Inputs]:
    pod = inputs["spec"]["template"]["spec"]
    for kind in ("initContainers", "containers"):
        yield from pod.get(kind) or ()
