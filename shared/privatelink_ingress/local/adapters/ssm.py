"""Parameters: `aws:ssm/parameter:Parameter`."""

from __future__ import annotations

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, AdapterError, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.ec2_security_groups import own_name

VALUES = ("value", "insecureValue", "valueWo")
"""The inputs that may hold the value; exactly one does."""


def _create(aws: Aws, inputs: Properties) -> Created:
    given = [name for name in VALUES if inputs.get(name) is not None]
    if len(given) != 1:
        raise AdapterError(
            f"{t.PARAMETER}: exactly one of {', '.join(VALUES)} is needed; given: {', '.join(given) or 'none'}"
        )
    rest = {name: value for name, value in inputs.items() if name not in (*VALUES, "valueWoVersion", "name", "arn")}
    name, value = own_name(inputs), inputs[given[0]]
    call(aws, "ssm", "PutParameter", rest, type_=t.PARAMETER, extra={"Name": name, "Value": value})
    wanted = {"name": name, "withDecryption": True}
    made = call(aws, "ssm", "GetParameter", wanted, type_=t.PARAMETER)["Parameter"]
    outputs: Properties = {
        "arn": made["ARN"],
        "dataType": made.get("DataType", "text"),
        "hasValueWo": given == ["valueWo"],
        "name": name,
        "tier": inputs.get("tier", "Standard"),
        "version": made["Version"],
    }
    if given != ["valueWo"]:
        outputs["value"] = made["Value"]
    return Created(name, outputs)


def _delete(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "ssm", "DeleteParameter", {"name": id_}, type_=t.PARAMETER)


ADAPTERS: dict[str, Adapter] = {t.PARAMETER: Adapter(_create, _delete)}
