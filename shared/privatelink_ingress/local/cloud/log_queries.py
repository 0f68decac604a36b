"""Saved queries of CloudWatch Logs, which moto lacks."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from moto.logs.responses import LogsResponse

from privatelink_ingress.local.cloud.hardening import Params, operation, refuse


@operation(LogsResponse, "put_query_definition")
def put_query_definition(request: Any, params: Params) -> Mapping[str, Any]:
    """Creates a saved query, or replaces the one of the given id (API reference, PutQueryDefinition)."""
    held, id_ = _held(request), params.get("queryDefinitionId")
    if id_ is not None and id_ not in held:
        refuse("ResourceNotFoundException", "The specified query definition does not exist.")
    id_ = id_ or str(uuid.uuid4())
    kept = ("name", "queryString", "logGroupNames")
    held[id_] = {"queryDefinitionId": id_} | {key: params[key] for key in kept if key in params}
    return {"queryDefinitionId": id_}


@operation(LogsResponse, "describe_query_definitions")
def describe_query_definitions(request: Any, params: Params) -> Mapping[str, Any]:
    """The saved queries whose names begin with a prefix (API reference, DescribeQueryDefinitions)."""
    prefix = params.get("queryDefinitionNamePrefix", "")
    return {"queryDefinitions": [one for one in _held(request).values() if one["name"].startswith(prefix)]}


@operation(LogsResponse, "delete_query_definition")
def delete_query_definition(request: Any, params: Params) -> Mapping[str, Any]:
    """Deletes a saved query (API reference, DeleteQueryDefinition)."""
    if _held(request).pop(params["queryDefinitionId"], None) is None:
        refuse("ResourceNotFoundException", "The specified query definition does not exist.")
    return {"success": True}


def _held(request: Any) -> dict[str, dict[str, Any]]:
    """The saved queries of the account and Region, by id."""
    return vars(request.logs_backend).setdefault("query_definitions", {})
