"""Web ACLs, their IP sets, associations and logs: `aws:wafv2/…`."""

from __future__ import annotations

from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call


def _create_ip_set(aws: Aws, inputs: Properties) -> Created:
    summary = call(aws, "wafv2", "CreateIPSet", {"addresses": [], **inputs}, type_=t.IP_SET)["Summary"]
    return Created(summary["Id"], {"arn": summary["ARN"], "lockToken": summary["LockToken"]})


def _create_web_acl(aws: Aws, inputs: Properties) -> Created:
    summary = call(aws, "wafv2", "CreateWebACL", inputs, type_=t.WEB_ACL)["Summary"]
    acl = call(aws, "wafv2", "GetWebACL", {}, type_=t.WEB_ACL, extra=key_of(summary["ARN"]))["WebACL"]
    outputs = {
        "applicationIntegrationUrl": "",
        "arn": summary["ARN"],
        "capacity": acl["Capacity"],
        "lockToken": summary["LockToken"],
    }
    return Created(summary["Id"], outputs)


def _create_rule_group(aws: Aws, inputs: Properties) -> Created:
    summary = call(aws, "wafv2", "CreateRuleGroup", inputs, type_=t.RULE_GROUP)["Summary"]
    return Created(summary["Id"], {"arn": summary["ARN"], "lockToken": summary["LockToken"]})


def _delete_versioned(type_: str, noun: str) -> Any:
    def delete(aws: Aws, id_: str, outputs: Properties) -> None:
        key = key_of(outputs["arn"])
        token = call(aws, "wafv2", f"Get{noun}", {}, type_=type_, extra=key)["LockToken"]
        call(aws, "wafv2", f"Delete{noun}", {}, type_=type_, extra=key | {"LockToken": token})

    return delete


def _associate(aws: Aws, inputs: Properties) -> Created:
    call(aws, "wafv2", "AssociateWebACL", inputs, type_=t.WEB_ACL_ASSOCIATION)
    return Created(f"{inputs['webAclArn']},{inputs['resourceArn']}", {})


def _disassociate(aws: Aws, id_: str, outputs: Properties) -> None:
    extra = {"ResourceArn": id_.split(",")[1]}
    call(aws, "wafv2", "DisassociateWebACL", {}, type_=t.WEB_ACL_ASSOCIATION, extra=extra)


def _create_logging(aws: Aws, inputs: Properties) -> Created:
    call(aws, "wafv2", "PutLoggingConfiguration", {"loggingConfiguration": inputs}, type_=t.WEB_ACL_LOGGING)
    return Created(inputs["resourceArn"], {})


def _delete_logging(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "wafv2", "DeleteLoggingConfiguration", {}, type_=t.WEB_ACL_LOGGING, extra={"ResourceArn": id_})


def key_of(arn: str) -> dict[str, str]:
    """The parameters that the API requires beside the id: an ARN ends in `<regional or global>/<kind>/<name>/<id>`."""
    scope, _, name, id_ = arn.rsplit(":", 1)[1].split("/")
    return {"Name": name, "Scope": "REGIONAL" if scope == "regional" else "CLOUDFRONT", "Id": id_}


ADAPTERS: dict[str, Adapter] = {
    t.IP_SET: Adapter(_create_ip_set, _delete_versioned(t.IP_SET, "IPSet")),
    t.RULE_GROUP: Adapter(_create_rule_group, _delete_versioned(t.RULE_GROUP, "RuleGroup")),
    t.WEB_ACL: Adapter(_create_web_acl, _delete_versioned(t.WEB_ACL, "WebACL")),
    t.WEB_ACL_ASSOCIATION: Adapter(_associate, _disassociate),
    t.WEB_ACL_LOGGING: Adapter(_create_logging, _delete_logging),
}
