"""Project and stack files are read as the engine reads them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from privatelink_ingress.stackfiles import reader
from privatelink_ingress.stackfiles.reader import StackFileError

PROJECT = """\
name: eks-service
runtime: python
config:
  pulumi:disable-default-providers: {value: [aws]}
  owner: {type: string}
  environment: {type: string, default: production}
  nodes: {type: object, default: {}}
  token: {type: string, default: x, secret: true}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    return tmp_path


def read(project: Path, text: str) -> reader.StackFile:
    (project / "Pulumi.shop.yaml").write_text(text)
    return reader.read(project, "shop")


def refusal(project: Path, text: str) -> str:
    with pytest.raises(StackFileError) as caught:
        read(project, text)
    return str(caught.value).replace(project.name, "eks-service")


def test_values_arrive_as_the_engine_passes_them(project: Path):
    file = read(
        project,
        "config:\n  aws:region: eu-west-1\n  eks-service:accountId: 111111111111\n"
        "  eks-service:install: true\n  eks-service:nodes: {min: 3, instanceTypes: [m7i.large]}\n",
    )
    assert file.config == {
        "pulumi:disable-default-providers": '["aws"]',
        "eks-service:environment": "production",
        "eks-service:token": "x",
        "aws:region": "eu-west-1",
        "eks-service:accountId": "111111111111",
        "eks-service:install": "true",
        "eks-service:nodes": '{"instanceTypes":["m7i.large"],"min":3}',
    }
    assert file.settings["nodes"] == file.config["eks-service:nodes"]
    assert "region" not in file.settings
    assert (file.region, file.secret, file.missing) == ("eu-west-1", {"eks-service:token"}, ("eks-service:owner",))


def test_a_stack_file_wins_over_the_schemas_default(project: Path):
    assert read(project, "config: {'eks-service:environment': test}").settings["environment"] == "test"


@pytest.mark.parametrize("nested", ["{secure: v1:abc}", "{min: 1, password: {secure: v1:abc}}", "[{secure: v1:abc}]"])
def test_encrypted_values_are_left_out_and_named(project: Path, nested: str):
    file = read(project, f"config:\n  eks-service:owner: team\n  eks-service:nodes: {nested}\n")
    assert file.secure == ("eks-service:nodes",)
    assert "eks-service:nodes" not in file.config
    assert file.config["eks-service:owner"] == "team"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config: [", "line 1: is not valid YAML"),
        ("config:\n  a:b: 1\n  a:b: 2\n", "line 3: repeats the key a:b"),
        ("- a", "file: is not a mapping\n    Start it with a key, such as `config:`."),
        ("config: text", "config: is not a mapping"),
        ("config: {owner: x}", "owner: has no namespace, so Pulumi refuses it\n    Write eks-service:owner."),
        (
            "config: {'eks-servce:owner': x}",
            "is in namespace eks-servce, which nothing reads\n    Did you mean eks-service:owner?",
        ),
        (
            "config: {'EKS-Service:owner': x}",
            "is in namespace EKS-Service, which nothing reads\n    Did you mean eks-service:owner?",
        ),
        ("config: {':owner': x}", ":owner: has no namespace, so Pulumi refuses it\n    Write eks-service:owner."),
        ("config: {'eks-service:': x}", "eks-service:: is a namespace without a key, so Pulumi refuses it"),
        ("config: {'aws:Region': x}", "aws:Region: is not read\n    Did you mean aws:region?"),
        ("config: {'AWS:region': x}", "AWS:region: is not read\n    Did you mean aws:region?"),
        ("config: {'': x}", "config: has an empty key\n    Remove it."),
        ("Config: {'aws:region': x}", "Config: is not read\n    Did you mean config?"),
        (
            "aws:region: x",
            "aws:region: is next to config, where nothing reads it\n    Move it below `config:`, indented.",
        ),
    ],
)
def test_a_file_that_is_no_stack_file_is_explained_with_its_place(project: Path, text: str, message: str):
    assert refusal(project, text).startswith("eks-service/Pulumi.shop.yaml has mistakes:\n")
    assert message in refusal(project, text)


def test_text_that_is_not_utf_8_is_said_so(project: Path):
    (project / "Pulumi.shop.yaml").write_bytes(b"config: {'eks-service:owner': \xff}")
    with pytest.raises(StackFileError, match="is not UTF-8 text"):
        reader.read(project, "shop")


def test_a_file_that_cannot_be_one_is_refused_and_never_waited_for(project: Path):
    file = project / "Pulumi.shop.yaml"
    file.mkdir()
    with pytest.raises(StackFileError, match="file: is a directory\n    Remove it, or give it another name"):
        reader.read(project, "shop")
    file.rmdir()
    os.mkfifo(file)
    with pytest.raises(StackFileError, match="file: is not a regular file\n    Remove it, or give it another name"):
        reader.read(project, "shop")
    for target in ("nowhere", file.name):  # the second is a loop
        file.unlink()
        file.symlink_to(target)
        with pytest.raises(StackFileError, match="leads to no file\n    Correct the link, or remove it"):
            reader.read(project, "shop")


@pytest.mark.parametrize("value", ["{secure: 5}", "{secure: }", "{secure: [x]}", "{secure: {secure: x}}"])
def test_what_only_looks_encrypted_is_read_as_the_mapping_that_it_is(project: Path, value: str):
    (project / "Pulumi.shop.yaml").write_text(f"config: {{'eks-service:nodes': {value}}}")
    assert ("eks-service:nodes" in reader.read(project, "shop").secure) == ("{secure: x}" in value)


def test_a_stack_without_a_file_names_those_that_have_one(project: Path):
    read(project, "config: {}")
    with pytest.raises(StackFileError, match="stacks with a file here: shop"):
        reader.read(project, "blog")


def test_a_project_file_without_a_name_is_refused(tmp_path: Path):
    (tmp_path / "Pulumi.yaml").write_text("runtime: python")
    with pytest.raises(StackFileError, match="name: is missing"):
        reader.read(tmp_path, "shop")


def test_a_stack_without_a_region_is_refused_when_the_region_is_asked_for(project: Path):
    with pytest.raises(StackFileError, match=r"aws:region: is missing\n.*aws:region: eu-west-1"):
        _ = read(project, "config: {}").region


def test_projects_are_the_root_and_the_directories_right_below_it(tmp_path: Path):
    for place in (".", "b", "a", "a/deeper"):
        (tmp_path / place).mkdir(exist_ok=True)
        (tmp_path / place / "Pulumi.yaml").write_text("name: x")
    assert reader.projects(tmp_path) == (tmp_path, tmp_path / "a", tmp_path / "b")


def test_a_directory_without_projects_is_refused(tmp_path: Path):
    with pytest.raises(StackFileError, match=r"holds no Pulumi\.yaml.*\n.*--root"):
        reader.projects(tmp_path)


def test_stacks_are_those_that_have_a_file_dots_included(project: Path):
    for name in ("Pulumi.shop.yaml", "Pulumi.eu.blog.yaml", "Pulumi.yaml.orig", "Other.shop.yaml"):
        (project / name).write_text("")
    assert reader.stacks(project) == ("eu.blog", "shop")


def test_values_are_json_the_settings_can_read(project: Path):
    settings = read(project, "config: {'eks-service:nodes': {min: 3}}").settings
    assert json.loads(settings["nodes"]) == {"min": 3}
