"""What a message says to write instead is accepted once it is written."""

from __future__ import annotations

import copy
import io
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from privatelink_ingress.fleet.check import check
from privatelink_ingress.problems import Problem
from tests.support.stack_edits import copied

PROD, ATTACHED = "central-ingress/Pulumi.prod.yaml", "central-ingress/Pulumi.prod-blog.yaml"
SHOP = "eks-service/Pulumi.shop.yaml"

_YAML = YAML()
_YAML.preserve_quotes = True

Path_ = tuple[str, ...]


def write(root: Path, file: str, at: Path_, value: Any) -> None:
    content = _YAML.load((root / file).read_text())
    place = content["config"]
    for key in at[:-1]:
        place = place.setdefault(key, {})
    place[at[-1]] = copy.deepcopy(value)
    text = io.StringIO()
    _YAML.dump(content, text)
    (root / file).write_text(text.getvalue())


def problems_at(root: Path, file: str, where: str) -> list[Problem]:
    return [found.problem for found in check(root).findings if found.file == file and found.problem.where == where]


def values(remedy: str) -> Iterator[Any]:
    """Everything that a remedy says to write: both ends of a range, each word of a list."""
    if span := re.search(r"whole number from (\d+) to (\d+)", remedy):
        yield from map(int, span.groups())
    elif least := re.search(r"to (\d+)( or less)?[,.]| Write (\d+),", f" {remedy}"):
        yield int(least[1] or least[3])
    elif listed := re.findall(r'"([^"]+)" \(until', remedy):
        yield from listed
    else:
        text = re.search(r"(?:such as|Write|Did you mean) (?!a |an )([^ ,?]+\w)", remedy)
        assert text, remedy
        yield text[1]


def follow(file: str, at: Path_, wrong: Any) -> None:
    where = ".".join((at[0].partition(":")[2], *at[1:])) if at[0] != "aws:region" else at[0]
    with tempfile.TemporaryDirectory() as directory:
        root = copied(Path(directory))
        write(root, file, at, wrong)
        found = problems_at(root, file, where)
        for written in [value for problem in found for value in values(problem.remedy)]:
            value = int(written) if isinstance(wrong, int) else written
            write(root, file, at, value)
            assert problems_at(root, file, where) == [], (wrong, value)


@pytest.mark.parametrize(
    ("file", "at", "wrong"),
    [
        (PROD, ("central-ingress:network", "publicPrefix"), 28),
        (PROD, ("central-ingress:network", "publicPrefix"), 17),
        (PROD, ("central-ingress:network", "endpointPrefix"), 24),
        (PROD, ("central-ingress:network", "cidr"), "10.12.0.0"),
        (PROD, ("central-ingress:network", "cidr"), "10.12.7.1/255.255.0.0"),
        (PROD, ("central-ingress:network", "cidr"), "fd00::/56"),
        (PROD, ("central-ingress:firewall", "rateLimit"), 9),
        (PROD, ("central-ingress:loadBalancer", "idleTimeout"), 350),
        (PROD, ("aws:region",), "eu-west1"),
        (ATTACHED, ("central-ingress:edgeStack",), "prod-blog"),
        (ATTACHED, ("central-ingress:edgeStack",), "prodd"),
        (ATTACHED, ("central-ingress:edgeStack",), "organization/eks-service/prod"),
        (SHOP, ("eks-service:network", "subnetPrefix"), 31),
        (SHOP, ("eks-service:network", "subnetPrefix"), 28),
        (SHOP, ("eks-service:network", "subnetPrefix"), 16),
        (SHOP, ("eks-service:cluster", "version"), "1.20"),
        (SHOP, ("eks-service:cluster", "version"), "1.33"),
    ],
)
def test_a_remedy_that_is_followed_is_accepted(file: str, at: Path_, wrong: Any):
    follow(file, at, wrong)


@settings(max_examples=6, deadline=None)
@given(
    key=st.sampled_from(["publicPrefix", "endpointPrefix", "subnetPrefix"]),
    prefix=st.integers(min_value=-(10**6), max_value=10**6) | st.integers(min_value=14, max_value=33),
)
def test_the_range_in_a_remedy_is_the_one_that_is_accepted(key: str, prefix: int):
    file, project = (SHOP, "eks-service") if key == "subnetPrefix" else (PROD, "central-ingress")
    follow(file, (f"{project}:network", key), prefix)
