"""Asks WAF which rule groups a web ACL refers to. No function of the AWS provider tells a web ACL's rules."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws import credentials
from privatelink_ingress.plan.edge.firewall.existing import KEY
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.existing_web_acl import ExistingWebAcl

TITLE = "The existing web ACL cannot be looked up"


def find(
    existing: ExistingWebAcl, *, account_id: str, region: str, role_arn: str | None, external_id: str | None
) -> tuple[str, ...]:
    """ARNs of the rule groups, with the credentials of the stack's network duty.

    Raises:
        UserError: when the web ACL cannot be looked up, with AWS's answer.
    """
    try:
        wafv2 = credentials.deploying(account_id, region, role_arn, external_id).client("wafv2")
        id_ = existing.arn.rpartition("/")[2]
        rules = wafv2.get_web_acl(Name=existing.name, Scope="REGIONAL", Id=id_)["WebACL"].get("Rules", ())
    except (BotoCoreError, ClientError, credentials.WrongAccount) as error:
        remedy = "Allow the deploying role wafv2:GetWebACL on it: edge.existingWebAcls of the bootstrap stack."
        reason = f"is {existing.arn}, whose rules cannot be looked up: {error}"
        raise UserError(TITLE, [Problem(f"{KEY}.arn", reason, remedy)]) from None
    statements = (rule["Statement"].get("RuleGroupReferenceStatement") for rule in rules)
    return tuple(one["ARN"] for one in statements if one)
