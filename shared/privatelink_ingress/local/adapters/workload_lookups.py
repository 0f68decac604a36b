"""What programs of the workload side look up: versions of add-ons, repositories that another stack owns."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from privatelink_ingress.local.adapters.base import AdapterError, Aws, Properties
from privatelink_ingress.local.adapters.calls import call

GET_ADDON_VERSION = "aws:eks/getAddonVersion:getAddonVersion"
GET_REPOSITORY = "aws:ecr/getRepository:getRepository"


def _addon_version(aws: Aws, args: Properties) -> Properties:
    rest = dict(args)
    most_recent = bool(rest.pop("mostRecent", False))
    found = call(aws, "eks", "DescribeAddonVersions", rest, type_=GET_ADDON_VERSION)["addons"]
    versions = [version for addon in found for version in addon["addonVersions"]]
    if not most_recent:
        versions = [v for v in versions if any(entry["defaultVersion"] for entry in v["compatibilities"])]
    if not versions:
        named = f"{args.get('addonName')} on Kubernetes {args.get('kubernetesVersion')}"
        raise AdapterError(f"{GET_ADDON_VERSION}: there is no version of {named}")
    return args | {"id": args["addonName"], "mostRecent": most_recent, "version": versions[0]["addonVersion"]}


def _repository(aws: Aws, args: Properties) -> Properties:
    rest, name = dict(args), args.get("name", "")
    rest.pop("name", None)
    extra = {"repositoryNames": [name]}
    (found,) = call(aws, "ecr", "DescribeRepositories", rest, type_=GET_REPOSITORY, extra=extra)["repositories"]
    scanning = {"scanOnPush": found.get("imageScanningConfiguration", {}).get("scanOnPush", False)}
    return args | {
        "id": name,
        "arn": found["repositoryArn"],
        "registryId": found["registryId"],
        "repositoryUrl": found["repositoryUri"],
        "imageTagMutability": found["imageTagMutability"],
        "imageScanningConfigurations": [scanning],
    }


FUNCTIONS: Mapping[str, Callable[[Aws, Properties], Properties]] = {
    GET_ADDON_VERSION: _addon_version,
    GET_REPOSITORY: _repository,
}
