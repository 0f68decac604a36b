"""Reads an image's entry in an account's registry."""

from __future__ import annotations

import base64
import json

from botocore.exceptions import ClientError

from privatelink_ingress.aws.reads import Account
from privatelink_ingress.plan.workload import image_index
from privatelink_ingress.plan.workload.images import ImagePlan, RegistryContents


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
            acceptedMediaTypes=[*image_index.INDEXES, *image_index.MANIFESTS],
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
        platforms=image_index.platforms(manifests[image.digest]),
        tag_is_of=tag_is_of,
    )


def password(account: Account) -> str:
    """The registry's password of user AWS, good for twelve hours: never print it, nor put it on a command line.

    Raises:
        ClientError, BotoCoreError: when AWS refuses or cannot be reached.
    """
    [data] = account.client("ecr").get_authorization_token()["authorizationData"]
    return base64.b64decode(data["authorizationToken"]).decode().partition(":")[2]
