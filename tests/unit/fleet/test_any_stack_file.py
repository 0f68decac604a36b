"""Whole stack files with anything anywhere: every command answers with a place, a reason and a remedy, or goes on."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from privatelink_ingress.cli.views import plan as plan_view
from privatelink_ingress.fleet import cost
from privatelink_ingress.fleet.capacity import capacity
from privatelink_ingress.fleet.check import check
from privatelink_ingress.fleet.onboarding import OnboardRequest
from privatelink_ingress.fleet.onboarding_changes import prepare
from privatelink_ingress.plan.capacity.cost import Traffic
from privatelink_ingress.plan.capacity.usage import Needs
from privatelink_ingress.problems import Problem, UserError
from tests.support.examples import examples
from tests.support.stack_edits import copied

FILES = (
    "central-ingress/Pulumi.prod.yaml",
    "central-ingress/Pulumi.prod-blog.yaml",
    "eks-service/Pulumi.shop.yaml",
    "eks-service/Pulumi.blog.yaml",
)
PROJECT_FILES = ("central-ingress/Pulumi.yaml", "eks-service/Pulumi.yaml")
_YAML = YAML(typ="safe", pure=True)

KNOWN = (
    *("", "0", "1", "-1", "010", "1_000", "true", "yes", "null", "~", "²", "٣", "a b", "a\nb", "a\x00b", "\u202ea"),
    *(
        "a" * 300,
        "10.0.0.0/8",
        "10.12.0.0/16",
        "10.12.0.0",
        "10.12.0.0/255.255.0.0",
        "::/0",
        "0.0.0.0/0",
        "300.0.0.0/8",
    ),
    *(
        "10.0.0.0/8",
        "*",
        "*.com",
        "prod",
        "prod-blog",
        "shop",
        "blog",
        "organization/eks-service/shop",
        "a/b",
        "SHOP.example.com",
    ),
    *("eu-west-1", "eu-west-1a", "us-gov-west-1", "cn-north-1", "euw1-az1", "use1-az1", "222222222222", "111111111111"),
    *("arn:aws:iam::1:role/x", "arn:aws:iam::111111111111:role/x", "arn:aws-cn:iam::222222222222:role/x", "arn::::::"),
    *("arn:aws:acm:us-east-1:222222222222:certificate/x", "Z0123456789EXAMPLE", "/aws/x", "/a//b", "sha256:00"),
    *("shop.example.com", "1.20", "9.99"),
)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.integers(-2, 40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(KNOWN)
)
KEYS = st.sampled_from(
    ("existing", "zones", "zoneIds", "arn", "domains", "secure", "stack", "service", "x", "Slot", "shop ")
) | (st.text(max_size=6))
anything = st.recursive(
    scalars | st.just({"secure": "v1:abc"}),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [*([at] if at else []), *(place for key, one in inner for place in places(one, (*at, key)))]


def around(content: Any, place: tuple[Any, ...]) -> Any:
    for key in place[:-1]:
        content = content[key]
    return content


def replaced(draw: Any, content: Any, place: tuple[Any, ...]) -> None:
    around(content, place)[place[-1]] = draw(anything)


def removed(draw: Any, content: Any, place: tuple[Any, ...]) -> None:
    del around(content, place)[place[-1]]


def added(draw: Any, content: Any, place: tuple[Any, ...]) -> None:
    inside = around(content, place)
    if isinstance(inside, list):
        inside.append(draw(anything | st.just(inside[place[-1]])))
    else:
        inside[draw(KEYS)] = draw(anything)


def renamed(draw: Any, content: Any, place: tuple[Any, ...]) -> None:
    inside, key = around(content, place), place[-1]
    if isinstance(inside, dict):
        form: Callable[[str], str] = draw(
            st.sampled_from((str.upper, str.title, lambda text: text[:-1], lambda text: f"{text} "))
        )
        inside[form(key)] = inside.pop(key)


def moved(draw: Any, content: Any, place: tuple[Any, ...]) -> None:
    content[draw(st.sampled_from(sorted(content)))] = around(content, place)[place[-1]]


def in_the_values(draw: Any, text: str) -> str:
    content = _YAML.load(text)
    change = draw(st.sampled_from((replaced, replaced, replaced, removed, added, renamed, moved)))
    change(draw, content["config"], draw(st.sampled_from(places(content["config"]))))
    written = io.StringIO()
    _YAML.dump(content, written)
    return written.getvalue()


SIGNS = (
    *("\t", "\r", "\x07", "\ufeff", "[", "{", "}", ": ", "&a ", "*a", "!!int ", "---\n", "\n- ", '"', "'", "#"),
    *("<<: x\n", "%", "? ", "| ", "\u2028"),
)


def in_the_text(draw: Any, text: str) -> str:
    lines = text.splitlines(keepends=True)
    line = draw(st.integers(0, len(lines) - 1))
    column = draw(st.integers(0, len(lines[line])))
    before, here, after = "".join(lines[:line]), lines[line], "".join(lines[line + 1 :])
    return draw(
        st.sampled_from(
            (
                before + here + here + after,
                before + after,
                before + here[:column],
                f"{before}  {here}{after}",
                text.replace("\n", "\r\n"),
            )
        )
        | st.sampled_from(SIGNS).map(lambda sign: before + here[:column] + sign + here[column:] + after)
    )


@st.composite
def repositories(draw: Any) -> dict[str, str]:
    """The text of each file that is changed."""
    with tempfile.TemporaryDirectory() as directory:
        texts = {file: (copied(Path(directory)) / file).read_text() for file in (*FILES, *PROJECT_FILES)}
    changed = {}
    for _ in range(draw(st.integers(1, 3))):
        file = draw(st.sampled_from(FILES))
        changed[file] = texts[file] = in_the_values(draw, texts[file])
    if draw(st.integers(0, 3)) == 0:
        file = draw(st.sampled_from((*FILES, *PROJECT_FILES)))
        changed[file] = in_the_text(draw, texts[file])
    return changed


def complete(problems: Iterable[Problem]) -> None:
    for problem in problems:
        assert problem.where
        assert problem.reason
        assert problem.remedy
        assert str(problem).replace("\n", "").isprintable()


def plans(root: Path) -> None:
    report = check(root)
    complete(one.problem for one in (*report.findings, *report.warnings))
    assert plan_view.as_json(report.plans)


def onboarding(root: Path) -> None:
    prepare(root, OnboardRequest(name="shop", stack="shop", hosts=("new.example.com",)))


def onboarding_of_another(root: Path) -> None:
    prepare(root, OnboardRequest(name="news", stack="blog", hosts=("news.example.com",), attached=True))


COMMANDS: tuple[Callable[[Path], Any], ...] = (
    plans,
    onboarding,
    onboarding_of_another,
    lambda root: capacity(root, needs=Needs(backends=1, rules=1, certificates=0), plan=200),
    lambda root: cost.report(root, traffic=Traffic(gb=1, million_requests=1)),
)


@examples(quick=10, whole=60)
@given(changed=repositories())
@example(changed={FILES[0]: "config:\n  aws:region: eu-west-1\n"})
@example(changed={FILES[1]: ""})
def test_every_command_answers_whatever_the_stack_files_say(changed: dict[str, str]):
    with tempfile.TemporaryDirectory() as directory:
        root = copied(Path(directory))
        for file, text in changed.items():
            (root / file).write_text(text, newline="")
        for command in COMMANDS:
            try:
                command(root)
            except UserError as error:
                complete(error.problems)


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "- a\n", "text\n", "5\n", "\ufeff", "config:\n", "{}\n"])
@pytest.mark.parametrize("file", FILES)
def test_a_file_with_nothing_in_it_is_answered(file: str, text: str):
    with tempfile.TemporaryDirectory() as directory:
        root = copied(Path(directory))
        (root / file).write_text(text)
        found = [one.problem for one in check(root).findings]
        assert found
        complete(found)
