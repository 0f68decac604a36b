"""What `check` says of services that the edge's roles may not connect to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from privatelink_ingress.fleet.check import check

BOOTSTRAP, PROD, ATTACHED = (
    "Pulumi.edge.yaml",
    "central-ingress/Pulumi.prod.yaml",
    "central-ingress/Pulumi.prod-blog.yaml",
)
ONE, TWO, THREE = (f"com.amazonaws.vpce.eu-west-1.vpce-svc-{number}123456789abcdef0" for number in (0, 1, 2))


def bootstrap(repository: Path, account_id: str = "222222222222", **edge: Any) -> None:
    roles = {
        "trust": {"principals": ["arn:aws:iam::222222222222:role/platform-ci"]},
        "edge": {"stacks": ["prod"], "hostedZoneIds": ["Z0123456789EXAMPLE"], **edge},
    }
    config = {"aws:region": "eu-west-1", "bootstrap:accountId": account_id, "bootstrap:owner": "team-platform"}
    (repository / BOOTSTRAP).write_text(yaml.safe_dump({"config": {**config, "bootstrap:roles": roles}}))


def backends(repository: Path, file: str, *sources: dict[str, Any]) -> None:
    content = yaml.safe_load((repository / file).read_text())
    [connection] = content["config"]["central-ingress:connections"].values()
    connection["backends"] = [{"position": at, **source} for at, source in enumerate(sources)]
    (repository / file).write_text(yaml.safe_dump(content))


def literal(name: str) -> dict[str, Any]:
    zones = ["euw1-az1", "euw1-az2", "euw1-az3"]
    return {"service": {"endpointServiceName": name, "accountId": "333333333333", "zoneIds": zones}}


def warned(repository: Path) -> list[tuple[str, str, str, str]]:
    report = check(repository)
    assert [(one.file, str(one.problem)) for one in report.findings] == []
    return [
        (one.file, one.problem.where, one.problem.reason, one.problem.remedy)
        for one in report.warnings
        if "endpointService" in one.problem.where
    ]


def test_a_service_of_the_files_is_compared_by_its_name(repository: Path) -> None:
    backends(repository, PROD, literal(ONE))
    bootstrap(repository, endpointServices=[ONE])
    assert warned(repository) == []
    bootstrap(repository, endpointServices=[TWO])
    assert warned(repository) == [
        (
            PROD,
            "connections.shop.backends[0].service.endpointServiceName",
            f"is {ONE}, to which the stack's role may not connect: AWS refuses the endpoint",
            f"Add it to roles.edge.endpointServices of {BOOTSTRAP}, and deploy that stack first.",
        )
    ]


def test_services_that_aws_names_are_counted(repository: Path) -> None:
    bootstrap(repository, endpointServices=[])
    assert warned(repository) == [
        (
            BOOTSTRAP,
            "roles.edge.endpointServices",
            f"has too few names: 0 for 1 services of {PROD} (shop). AWS refuses endpoints to the others",
            "Add `pulumi stack output endpoint_service_name` of each eks-service stack, once it is deployed.",
        )
    ]
    for services in ([ONE], [ONE, TWO]):
        bootstrap(repository, endpointServices=services)
        assert warned(repository) == []


def test_a_name_counts_for_one_backend(repository: Path) -> None:
    backends(repository, PROD, {"stack": "shop"}, literal(ONE))
    bootstrap(repository, endpointServices=[ONE, TWO])
    assert warned(repository) == []
    bootstrap(repository, endpointServices=[ONE])
    assert [(file, where) for file, where, *_ in warned(repository)] == [(BOOTSTRAP, "roles.edge.endpointServices")]
    bootstrap(repository, endpointServices=[TWO])
    assert [(file, where) for file, where, *_ in warned(repository)] == [
        (PROD, "connections.shop.backends[1].service.endpointServiceName")
    ]


def test_an_attached_stack_is_compared_with_its_own_role(repository: Path) -> None:
    backends(repository, ATTACHED, literal(TWO))
    bootstrap(
        repository, endpointServices=[ONE], attached={"prod-blog": {"edgeStack": "prod", "endpointServices": [ONE]}}
    )
    assert [(file, where) for file, where, *_ in warned(repository)] == [
        (ATTACHED, "connections.blog.backends[0].service.endpointServiceName")
    ]
    bootstrap(
        repository, endpointServices=[ONE], attached={"prod-blog": {"edgeStack": "prod", "endpointServices": [TWO]}}
    )
    assert warned(repository) == []


def test_a_bootstrap_stack_of_another_account_or_of_other_stacks_says_nothing_of_these(repository: Path) -> None:
    backends(repository, PROD, literal(ONE))
    bootstrap(repository, account_id="444444444444", endpointServices=[TWO])
    assert warned(repository) == []
    bootstrap(repository, stacks=["test"], endpointServices=[TWO])
    assert warned(repository) == []


def test_without_a_bootstrap_stack_nothing_is_known_of_roles(repository: Path) -> None:
    backends(repository, PROD, literal(ONE))
    assert warned(repository) == []


def certificate(repository: Path, file: str, **entry: Any) -> None:
    content = yaml.safe_load((repository / file).read_text())
    if file == PROD:
        content["config"]["central-ingress:certificates"] = [entry]
    else:
        [connection] = content["config"]["central-ingress:connections"].values()
        connection["certificate"] = entry
    (repository / file).write_text(yaml.safe_dump(content))


ARN = "arn:aws:acm:eu-west-1:222222222222:certificate/0a1b"


def test_an_existing_certificate_that_the_role_may_not_look_up_is_told_with_the_list_to_add_it_to(
    repository: Path,
) -> None:
    certificate(repository, PROD, arn=ARN)
    certificate(repository, ATTACHED, arn=ARN.replace("0a1b", "2c3d"))
    attached = {"edgeStack": "prod", "endpointServices": [TWO]}
    bootstrap(repository, endpointServices=[ONE], attached={"prod-blog": attached})

    def unseen() -> list[tuple[str, str]]:
        return [
            (one.file, str(one.problem)) for one in check(repository).warnings if "which the stack's role" in str(one)
        ]

    reason = "which the stack's role may not look up: the preview fails"
    assert unseen() == [
        (
            PROD,
            f"certificates[0].arn: is {ARN}, {reason}\n"
            f"    Add it to roles.edge.existingCertificates of {BOOTSTRAP}, and deploy that stack first.",
        ),
        (
            ATTACHED,
            f"connections.blog.certificate.arn: is {ARN.replace('0a1b', '2c3d')}, {reason}\n    Add it to "
            f"roles.edge.attached.prod-blog.existingCertificates of {BOOTSTRAP}, and deploy that stack first.",
        ),
    ]
    both = {**attached, "existingCertificates": [ARN.replace("0a1b", "2c3d")]}
    bootstrap(repository, endpointServices=[ONE], existingCertificates=[ARN], attached={"prod-blog": both})
    assert unseen() == []


def test_what_only_a_preview_sees_of_an_existing_certificate_is_noted(repository: Path) -> None:
    certificate(repository, PROD, arn=ARN)
    certificate(repository, ATTACHED, arn=ARN.replace("0a1b", "2c3d"))
    report = check(repository)
    assert report.findings == []
    known = "their hosts, and whether they are valid."
    assert sorted(note for note in report.notes if "pulumi preview" in note) == [
        f"{ATTACHED}: only `pulumi preview` can check connections.blog.certificate.arn: {known}",
        f"{PROD}: only `pulumi preview` can check certificates[0].arn: {known}",
    ]
