"""Files that the engine would not read are named, and an error of a project's file is told once, under its own name."""

from __future__ import annotations

from pathlib import Path

import pytest

from privatelink_ingress.fleet.check import check

WHY = "is not read: beside Pulumi.yaml, only names that end in .yaml are"


def found(root: Path) -> list[tuple[str, str, str, str]]:
    return [
        (one.file, one.problem.where, one.problem.reason, one.problem.remedy) for one in sorted(check(root).findings)
    ]


def test_a_stack_file_with_another_extension_is_not_ignored_silently(repository: Path):
    (repository / "eks-service/Pulumi.news.yml").write_text("config: {}\n")
    assert found(repository) == [("eks-service/Pulumi.news.yml", "file", WHY, "Rename it to Pulumi.news.yaml.")]


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("Pulumi.shop.yml", "Move its settings to Pulumi.shop.yaml, and remove it."),
        ("Pulumi.shop.json", "Write it as YAML in Pulumi.shop.yaml, and remove it."),
        ("Pulumi.yml", "Move its settings to Pulumi.yaml, and remove it."),
    ],
)
def test_the_remedy_for_an_unread_file_fits_what_is_beside_it(repository: Path, name: str, remedy: str):
    (repository / "eks-service" / name).write_text("{}\n")
    assert found(repository) == [(f"eks-service/{name}", "file", WHY, remedy)]


@pytest.mark.parametrize(
    ("text", "where", "reason"),
    [
        ("name: eks-service\nconfig: [\n", "line 3", "is not valid YAML"),
        ("runtime: python\n", "name", "is missing"),
        ("name: eks-service\nconfig: text\n", "config", "is not a mapping"),
        ("name: [eks-service]\n", "name", 'is ["eks-service"], which is not a name'),
        ("name: eks-service\nconfig: {a: {type: text}}\n", "config.a.type", 'is "text", which is not a type'),
        ("name: eks-service\nconfig: {'': {type: string}}\n", "eks-service:", "is a namespace without a key"),
        ("name: eks-service\nconfig: {'eks-servce:a': x}\n", "eks-servce:a", "is in namespace eks-servce"),
    ],
)
def test_an_error_of_a_projects_file_is_told_once_and_under_its_name(
    repository: Path, text: str, where: str, reason: str
):
    (repository / "eks-service/Pulumi.yaml").write_text(text)
    ((file, place, why, _),) = found(repository)
    assert (file, place) == ("eks-service/Pulumi.yaml", where)
    assert why.startswith(reason)


@pytest.mark.parametrize(
    ("name", "reason", "remedy"),
    [
        (
            "pulumi.news.yaml",
            "is not read: the name must begin with Pulumi, with a capital letter",
            "Rename it to Pulumi.news.yaml.",
        ),
        (
            "Pulumi.news.YAML",
            "is not read: the name must end in .yaml, in lower case",
            "Rename it to Pulumi.news.yaml.",
        ),
        ("Pulumi..yaml", "is not read: its name has no stack", "Rename it to Pulumi.<stack>.yaml."),
    ],
)
def test_a_name_that_is_almost_a_stack_files_is_not_ignored_silently(
    repository: Path, name: str, reason: str, remedy: str
):
    (repository / "eks-service" / name).write_text("config: {}\n")
    assert found(repository) == [(f"eks-service/{name}", "file", reason, remedy)]


def test_stack_files_without_their_projects_file_are_not_ignored_silently(repository: Path):
    (repository / "eks-service/Pulumi.yaml").unlink()
    reason, remedy = "is not read: eks-service has no Pulumi.yaml", "Move it to the directory of its project."
    assert found(repository)[:2] == [
        (f"eks-service/Pulumi.{stack}.yaml", "file", reason, remedy) for stack in ("blog", "shop")
    ]


def test_a_key_of_another_project_is_not_ignored_silently(repository: Path):
    with (repository / "central-ingress/Pulumi.prod.yaml").open("a") as file:
        file.write("  eks-service:controller: {install: false}\n")
    assert found(repository) == [
        (
            "central-ingress/Pulumi.prod.yaml",
            "eks-service:controller",
            "is a key of project eks-service, and this stack is one of central-ingress",
            "Move it to a stack file of eks-service, or remove it.",
        )
    ]
