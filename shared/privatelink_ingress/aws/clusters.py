"""The EKS clusters of an account, as far as it takes to tell one from another."""

from __future__ import annotations

from collections.abc import Collection

from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import Reads, each
from privatelink_ingress.trace.surroundings import Cluster


def named(reads: Reads, names: Collection[str]) -> tuple[Cluster, ...]:
    """Those of the names that the account has in its Region; all of them when no name is given."""
    account = reads.account
    eks = account.client("eks")

    def look(name: str) -> Cluster:
        found = eks.describe_cluster(name=name)["cluster"]
        return Cluster(
            account_id=account.account_id,
            region=account.region,
            name=name,
            endpoint=found.get("endpoint", ""),
            certificate_authority=(found.get("certificateAuthority") or {}).get("data", ""),
            version=found["version"],
            status=found["status"],
        )

    there = reads.part("clusters", lambda: read(eks, "list_clusters", "clusters"), [])
    return tuple(reads.part("clusters", lambda: each(look, [one for one in there if not names or one in names]), []))
