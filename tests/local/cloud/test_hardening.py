"""The one mechanism that changes moto: registered on import, attached by `install`."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from moto.core.responses import BaseResponse

from privatelink_ingress.local import cloud
from privatelink_ingress.local.cloud import hardening

MODULES = sorted(path for path in Path(cloud.__path__[0]).rglob("*.py"))


class Model:
    def name(self, suffix: str = "") -> str:
        return f"shop{suffix}"


@pytest.fixture(autouse=True)
def _only_these(monkeypatch):
    monkeypatch.setattr(hardening, "_pending", [])


def test_a_hardening_changes_nothing_before_it_is_installed(monkeypatch):
    monkeypatch.setattr(Model, "name", Model.name)

    @hardening.around(Model, "name")
    def shouted(original: Any, self: Model, suffix: str = "") -> str:
        return original(self, suffix).upper()

    assert Model().name("-a") == "shop-a"
    hardening.install()
    assert Model().name("-a") == "SHOP-A"
    hardening.install()
    assert Model().name(suffix="-a") == "SHOP-A"


def test_a_computed_attribute_replaces_the_one_of_the_model(monkeypatch):
    monkeypatch.setattr(Model, "name", Model.name)
    hardening.computed(Model, "name")(lambda self: type(self).__name__)
    hardening.install()
    assert Model().name == "Model"


def test_an_operation_never_drops_a_check_that_was_attached_before_it(monkeypatch):
    class Responses(BaseResponse):
        def create_shop(self) -> None:
            pass

    monkeypatch.setattr(hardening, "_hardened", set())
    hardening.before(Responses, "create_shop")(lambda request, params: None)
    hardening.operation(Responses, "create_shop")(lambda request, params: {})
    with pytest.raises(RuntimeError, match="create_shop of Responses has a check already"):
        hardening.install()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_module_assigns_to_moto_itself(path):
    tree = ast.parse(path.read_text())
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "moto"
        for alias in node.names
    }
    assigned = [
        ast.unparse(target)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id in imported
    ]
    assert assigned == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_no_effect_refuses_what_a_check_before_could_refuse(path):
    refusing = [
        function.name
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef)
        and any(ast.unparse(decorator).startswith("after(") for decorator in function.decorator_list)
        and any(isinstance(node, ast.Name) and node.id == "refuse" for node in ast.walk(function))
    ]
    assert refusing == []
