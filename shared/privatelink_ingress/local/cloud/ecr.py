"""ECR: a digest is the hash of the manifest, and stand-ins for images that the sample stack files pin."""

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
    """Put an index without content, under a digest that is known beforehand, into a repository of the account.

    No manifest can be found for a digest, so this goes past the API, which would refuse it.

    Args:
        account_id: Whose registry it is.
        region: Where it is.
        repository: One that exists.
        digest: `sha256:...`, taken as it is.
        tag: Of the image.
        platforms: What the index says that it holds, as `linux/arm64`.
    """
    parts = [{"platform": dict(zip(("os", "architecture"), one.split("/"), strict=True))} for one in platforms]
    media_type = "application/vnd.oci.image.index.v1+json"
    manifest = json.dumps({"schemaVersion": 2, "mediaType": media_type, "manifests": parts})
    image: Any = Image(account_id, tag, manifest, repository, image_manifest_mediatype=media_type, digest=digest)
    ecr_backends[account_id][region].repositories[repository].images.append(image)
