"""Look-ups of the workload program: add-on versions, existing images, cluster names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import AdapterError, Aws, Properties
from privatelink_ingress.local.adapters.calls import call


def _addon_version(aws: Aws, args: Properties) -> Properties:
    rest = dict(args)
    most_recent = bool(rest.pop("mostRecent", False))
    found = call(aws, "eks", "DescribeAddonVersions", rest, type_=t.GET_ADDON_VERSION)["addons"]
    versions = [version for addon in found for version in addon["addonVersions"]]
    if not most_recent:
        versions = [v for v in versions if any(entry["defaultVersion"] for entry in v["compatibilities"])]
    if not versions:
        named = f"{args.get('addonName')} on Kubernetes {args.get('kubernetesVersion')}"
        raise AdapterError(f"{t.GET_ADDON_VERSION}: no version of {named} exists")
    return args | {"id": args["addonName"], "mostRecent": most_recent, "version": versions[0]["addonVersion"]}


def _repositories(aws: Aws, args: Properties) -> Properties:
    found = call(aws, "ecr", "DescribeRepositories", args, type_=t.GET_REPOSITORIES)["repositories"]
    return {"id": aws.region, "region": aws.region, "names": sorted(one["repositoryName"] for one in found)}


def _images(aws: Aws, args: Properties) -> Properties:
    found = call(aws, "ecr", "ListImages", args, type_=t.GET_IMAGES)["imageIds"]
    ids = [{"imageDigest": one["imageDigest"], "imageTag": one.get("imageTag", "")} for one in found]
    return args | {"id": args["repositoryName"], "imageIds": ids}


def _clusters(aws: Aws, args: Properties) -> Properties:
    found = call(aws, "eks", "ListClusters", args, type_=t.GET_CLUSTERS)["clusters"]
    return {"id": aws.region, "region": aws.region, "names": sorted(found)}


FUNCTIONS: Mapping[str, Callable[[Aws, Properties], Properties]] = {
    t.GET_ADDON_VERSION: _addon_version,
    t.GET_REPOSITORIES: _repositories,
    t.GET_IMAGES: _images,
    t.GET_CLUSTERS: _clusters,
}
