"""Another value for each input of the sample stacks' resources: one that AWS accepts, where an update is possible."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

from privatelink_ingress import tokens as t
from tests.support.change_values import VALUES
from tests.support.plugin import Resource, Samples


def other(resource: Resource, name: str, samples: Samples) -> Any:
    """Another value for the input `name` of a resource."""
    special = VALUES.get(resource.type, {}).get(name) or VALUES["*"].get(name)
    return special(resource, samples) if special else _other(copy.deepcopy(resource.inputs[name]))


def representative(samples: Samples, type_: str, name: str) -> Resource:
    """The resource of a type on which the input `name` is changed."""
    fits = FITTING.get((type_, name), lambda resource: True)
    return next(each for each in samples.of(type_) if name in each.inputs and fits(each))


FITTING: Mapping[tuple[str, str], Callable[[Resource], bool]] = {
    (t.ADDON, "addonVersion"): lambda resource: resource.urn.endswith("::shop-kube-proxy"),
    (t.LISTENER, "defaultActions"): lambda resource: "fixedResponse" in resource.inputs["defaultActions"][0],
    (t.LOAD_BALANCER, "subnets"): lambda resource: resource.inputs["loadBalancerType"] == "application",
    # The cluster is upgraded for it; changes of a cluster are tried on the other one.
    (t.NODE_GROUP, "version"): lambda resource: resource.inputs["clusterName"] == "shop",
}
"""Which resource takes part, where not every one of its type can."""


def _other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str() if value.startswith("{"):
            return _document(value)
        case str():
            return f"{value}-other"
        case list():
            return [*value, _other(value[-1] if value else "x")]
        case dict():
            return {key: _other(item) for key, item in value.items()}
    return value


def _document(text: str) -> str:
    """An IAM policy with one statement more; another document with another value for its last key."""
    document = json.loads(text)
    statements = document.get("Statement")
    if isinstance(statements, list):
        document["Statement"] = [*statements, statements[-1] | {"Sid": "Other"}]
    else:
        last = list(document)[-1]
        document[last] = _other(document[last])
    return json.dumps(document)
