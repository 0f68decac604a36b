"""Looks up images in the workload account's registry."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pulumi
import pulumi_aws as aws

from privatelink_ingress.lookups.providers import Providers
from privatelink_ingress.plan.workload.image_availability import AccountContents
from privatelink_ingress.plan.workload.images import ImagePlan


async def account_contents(images: Sequence[ImagePlan], providers: Providers) -> AccountContents:
    """Which of `images` the account holds, as plain values; no look-up fails when something is missing."""
    if not images:
        return AccountContents(digests={}, clusters=frozenset())
    ecr = pulumi.InvokeOutputOptions(provider=providers.ecr)
    existing = set(await aws.ecr.get_repositories_output(opts=ecr).names.future() or ())
    wanted = {image.repository for image in images}
    held = await asyncio.gather(*(_digests(repository, ecr) for repository in sorted(wanted & existing)))
    clusters = () if wanted <= existing else await _clusters(providers)
    return AccountContents(digests=dict(held), clusters=frozenset(clusters))


async def _digests(repository: str, opts: pulumi.InvokeOutputOptions) -> tuple[str, frozenset[str]]:
    images = aws.ecr.get_images_output(repository_name=repository, opts=opts)
    return repository, frozenset(image.image_digest for image in await images.image_ids.future() or ())


async def _clusters(providers: Providers) -> Sequence[str]:
    clusters = aws.eks.get_clusters_output(opts=pulumi.InvokeOutputOptions(provider=providers.eks))
    return await clusters.names.future() or ()
