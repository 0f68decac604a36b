"""The longest chain of resources that wait for each other, from nothing to a connection that serves.

    .venv/bin/python -m benchmarks.longest_chain

Recorded from the real programs with their sample stack files: what a resource waits for is what the engine would wait
for. The order is exact. The times are assumptions (`SECONDS`), nothing was measured on AWS: they only say which chain
is the longest, and how much an order can save.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from privatelink_ingress.local.engine.runner import Registration, StackRun
from tests.support.programs import run_attached, run_edge, run_workload, sample_connections

REPOSITORY = Path(__file__).parents[1]

SECONDS = {
    "eks:index:Cluster": 540,
    "aws:eks/nodeGroup:NodeGroup": 150,
    "aws:eks/addon:Addon": 45,
    "aws:lb/loadBalancer:LoadBalancer": 150,
    "aws:ec2/vpcEndpoint:VpcEndpoint": 90,
    "aws:ec2/vpcEndpointService:VpcEndpointService": 30,
    "aws:acm/certificateValidation:CertificateValidation": 120,
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": 30,
    "aws:route53/record:Record": 40,
    "aws:ec2/vpc:Vpc": 12,
    "aws:ec2/internetGateway:InternetGateway": 10,
    "aws:ec2/subnet:Subnet": 10,
    "aws:iam/role:Role": 10,
    "kubernetes:apps/v1:Deployment": 45,
}
"""Typical times of creation by type, with the waiting for its state that the provider does. Assumptions: AWS publishes
none but "several minutes" for a cluster, and an EKS system of this size is said to take 25-30 minutes."""

OTHERS = 3
"""Seconds of every other resource: one API call and a look-up."""

NO_TIME = ("pulumi:",)
"""Providers, references and what the engine keeps for itself are no resources of a cloud."""

ROOTS = (
    ("workload: roles", ("aws:iam/",)),
    ("workload: network, endpoints, registry", ("aws:ec2/", "aws:vpc/", "aws:ecr/", "aws:cloudwatch/")),
    ("workload: cluster", ("aws:eks/", "eks:", "aws:ec2/launchTemplate:")),
    (
        "workload: controller, load balancer, service",
        ("kubernetes:", "aws:lb/", "aws:autoscaling/", "aws:ssm/", "aws:ec2/vpcEndpointService", "pulumi:index:"),
    ),
    ("edge: everything", ()),
)
"""The article's Terraform roots, applied one after the other by hand: the last prefix that fits a type counts. A
resource that waits for one of a later root is in that root as well."""


@dataclasses.dataclass(frozen=True)
class Chain:
    """Resources that wait for each other, the first one first."""

    names: tuple[str, ...] = ()
    seconds: int = 0

    def then(self, other: Chain) -> Chain:
        """Both, one after the other."""
        return Chain(self.names + other.names, self.seconds + other.seconds)


def real(one: Registration) -> bool:
    """Whether a registration is a resource of a cloud, or of a cluster."""
    return (one.custom or one.remote) and not one.type.startswith(NO_TIME)


def seconds(one: Registration) -> int:
    """The assumed time of creation."""
    return SECONDS.get(one.type, OTHERS)


def waits_for(one: Registration) -> set[str]:
    """URNs of what must be there first: dependencies, and the provider with its own."""
    return {*one.depends_on, one.provider, *one.providers.values()} - {""}


def longest(registrations: Iterable[Registration], weigh: Callable[[Registration], int]) -> Chain:
    """The heaviest chain; `registrations` are in an order that works. What is not among them is there already."""
    best: dict[str, tuple[int, Chain]] = {}
    for one in registrations:
        weight, before = max(
            (best[urn] for urn in sorted(waits_for(one)) if urn in best),
            key=lambda found: found[0],
            default=(0, Chain()),
        )
        own = Chain((f"{one.type.rpartition(':')[2]} {one.name}",), seconds(one)) if real(one) else Chain()
        best[one.urn] = (weight + (weigh(one) if real(one) else 0), before.then(own))
    return max(best.values(), key=lambda found: found[0], default=(0, Chain()))[1]


def together(*chains: Chain) -> Chain:
    """The longer one: both begin at once."""
    return max(chains, key=lambda chain: chain.seconds)


def root(one: Registration) -> int:
    """Place in `ROOTS` of a resource of the workload's stack, by its type."""
    fitting = [
        (len(prefix), place)
        for place, (_, prefixes) in enumerate(ROOTS)
        for prefix in prefixes
        if one.type.startswith(prefix)
    ]
    return max(fitting)[1] if fitting else 0


def by_root(workload: StackRun, edge: StackRun) -> Mapping[int, list[Registration]]:
    """All resources of both stacks by the article's roots."""
    place: dict[str, int] = {}
    for one in workload.registrations:
        place[one.urn] = max([root(one), *(place[urn] for urn in waits_for(one) if urn in place)])
    found: dict[int, list[Registration]] = {number: [] for number in range(len(ROOTS))}
    for one in workload.registrations:
        found[place[one.urn]].append(one)
    found[len(ROOTS) - 1] = list(edge.registrations)
    return found


def one_at_a_time(*runs: StackRun) -> Chain:
    """Every resource of the stacks, each after the one before."""
    return Chain(
        tuple(one.name for run in runs for one in run.registrations if real(one)),
        sum(seconds(one) for run in runs for one in run.registrations if real(one)),
    )


def main() -> None:
    """Print the orders, and the longest chain of each stack."""
    workload = run_workload("shop")
    shop = {"shop": sample_connections()["shop"]}
    edge, attached = run_edge(connections=shop), run_attached(connections=shop)
    shard = run_edge(connections={})
    own, whole, apart, joining = (longest(run.registrations, seconds) for run in (workload, edge, shard, attached))
    roots = Chain()
    for registrations in by_root(workload, edge).values():
        roots = roots.then(longest(registrations, seconds))
    print(f"{'from nothing to a connection that serves':58} {'longest chain':>13} {'minutes':>8}")
    for label, chain in (
        ("every resource after the one before", one_at_a_time(workload, edge)),
        ("article's order: five roots, one after the other", roots),
        ("these stacks: workload, then edge", own.then(whole)),
        ("these stacks: workload and shard at once, then attached", together(own, apart).then(joining)),
    ):
        print(f"{label:58} {len(chain.names):>13} {chain.seconds / 60:>8.1f}")
    for label, run in (("workload stack shop", workload), ("edge stack with shop", edge), ("attached stack", attached)):
        chain = longest(run.registrations, seconds)
        count = len(longest(run.registrations, lambda _: 1).names)
        print(f"\n{label}: {chain.seconds / 60:.1f} minutes; by number alone, {count} resources wait for each other")
        for name in chain.names:
            print(f"  {name}")


if __name__ == "__main__":
    main()
