"""`trace --state`: whatever is given as an exported state, the message names the file and what to write instead."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from privatelink_ingress.cli.topologies import of_states
from privatelink_ingress.problems import Problem, UsageError
from privatelink_ingress.stackfiles.exports import SECRET, SIGNATURE

EXPORT = "Write it with `pulumi stack export --file`, and do not edit it."
STACK = "urn:pulumi:prod::central-ingress::pulumi:pulumi:Stack::central-ingress-prod"
BALANCER = "urn:pulumi:prod::central-ingress::aws:lb/loadBalancer:LoadBalancer::edge"


def export(**outputs: Any) -> dict[str, Any]:
    """A stack with a load balancer that has these outputs; without them, an empty stack."""
    balancer = {"urn": BALANCER, "type": "aws:lb/loadBalancer:LoadBalancer", "id": "a", "outputs": outputs}
    edge = {"urn": f"{STACK}-edge", "type": "privatelink-ingress:index:Edge"}
    resources = [{"urn": STACK, "type": "pulumi:pulumi:Stack"}, *([edge, balancer] if outputs else [])]
    return {"version": 3, "deployment": {"resources": resources}}


def problems(*paths: Path) -> list[Problem]:
    with pytest.raises(UsageError, match="The states cannot be read") as caught:
        of_states(paths)
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (json.dumps(export())[:60], "is not an exported state (JSONDecodeError: "),
        ("", "is not an exported state (JSONDecodeError: "),
        ("[" * 100_000, "is not an exported state (RecursionError: "),
        ("[]", "is not an exported state (it has no `deployment`)"),
        ("null", "is not an exported state (TypeError: "),
        ('{"version": 3}', "is not an exported state (it has no `deployment`)"),
        ('{"deployment": {"resources": [{}]}}', "is not an exported state (KeyError: 'urn')"),
        ('{"deployment": {"resources": [{"urn": "a"}]}}', "is not an exported state (KeyError: 'type')"),
        (
            '{"deployment": {"resources": [{"urn": "a", "type": "b", "outputs": [1]}]}}',
            "is not an exported state (TypeError: a resource has another form: a)",
        ),
        (
            '{"deployment": {"pending_operations": [{"resource": {"urn": "a", "type": "b"}}]}}',
            "is not an exported state (KeyError: 'type')",
        ),
        ('{"checkpoint": {"latest": {}}}', "is a backend's state file, not an exported state"),
        ('{"deployment": {"resources": []}}', "has no resources, so it does not name its stack"),
        ('{"deployment": null}', "has no resources, so it does not name its stack"),
        (
            json.dumps({"deployment": {"resources": export(arn="a")["deployment"]["resources"][1:]}}),
            f"lacks a part of its stack: other resources refer to {STACK}",
        ),
    ],
)
def test_a_file_that_is_no_export_is_refused_with_its_name(tmp_path: Path, content: str, reason: str):
    file = tmp_path / "central-ingress.prod.json"
    file.write_text(content)
    (problem,) = problems(file)
    assert (problem.where, problem.reason[: len(reason)]) == (str(file), reason)


def test_all_wrong_files_are_named_at_once(tmp_path: Path):
    empty, gone, half = tmp_path / "empty", tmp_path / "gone.json", tmp_path / "half.json"
    empty.mkdir()
    half.write_text("{")
    found = problems(empty, gone, half)
    assert [(one.where, one.reason.partition(" (")[0]) for one in found] == [
        (str(empty), "has no exported states"),
        (str(gone), "cannot be read: No such file or directory"),
        (str(half), "is not an exported state"),
    ]
    assert found[0].remedy.startswith("Write one for each stack: pulumi stack export --stack prod --file ")


def test_two_states_of_one_stack_are_refused_but_one_file_may_be_named_twice(tmp_path: Path):
    first, second = tmp_path / "central-ingress.prod.json", tmp_path / "old.json"
    for file in (first, second):
        file.write_text(json.dumps(export(arn="a")))
    (problem,) = problems(tmp_path, first, second)
    reason = f"is an export of central-ingress/prod, like {first}, with the same resources"
    assert problem == Problem(str(second), reason, "Give only one of them.")


@pytest.mark.parametrize(
    ("times", "newer"),
    [
        (("2026-11-01T10:00:00.123456789+01:00", "2026-11-01T09:30:00Z"), 1),
        (("2026-11-02T10:00:00Z", "2026-11-01T10:00:00Z"), 0),
        (("2026-11-01T10:00:00Z", "2026-11-01T11:00:00+01:00"), None),
        (("2026-11-01T10:00:00Z", "yesterday"), None),
        (("2026-11-01T10:00:00Z", "2026-11-01T11:00:00"), None),
        (("2026-11-01T10:00:00Z", None), None),
    ],
)
def test_of_two_states_of_one_stack_that_differ_the_newer_one_is_named(
    tmp_path: Path, times: tuple[str | None, str | None], newer: int | None
):
    files = [tmp_path / "central-ingress.prod.json", tmp_path / "old.json"]
    for number, (file, time) in enumerate(zip(files, times, strict=True)):
        document = export(arn=f"a-{number}")
        document["deployment"]["manifest"] = {"time": time}
        file.write_text(json.dumps(document))
    (problem,) = problems(*files)
    reason = f"is an export of central-ingress/prod, like {files[0]}, with other resources"
    named = "" if newer is None else f", {files[newer]}"
    assert problem == Problem(str(files[1]), reason, f"Give only the newer one{named}.")


def test_an_encrypted_output_on_which_the_path_depends_is_named_and_shown_ones_are_read(tmp_path: Path):
    file = tmp_path / "central-ingress.prod.json"
    file.write_text(json.dumps(export(arn={SIGNATURE: SECRET, "ciphertext": "v1:abc"})))
    assert problems(file) == [
        Problem(
            "central-ingress/prod",
            f"{BALANCER} has an encrypted output, arn, on which the path of a request depends",
            "Export the stack with `pulumi stack export --show-secrets`, and delete the file afterwards.",
        )
    ]
    file.write_text(json.dumps(export(arn={SIGNATURE: SECRET, "plaintext": json.dumps("a")})))
    (problem,) = problems(file)
    assert problem.reason.endswith("(KeyError: 'name')")


def test_without_the_stack_of_the_load_balancer_the_trace_asks_for_it(tmp_path: Path):
    file = tmp_path / "central-ingress.prod.json"
    file.write_text(json.dumps(export()))
    (problem,) = problems(file)
    assert problem.reason == "no state contains an internet-facing load balancer, where every request starts"
    assert problem.remedy == "Give the export of the central-ingress stack that owns the load balancer, too."


def renamed(document: dict[str, Any], project: str) -> dict[str, Any]:
    """The export as one of another project."""
    return json.loads(json.dumps(document).replace("central-ingress", project))


GIVE = "Leave it out, and give exports of central-ingress and eks-service stacks."


@pytest.mark.parametrize(
    ("project", "kept", "reason"),
    [
        ("shop-api", True, "is an export of shop-api/prod, a stack of another project"),
        ("shop-api", False, "is an export of shop-api/prod, a stack of another project"),
        (
            "bootstrap",
            True,
            "is an export of bootstrap/prod, which has roles and the state's bucket: no request passes them",
        ),
        (
            "central-ingress",
            False,
            "is an export of central-ingress/prod, but of another program: it has no component "
            "privatelink-ingress:index:…",
        ),
        (
            "eks-service",
            False,
            "is an export of eks-service/prod, but of another program: it has no component privatelink-ingress:index:…",
        ),
    ],
)
def test_a_state_that_is_not_of_this_system_is_refused_with_its_file(
    tmp_path: Path, project: str, kept: bool, reason: str
):
    document = renamed(export(arn="a"), project)
    if not kept:
        resources = document["deployment"]["resources"]
        resources[:] = [one for one in resources if not one["type"].startswith("privatelink-ingress:")]
    file = tmp_path / "given.json"
    file.write_text(json.dumps(document))
    assert problems(file) == [Problem(str(file), reason, GIVE)]


def test_a_state_that_is_cut_anywhere_is_refused_with_its_file(tmp_path: Path):
    text, file = json.dumps(export(arn="a")), tmp_path / "given.json"
    for length in range(len(text)):
        file.write_text(text[:length])
        (problem,) = problems(file)
        assert problem.where == str(file)
        assert problem.reason.startswith("is not an exported state (JSONDecodeError: ")


def test_a_resource_of_another_form_asks_for_a_refresh(tmp_path: Path):
    file = tmp_path / "central-ingress.prod.json"
    file.write_text(json.dumps(export(internal=False)))
    (problem,) = problems(file)
    assert (problem.where, problem.reason) == (
        "central-ingress/prod",
        "a resource does not have the form that this version writes (KeyError: 'arn')",
    )
    assert problem.remedy == "Run `pulumi refresh` on each stack, then export it again."
