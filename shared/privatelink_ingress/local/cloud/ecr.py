"""ECR: a digest is the hash of the manifest."""

from __future__ import annotations

import hashlib
from typing import Any

from moto.ecr.responses import ECRResponse

from privatelink_ingress.local.cloud.hardening import Params, before, refuse


@before(ECRResponse, "put_image")
def digest_is_that_of_the_manifest(request: Any, params: Params) -> None:
    """A digest that is not the manifest's is refused (API reference, PutImage: ImageDigestDoesNotMatchException)."""
    given, manifest = params.get("imageDigest"), params["imageManifest"]
    if given and given != f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}":
        refuse("ImageDigestDoesNotMatchException", f"The digest {given} does not match the image manifest")
