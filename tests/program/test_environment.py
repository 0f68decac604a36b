"""The environment is changed so that a thread which reads it meanwhile finds it whole."""

from __future__ import annotations

import ctypes
import os

import pytest

from privatelink_ingress.local.cloud import Cloud
from tests.support import environment

NAMES = [f"CHANGED_{number}" for number in range(20)]


def place() -> int | None:
    """Where the C library has its list of names and values."""
    return ctypes.c_void_p.in_dll(ctypes.CDLL(None), "environ").value


@pytest.fixture
def known(monkeypatch):
    for name in NAMES:
        monkeypatch.setenv(name, "")


def test_other_values_are_set_and_taken_back_where_the_list_of_names_is(known):
    before, there = dict(os.environ), place()
    with environment.with_values({name: name * 100 for name in NAMES}):
        assert [os.environ[name] for name in NAMES] == [name * 100 for name in NAMES]
        assert place() == there
    assert (dict(os.environ), place()) == (before, there)


def test_a_name_that_the_environment_lacks_is_refused_before_anything_is_set(known):
    with pytest.raises(KeyError, match="MISSING"), environment.with_values({NAMES[0]: "set", "MISSING": "set"}):
        raise AssertionError
    assert os.environ[NAMES[0]] == ""


def test_what_was_added_changed_or_removed_is_restored(known):
    before = dict(os.environ)
    os.environ |= {NAMES[0]: "changed", "ADDED": "added"}
    del os.environ[NAMES[1]]
    environment.restore(before)
    assert dict(os.environ) == before


def test_a_session_has_the_names_that_a_world_prepares():
    with Cloud() as cloud:
        assert sorted(cloud.session("111111111111", "eu-west-1").environment()) == list(environment.AWS)
