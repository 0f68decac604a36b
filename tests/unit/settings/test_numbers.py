"""Numbers that are not whole ones: a wrong one is told with its bounds, and no message asks for a mapping instead."""

from __future__ import annotations

import json
import typing
from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import BaseModel

from privatelink_ingress.settings import explain
from privatelink_ingress.settings.alarms import ShardAlarms
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.settings.bootstrap import BootstrapSettings
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.fields import Settings
from privatelink_ingress.settings.load import SettingsError, load
from privatelink_ingress.settings.workload import WorkloadSettings


class File(Settings):
    alarms: ShardAlarms


def refused(key: str, value: Any) -> list[str]:
    alarms = json.dumps({"enabled": True, "key": "alias/alarms", key: value})
    with pytest.raises(SettingsError) as caught:
        load(File, {"alarms": alarms}, project="central-ingress", stack="prod")
    return [f"{one.where}: {one.reason}. {one.remedy}" for one in caught.value.problems]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("errorPercent", 140, "is 140, but must be at most 100. Write a number above 0 and at most 100."),
        ("errorPercent", 0, "is 0, but must be more than 0. Write a number above 0 and at most 100."),
        ("latencySeconds", -0.5, "is -0.5, but must be more than 0. Write a number above 0."),
        ("latencySeconds", "slow", "is 'slow', but must be a number. Write a number, without quotes."),
        ("latencySeconds", "3", "is '3', but must be a number. Write a number, without quotes."),
        ("latencySeconds", True, "is true, but must be a number. Write a number, without quotes."),
        ("latencySeconds", [3], "is a list, but must be a number. Write a number, without quotes."),
    ],
)
def test_a_wrong_number_is_told_with_what_to_write(key: str, value: Any, message: str) -> None:
    assert refused(key, value) == [f"alarms.{key}: {message}"]


def models(model: type[BaseModel], found: set[type[BaseModel]]) -> set[type[BaseModel]]:
    """The model and all models below it."""
    if model not in found:
        found.add(model)
        for field in model.model_fields.values():
            for inner in nested(field.annotation):
                models(inner, found)
    return found


def nested(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [one for argument in typing.get_args(annotation) for one in nested(argument)]


ROOTS = (AttachedSettings, BootstrapSettings, EdgeSettings, WorkloadSettings)
EVERY = sorted({one for root in ROOTS for one in models(root, set())}, key=lambda one: one.__qualname__)


@pytest.mark.parametrize("model", EVERY, ids=lambda one: one.__qualname__)
def test_only_keys_with_keys_of_their_own_are_called_a_mapping(model: type[BaseModel]) -> None:
    for key, annotation in explain.keys(model).items():
        bare = explain.core(annotation)
        origin = typing.get_origin(bare) or bare
        below = isinstance(origin, type) and issubclass(origin, BaseModel | Mapping)
        assert (explain.kind(annotation) == "a mapping") is below, key
