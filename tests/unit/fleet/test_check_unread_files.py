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
        ("Pulumi.shop.yml", "Move what is missing in Pulumi.shop.yaml there, and remove it."),
        ("Pulumi.shop.json", "Write it as YAML in Pulumi.shop.yaml, and remove it."),
        ("Pulumi.yml", "Move what is missing in Pulumi.yaml there, and remove it."),
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
    ],
)
def test_an_error_of_a_projects_file_is_told_once_and_under_its_name(
    repository: Path, text: str, where: str, reason: str
):
    (repository / "eks-service/Pulumi.yaml").write_text(text)
    ((file, place, why, _),) = found(repository)
    assert (file, place) == ("eks-service/Pulumi.yaml", where)
    assert why.startswith(reason)
