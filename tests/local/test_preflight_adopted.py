"""`preflight` on settings that name what exists already: each of them broken is told."""

from __future__ import annotations

import typing
from collections.abc import Iterator

import pydantic
import pytest

from privatelink_ingress.cli import preflight, pulumi_cli
from privatelink_ingress.local import iam_policies
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.workload import WorkloadSettings
from tests.support import reader_calls
from tests.support.preflight_adopted import ATTACHED, EDGES, ELSEWHERE, MORE, WORKLOADS, Adopted
from tests.support.preflight_breakages import BLOG, PROD, SHOP
from tests.support.preflight_world import Before

NAMES = ("zone_id", "parameter", "stack")
"""Fields of other names that name something which exists already."""

NO_REFERENCE = {"nodes.taints.key", "nodes.groups.taints.key", "connections.routes.query.key"}
"""Fields with the name of such a field, for something else."""

CASES = [
    pytest.param(stack, one, id=f"{stack}, {what}")
    for stack, table in ((SHOP, WORKLOADS), (PROD, EDGES), (PROD, MORE), (BLOG, ATTACHED))
    for what, one in table.items()
]


@pytest.fixture(scope="module", name="prepared")
def prepared_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Before]:
    with Cloud() as cloud:
        yield Before(cloud, tmp_path_factory.mktemp("preflight"))


@pytest.fixture
def before(prepared: Before, monkeypatch: pytest.MonkeyPatch) -> Iterator[Before]:
    monkeypatch.setattr(pulumi_cli, "version", lambda: None)
    yield prepared
    prepared.restore()


@pytest.mark.parametrize(("stack", "adopted"), CASES)
def test_a_setting_that_names_what_cannot_be_used_is_told(before: Before, stack: str, adopted: Adopted):
    adopted.do(before)
    told = [one.problem for one in before.report(stack).found if one.severity == "error"]
    assert [one.where for one in told if adopted.reason in one.reason] == [adopted.where], told
    assert all(one.remedy for one in told)


def test_the_printed_policy_allows_what_is_asked_about_topics_and_keys(before: Before):
    for one in (MORE["a topic under the key that AWS manages"], EDGES["logs.keyArn"]):
        one.do(before)
    with reader_calls.recorded() as requests:
        before.report(PROD)
    assert {"sns:GetTopicAttributes", "kms:DescribeKey"} <= {one.action for one in requests}
    printed = preflight.policy(preflight.chosen(before.root, [PROD]))
    assert iam_policies.Policies(printed).refused(requests) == []


def references(model: type[pydantic.BaseModel], prefix: str = "") -> Iterator[str]:
    """Paths of the fields that name something outside the stack file."""
    for name, field in model.model_fields.items():
        path = f"{prefix}{field.alias or name}"
        if "existing" in name or name.endswith("_arn") or name in NAMES or name in ("key", "hosted_zone_roles"):
            yield path
        if "existing" not in name or path.startswith("firewall"):
            for inner in _models(field.annotation):
                yield from references(inner, f"{path}.")


def _models(annotation: object) -> Iterator[type[pydantic.BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        yield annotation
    for part in typing.get_args(annotation):
        yield from _models(part)


@pytest.mark.parametrize(
    ("model", "tables"),
    [(WorkloadSettings, (WORKLOADS,)), (EdgeSettings, (EDGES,)), (AttachedSettings, (ATTACHED, EDGES))],
)
def test_no_such_setting_is_left_out(model: type[pydantic.BaseModel], tables: tuple[dict[str, Adopted], ...]):
    known = {key for table in tables for key in table} | ELSEWHERE.keys() | NO_REFERENCE
    assert [path for path in references(model) if path not in known] == []
