"""What other programs may import from the library."""

from __future__ import annotations

import subprocess
import sys

import pytest

import privatelink_ingress


@pytest.mark.parametrize("name", privatelink_ingress.__all__)
def test_a_public_name_is_there_and_documented(name: str):
    value = getattr(privatelink_ingress, name)
    assert value.__doc__
    assert getattr(value, "__name__", name) == name


def test_any_other_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'privatelink_ingress' has no attribute 'Privateservice'"):
        privatelink_ingress.Privateservice  # noqa: B018


def test_importing_the_package_loads_no_pulumi():
    script = "import sys, privatelink_ingress; print({'pulumi', 'boto3'} & {*sys.modules})"
    assert (
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "set()\n"
    )
