"""ECR: a digest is the hash of the manifest; and placeholders for images that the sample stack files pin."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from moto.ecr.models import Image, ecr_backends
from moto.ecr.responses import ECRResponse

from privatelink_ingress.local.cloud.hardening import Params, before, refuse


@before(ECRResponse, "put_image")
def digest_is_that_of_the_manifest(request: Any, params: Params) -> None:
    """A digest that is not the manifest's is refused (API reference, PutImage: ImageDigestDoesNotMatchException)."""
    given, manifest = params.get("imageDigest"), params["imageManifest"]
    if given and given != f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}":
        refuse("ImageDigestDoesNotMatchException", f"The digest {given} does not match the image manifest")


def put_stand_in(
    account_id: str, region: str, repository: str, *, digest: str, tag: str, platforms: Sequence[str]
) -> None:
    """Put an empty index, under a given digest, into a repository of the account.

    No manifest can be computed for a digest, so this bypasses the API, which would refuse it.

    Args:
        account_id: The registry's account.
        region: The registry's Region.
        repository: An existing repository.
        digest: `sha256:...`, stored unchecked.
        tag: The image's tag.
        platforms: Platforms that the index lists, such as `linux/arm64`.
    """
    parts = [{"platform": dict(zip(("os", "architecture"), one.split("/"), strict=True))} for one in platforms]
    media_type = "application/vnd.oci.image.index.v1+json"
    manifest = json.dumps({"schemaVersion": 2, "mediaType": media_type, "manifests": parts})
    image: Any = Image(account_id, tag, manifest, repository, image_manifest_mediatype=media_type, digest=digest)
    ecr_backends[account_id][region].repositories[repository].images.append(image)
