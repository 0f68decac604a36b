"""How files, directories and standard input are read: as kubectl reads them, and never with a traceback."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from privatelink_ingress.cli import manifests
from privatelink_ingress.problems import UsageError


def read(folder: Path, text: str | bytes, name: str = "file.yaml") -> list[object]:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return [one for _, one in manifests.read([str(folder / name)]).objects]


def refused(folder: Path, text: str | bytes, name: str = "file.yaml") -> str:
    with pytest.raises(UsageError) as failure:
        read(folder, text, name)
    [problem] = failure.value.problems
    assert problem.where == str(folder / name)
    return problem.reason


@pytest.mark.parametrize(
    ("text", "objects"),
    [
        ("a: 1\n---\n# nothing\n---\n---\nb: 2\n...\n", [{"a": 1}, {"b": 2}]),
        ("\ufeffa: 1\n", [{"a": 1}]),
        ("a: yes\nb: 'yes'\nc: 010\nd: 1_000\n", [{"a": True, "b": "yes", "c": 8, "d": 1000}]),
        ("a: 22:22\nb: 2001-02-03\nc: 1:30.5\n", [{"a": "22:22", "b": "2001-02-03", "c": "1:30.5"}]),
        ("2: a\ntrue: b\n", [{"2": "a", "true": "b"}]),
        ("a: &a {b: 1}\nc: *a\nd: {<<: *a, e: 2}\n", [{"a": {"b": 1}, "c": {"b": 1}, "d": {"b": 1, "e": 2}}]),
        ("a: !Ref b\nc: !Sub [d]\n", [{"a": "b", "c": ["d"]}]),
        ("- a\n- b\n", []),
        ("", []),
        ("text\n", []),
        ('{"a": 1}\n{"b": 2}', [{"a": 1}, {"b": 2}]),
        ("{a: 1, b: [x]}", [{"a": 1, "b": ["x"]}]),
        ('{"a": "\\ud800"}', [{"a": "?"}]),
        ("kind: List\nitems: [{kind: A}, {kind: List, items: [{kind: B}]}, null, 1]\n", [{"kind": "A"}, {"kind": "B"}]),
        ("kind: List\nitems: null\n", [{"kind": "List", "items": None}]),
        (
            "apiVersion: networking.k8s.io/v1\nkind: IngressList\nitems: [{metadata: {name: a}}]\n",
            [{"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "a"}}],
        ),
    ],
)
def test_documents_are_read(tmp_path: Path, text: str, objects: list[object]):
    assert read(tmp_path, text) == objects


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: {{ .Values.a }}\n", "is not YAML: "),
        ("- kind: Ingress\n", "holds a list of objects at the top, which kubectl does not take"),
        ('a: 1\n---\n[{"kind": "Ingress"}]\n', "holds a list of objects at the top, which kubectl does not take"),
        ("b: 0\nkind: Ingress\nkind: Ingress\n", 'is not YAML: found duplicate key "kind" with value "Ingress" '),
        ("a: [\n", "is not YAML: "),
        ("a: 1\na: 2\n", "is not YAML: "),
        ("a: *b\n", "is not YAML: "),
        ("a: \x00\n", "is not YAML: "),
        (b"\xff\xfea\x00", "is not UTF-8 text (byte 0)"),
        ("a: " + "9" * 6000, "has a number of more than 64 bits"),
        ("a: " + "9" * 30, "has a number of more than 64 bits"),
        ('{"a": ' + "9" * 30 + "}", "has a number of more than 64 bits"),
        ("a: " + "[" * 101 + "]" * 101, "is nested in more than 100 levels"),
        ("kind: A\na: " + "[" * 200_000, "is nested in more than 100 levels (line 2)"),
        ("kind: A\na: " + "{a: " * 200_000, "is nested in more than 100 levels (line 2)"),
        ("- " * 200_000, "is nested in more than 100 levels (line 1)"),
        ("".join(f"{' ' * level}a:\n" for level in range(300)), "is nested in more than 100 levels (line 102)"),
        ("[" * 200_000 + "]", "is nested in more than 100 levels (line 1)"),
        (
            "a0: &a0 {x: 1}\n"
            + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 12)),
            "has a mapping of more than 10000 keys after its merge keys are expanded",
        ),
        ("a: &a [*a]\n", "has an alias that contains itself"),
        (
            "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
            + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)),
            "has more than 1000000 values after its aliases are expanded",
        ),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, text: str | bytes, reason: str):
    assert refused(tmp_path, text).startswith(reason)


def test_all_files_that_cannot_be_read_come_together(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("a: [")
    (tmp_path / "b.json").write_text("{")
    with pytest.raises(UsageError) as failure:
        manifests.read([str(tmp_path), str(tmp_path / "none.yaml")])
    assert [Path(one.where).name for one in failure.value.problems] == ["a.yaml", "b.json", "none.yaml"]


def test_a_directory_is_read_to_its_depths_and_each_file_once(tmp_path: Path):
    (tmp_path / "deep").mkdir()
    for name in ("a.yml", "deep/b.yaml", "deep/c.json", "deep/d.txt", "deep/e.yaml.bak"):
        (tmp_path / name).write_text(json.dumps({"name": name}))
    found = manifests.read([str(tmp_path), str(tmp_path / "a.yml")]).objects
    assert [one["name"] for _, one in found] == ["a.yml", "deep/b.yaml", "deep/c.json"]


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml"])
def test_a_kustomization_comes_with_the_command_that_renders_it(tmp_path: Path, name: str):
    (tmp_path / name).write_text("resources: [ingress.yaml]")
    [note] = manifests.read([str(tmp_path)]).notes
    assert note.where == str(tmp_path / name)
    assert note.remedy == f"Run kubectl kustomize {tmp_path} | privatelink-ingress ingress check -."


def test_a_folder_that_goes_away_meanwhile_has_no_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "gone").mkdir()
    (tmp_path / "a.yaml").write_text("kind: Service\n")
    scandir = os.scandir

    def without_gone(path: str | Path) -> object:
        if Path(path).name == "gone":
            raise FileNotFoundError(2, "No such file or directory", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", without_gone)
    assert manifests.read([str(tmp_path)]).objects == ((str(tmp_path / "a.yaml"), {"kind": "Service"}),)
