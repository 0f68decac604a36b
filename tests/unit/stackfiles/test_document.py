"""YAML is read as the engine reads it (gopkg.in/yaml.v3), or refused with the line and what to write instead."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privatelink_ingress.stackfiles import document
from privatelink_ingress.stackfiles.document import Unreadable


def refusal(text: str) -> tuple[str, str, str]:
    with pytest.raises(Unreadable) as caught:
        document.load(text)
    problem = caught.value.problem
    return problem.where, problem.reason, problem.remedy


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("a: 1", {"a": 1}),
        ("a: -3", {"a": -3}),
        ('a: "010"', {"a": "010"}),
        ("a: 12e3", {"a": 12000.0}),
        ("a: [true, False, TRUE, ~, null, '']", {"a": [True, False, True, None, None, ""]}),
        ("a: [yes, on, y, 1:30, 10.0.0.0, 1.2.3, v1, euw1-az1]", None),
        ("a: &x {b: 1}\nc: *x", {"a": {"b": 1}, "c": {"b": 1}}),
        ("a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3", {"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 3}}),
        ("- a\n- [b, {c: d}]", ["a", ["b", {"c": "d"}]]),
        ("a: é", {"a": "é"}),
    ],
)
def test_a_value_with_one_reading_is_read(text: str, value: Any):
    words = ["yes", "on", "y", "1:30", "10.0.0.0", "1.2.3", "v1", "euw1-az1"]
    assert document.load(text) == ({"a": words} if "yes" in text else value)


@pytest.mark.parametrize(
    "number", ["010", "00", "1_000", "0o10", "0O10", "0x1F", "0b11", "+5", ".5", "1.", "1_0.5", ".inf", "-.INF", ".nan"]
)
def test_a_number_that_the_engine_may_read_otherwise_is_refused(number: str):
    where, reason, remedy = refusal(f"b: 1\na: {number}")
    assert where == "line 2"
    assert reason == f"has {number}, which the engine may read as another number"
    assert remedy == f'Write the number in plain decimal digits, or "{number}" if it is text.'
    assert document.load(f'a: "{number}"') == {"a": number}


@pytest.mark.parametrize("date", ["2001-01-01", "2001-1-1", "2001-12-14t21:59:43.10-05:00"])
def test_a_date_is_refused_since_the_engine_reads_a_time(date: str):
    assert refusal(f"a: {date}") == ("line 1", f"has {date}, which the engine reads as a time", f'Write "{date}".')


@pytest.mark.parametrize(
    ("text", "where", "reason"),
    [
        (f"a: {'9' * 5000}", "line 1", "has a number of 5000 digits, which is read inexactly"),
        (f"a: {'9' * 19}", "line 1", "has a number of 19 digits, which is read inexactly"),
        (f"a: {'[' * 3000}{']' * 3000}", "line 1", "is nested deeper than 40 levels"),
        ("x: 1\na: &x [*x]", "line 2", "uses *x within &x itself"),
        ("a: &x {b: *x}", "line 1", "uses *x within &x itself"),
        ("a: *x", "line 1", "uses *x before any &x"),
        ('a: !!int "5"', "line 1", "has the tag tag:yaml.org,2002:int"),
        ("a: !secret x", "line 1", "has the tag !secret"),
        ("a: 1\na: 2", "line 2", "repeats the key a"),
        ("a: 1\n---\na: 2", "line 2", "starts a second document, which the engine does not read"),
        ("1: x", "line 1", "has the key 1, which is not text"),
        ("a: {<<: 5}", "line 1", "merges something that is not a mapping"),
        ("a: {<<: {b: 1}, <<: {c: 2}}", "line 1", "repeats the key <<"),
        ("# c\n%YAML 1.2\n---\na: 1", "line 2", "starts with the directive %YAML, which the engine may refuse"),
        ("%TAG ! x\n---\na: 1", "line 1", "starts with the directive %TAG, which the engine may refuse"),
        ("a: 1\nb: x\x07y", "line 2", "has the character U+0007, which YAML does not allow"),
        ("a: 1\r\nb: x\x00", "line 2", "has the character U+0000, which YAML does not allow"),
        ("a: [", "line 1", "is not valid YAML: expected the node content, but found '<stream end>'"),
    ],
)
def test_what_has_no_plain_value_is_refused_with_its_line(text: str, where: str, reason: str):
    assert refusal(text)[:2] == (where, reason)


@pytest.mark.parametrize("text", [r'a: "\ud83d"', r'a: "\ud83d\ude00"', r'"\udfff": 1', r'a: ["x\ud800y"]'])
def test_half_of_a_character_is_refused_as_the_engine_refuses_it(text: str):
    where, reason, remedy = refusal(f"b: 1\n{text}")
    assert (where, remedy) == ("line 2", "Write the character itself.")
    assert reason == r"has an escape from \ud800 to \udfff, which the engine refuses: it is half of a character"


def test_aliases_of_aliases_are_refused_before_they_fill_the_memory():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    assert refusal("\n".join(lines))[1] == "brings the file to more than 100,000 values"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(st.characters(codec="ascii"), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abcy019_.-", max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(value=st.dictionaries(st.text("abc", min_size=1, max_size=3), VALUES, max_size=4))
def test_json_is_read_back_exactly(value: dict[str, Any]):
    assert document.load(json.dumps(value)) == value


@given(text=st.text(st.sampled_from("ab01:-[]{}&*!'\"#\n\t ,?<|>%@._~"), max_size=40))
def test_any_text_is_read_or_refused_with_a_place_and_a_remedy(text: str):
    try:
        document.load(text)
    except Unreadable as error:
        problem = error.problem
        assert re.fullmatch("file|line [0-9]+", problem.where)
        assert problem.reason
        assert problem.remedy
