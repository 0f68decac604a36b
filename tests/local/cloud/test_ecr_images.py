"""Images in the emulated ECR."""

from __future__ import annotations

import hashlib
import json

import pytest
from botocore.exceptions import ClientError

from privatelink_ingress.local.cloud.session import Session

MANIFEST = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": []})


def test_an_image_is_kept_under_the_digest_of_its_manifest_and_no_other(workload: Session) -> None:
    ecr = workload.client("ecr")
    ecr.create_repository(repositoryName="shop/nginx-ingress", imageTagMutability="IMMUTABLE")
    request = {"repositoryName": "shop/nginx-ingress", "imageManifest": MANIFEST, "imageTag": "5.6.0"}
    with pytest.raises(ClientError, match="ImageDigestDoesNotMatchException"):
        ecr.put_image(**request, imageDigest=f"sha256:{'0' * 64}")
    digest = f"sha256:{hashlib.sha256(MANIFEST.encode()).hexdigest()}"
    ecr.put_image(**request, imageDigest=digest)
    images = ecr.describe_images(repositoryName="shop/nginx-ingress", imageIds=[{"imageDigest": digest}])
    assert [image["imageTags"] for image in images["imageDetails"]] == [["5.6.0"]]
