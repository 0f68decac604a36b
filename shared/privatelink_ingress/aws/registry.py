"""Reads an image's entry in an account's registry."""

from __future__ import annotations

import base64
import json
from typing import Any

from botocore.exceptions import ClientError

from privatelink_ingress.aws.reads import Account
from privatelink_ingress.plan.workload.images import ImagePlan, RegistryContents

_INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
_MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")


def held(account: Account, image: ImagePlan) -> RegistryContents | None:
    """The image's entry in its repository; None when the repository does not exist.

    Raises:
        ClientError, BotoCoreError: when AWS refuses or cannot be reached.
    """
    ecr = account.client("ecr")
    try:
        pulled = ecr.batch_get_image(
            registryId=image.account_id,
            repositoryName=image.repository,
            imageIds=[{"imageDigest": image.digest}, {"imageTag": image.tag}],
            # ECR converts to an accepted media type: without this, an index would come back as one of its manifests.
            acceptedMediaTypes=[*_INDEXES, *_MANIFESTS],
        )["images"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "RepositoryNotFoundException":
            return None
        raise
    manifests = {item["imageId"]["imageDigest"]: json.loads(item["imageManifest"]) for item in pulled}
    tag_is_of = next(
        (item["imageId"]["imageDigest"] for item in pulled if item["imageId"].get("imageTag") == image.tag), None
    )
    if image.digest not in manifests:
        return RegistryContents(there=False, tag_is_of=tag_is_of)
    [detail] = ecr.describe_images(
        registryId=image.account_id, repositoryName=image.repository, imageIds=[{"imageDigest": image.digest}]
    )["imageDetails"]
    return RegistryContents(
        there=True,
        tags=tuple(sorted(detail.get("imageTags", ()))),
        platforms=_platforms(manifests[image.digest]),
        tag_is_of=tag_is_of,
    )


def password(account: Account) -> str:
    """The registry's password of user AWS, good for twelve hours: never print it, nor put it on a command line.

    Raises:
        ClientError, BotoCoreError: when AWS refuses or cannot be reached.
    """
    [data] = account.client("ecr").get_authorization_token()["authorizationData"]
    return base64.b64decode(data["authorizationToken"]).decode().partition(":")[2]


def _platforms(manifest: dict[str, Any]) -> tuple[str, ...] | None:
    """`os/architecture` of an index's manifests; None for a manifest that is not an index."""
    if "manifests" not in manifest:
        return None
    # Manifests that describe others, such as a build's attestations, have the platform `unknown`.
    platforms = [part.get("platform", {}) for part in manifest["manifests"]]
    return tuple(
        sorted(
            {
                f"{platform['os']}/{platform['architecture']}"
                for platform in platforms
                if platform.get("os", "unknown") != "unknown"
            }
        )
    )
