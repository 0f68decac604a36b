"""What `check` warns of: AWS takes it, and yet nobody wants it by accident."""

from __future__ import annotations

from pathlib import Path

from privatelink_ingress.fleet.check import check

SHOP, PROD = "eks-service/Pulumi.shop.yaml", "central-ingress/Pulumi.prod.yaml"


def change(root: Path, file: str, old: str, new: str) -> None:
    text = (root / file).read_text()
    assert old in text
    (root / file).write_text(text.replace(old, new))


def warned(root: Path) -> list[tuple[str, str, str]]:
    report = check(root)
    assert report.findings == []
    return [(one.problem.where, one.problem.reason, one.problem.remedy) for one in report.warnings if one.file == SHOP]


def test_the_samples_have_no_warning(repository: Path):
    assert check(repository).warnings == []


def test_required_acceptance_without_an_accepter(repository: Path):
    change(repository, SHOP, "publication:\n", "publication:\n    acceptanceRequired: true\n")
    assert warned(repository) == [
        (
            "publication.acceptanceRequired",
            f"is true, but connections.shop.backends[0] of {PROD} names no accepter: a new endpoint waits, and "
            "requests fail meanwhile",
            "Write accepterRoleArn there, a role of account 111111111111 that may accept; or accept each endpoint by "
            "hand: docs/connections.md.",
        )
    ]
    accepter = "- stack: shop\n          accepterRoleArn: arn:aws:iam::111111111111:role/accepter #"
    change(repository, PROD, "- stack: shop #", accepter)
    assert warned(repository) == []


def test_a_consumer_that_is_not_an_edge_of_the_repository(repository: Path):
    change(
        repository,
        SHOP,
        "consumers:\n",
        'consumers:\n      - accountId: "333333333333"\n        albSubnetCidrs: [10.9.0.0/23]\n',
    )
    assert warned(repository) == [
        (
            "publication.consumers[0].accountId",
            "is 333333333333, the account of no edge in this repository, and may connect to the service",
            "Remove it, unless it is meant; edges here are in 222222222222.",
        )
    ]


def test_a_zone_that_other_regions_do_not_reach(repository: Path):
    for file in (PROD, SHOP, "eks-service/Pulumi.blog.yaml", "central-ingress/Pulumi.prod-blog.yaml"):
        text = (repository / file).read_text().replace("eu-west-1\n", "ap-northeast-1\n")
        (repository / file).write_text(text.replace("euw1-az3", "apne1-az4").replace("euw1", "apne1"))
    change(repository, SHOP, "apne1-az4", "apne1-az3")
    change(repository, PROD, "apne1-az1, apne1-az2, apne1-az4", "apne1-az1, apne1-az2, apne1-az3")
    change(repository, SHOP, "publication:\n", "publication:\n    supportedRegions: [ap-northeast-2]\n")
    found = [one.problem for one in check(repository).warnings if one.file == SHOP]
    assert [(one.where, one.reason) for one in found] == [
        (
            "publication.supportedRegions",
            "are set, but PrivateLink supports no connections between Regions in apne1-az3: edges in other Regions use "
            "the other zones alone",
        )
    ]


def test_a_region_of_another_partition_is_refused(repository: Path):
    change(repository, SHOP, "publication:\n", "publication:\n    supportedRegions: [cn-north-1]\n")
    (found,) = check(repository).findings
    assert (found.file, found.problem.where, found.problem.reason, found.problem.remedy) == (
        SHOP,
        "publication.supportedRegions[0]",
        "is cn-north-1, of partition aws-cn, but eu-west-1 is in aws",
        "Remove it: PrivateLink connects Regions of one partition only.",
    )


def test_a_cluster_without_admins(repository: Path):
    change(repository, SHOP, "    admins: [arn:aws:iam::111111111111:role/platform-admin]\n", "")
    assert warned(repository) == [
        (
            "cluster.admins",
            "is empty, so only the role that deploys the stack can use the Kubernetes API",
            "Write the ARNs of the roles that administer the cluster: docs/cluster.md.",
        )
    ]


def test_a_host_of_the_firewall_to_which_no_attached_stack_answers(repository: Path):
    def found(host: str) -> list[tuple[str, str, str]]:
        text = f"firewall:\n    hosts:\n      {host}: {{largeBodies: allow}}\n"
        before = (repository / PROD).read_text()
        change(repository, PROD, "firewall:\n", text)
        report = check(repository)
        (repository / PROD).write_text(before)
        assert report.findings == []
        return [(one.problem.where, one.problem.reason, one.problem.remedy) for one in report.warnings]

    assert found("blog.example.com") == found("Blog.example.com") == found('"*.example.com"') == []
    assert found("bolg.example.com") == [
        (
            "firewall.hosts.bolg.example.com",
            "is not a host of any attached stack in this repository",
            "Did you mean blog.example.com?",
        )
    ]
