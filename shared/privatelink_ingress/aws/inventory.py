"""Every resource of an account and Region that is ours. Reads only."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws import refusals, untagged
from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import Account
from privatelink_ingress.fleet.orphans import Found
from privatelink_ingress.plan import tags
from privatelink_ingress.regions import partition
from privatelink_ingress.settings.query_logs import REGION as QUERY_LOG_REGION

ACTIONS = (
    "tag:GetResources",
    "ec2:DescribeTags",
    "ec2:DescribeSecurityGroupRules",
    "iam:GetAccountAuthorizationDetails",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeVpcs",
    "ec2:DescribeVpcEndpointConnectionNotifications",
    "logs:DescribeQueryDefinitions",
    "autoscaling:DescribeAutoScalingGroups",
    "route53:ListQueryLoggingConfigs",
)
"""What the caller must be allowed, as AWS's managed policy ReadOnlyAccess does."""

_OF_EKS = ("aws:eks:cluster-name", "eks:cluster-name", "eks:nodegroup-name")
"""Tag keys of what EKS itself creates."""


class Unreadable(Exception):
    """AWS refused one of the reads: its text says which."""


def resources(account: Account, region: str) -> list[Found]:
    """What the Resource Groups Tagging API, EC2 and IAM answer for our tag `ManagedBy`, and what these hold.

    The Tagging API leaves out roles: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html.
    EC2 is asked as well, so that nothing depends on how much of EC2 the Tagging API's index covers.

    Raises:
        Unreadable: AWS refused, or could not be reached.
    """
    more, endpoints, defaults = _rules(account) | _gateways(account), _endpoints(account), _default_groups(account)
    roles = _read(account, "iam", "get_account_authorization_details", "RoleDetailList", ACTIONS[3], Filter=["Role"])
    found = [*_indexed(account), *_of_ec2(account, region), *_tags_of(roles)]
    tagged = sorted(
        {
            Found(
                stack=known["Stack"],
                arn=arn,
                region=region,
                told_by=known.get("Name", ""),
                **more.get(arn.rpartition("/")[2], {}),
            )
            for arn, known in found
            if (":vpc-endpoint/" not in arn or arn.rpartition("/")[2] in endpoints)
            and arn.rpartition("/")[2] not in defaults
            and known.get("ManagedBy") == tags.MANAGED_BY
            and "Stack" in known
            and not known.keys() & {*_OF_EKS}
        }
    )
    held = untagged.Answers(
        roles=roles,
        vpcs=_read(account, "ec2", "describe_vpcs", "Vpcs", ACTIONS[7]),
        notifications=_read(
            account, "ec2", "describe_vpc_endpoint_connection_notifications", "ConnectionNotificationSet", ACTIONS[8]
        ),
        queries=_read(account, "logs", "describe_query_definitions", "queryDefinitions", ACTIONS[9]),
        # They are of no Region, and known by their log groups, which are all in one.
        query_logs=_read(account, "route53", "list_query_logging_configs", "QueryLoggingConfigs", ACTIONS[11])
        if region == QUERY_LOG_REGION
        else [],
    )
    return tagged + untagged.held_by(tagged, held, account.account_id, region)


def attached(account: Account) -> set[tuple[str, str]]:
    """The names of all Auto Scaling groups, each with the ARN of each of its target groups.

    Raises:
        Unreadable: AWS refused, or could not be reached.
    """
    answer = _read(account, "autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups", ACTIONS[10])
    return {(one["AutoScalingGroupName"], arn) for one in answer for arn in one.get("TargetGroupARNs") or ()}


def _indexed(account: Account) -> list[tuple[str, dict[str, str]]]:
    wanted = [{"Key": "ManagedBy", "Values": [tags.MANAGED_BY]}]
    answer = _read(
        account, "resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList", ACTIONS[0], TagFilters=wanted
    )
    return [(one["ResourceARN"], _by_key(one["Tags"])) for one in answer]


def _of_ec2(account: Account, region: str) -> list[tuple[str, dict[str, str]]]:
    wanted = [{"Name": "key", "Values": ["ManagedBy", "Stack", "Name", *_OF_EKS]}]
    prefix = f"arn:{partition(region)}:ec2:{region}:{account.account_id}"
    by_resource: dict[str, dict[str, str]] = {}
    for one in _read(account, "ec2", "describe_tags", "Tags", ACTIONS[1], Filters=wanted):
        arn = f"{prefix}:{one['ResourceType']}/{one['ResourceId']}"
        by_resource.setdefault(arn, {})[one["Key"]] = one["Value"]
    return list(by_resource.items())


def _rules(account: Account) -> dict[str, dict[str, Any]]:
    """Group and direction of our rules of security groups, by id."""
    wanted = [{"Name": "tag:ManagedBy", "Values": [tags.MANAGED_BY]}]
    answer = _read(account, "ec2", "describe_security_group_rules", "SecurityGroupRules", ACTIONS[2], Filters=wanted)
    return {one["SecurityGroupRuleId"]: {"holder_id": one["GroupId"], "egress": one["IsEgress"]} for one in answer}


def _gateways(account: Account) -> dict[str, dict[str, Any]]:
    """The VPC of each attached internet gateway, by id."""
    answer = _read(account, "ec2", "describe_internet_gateways", "InternetGateways", ACTIONS[5])
    return {
        one["InternetGatewayId"]: {"holder_id": attached["VpcId"]} for one in answer for attached in one["Attachments"]
    }


def _default_groups(account: Account) -> set[str]:
    """The security groups that belong to their VPCs: AWS deletes one with its VPC, and the next `up` takes it over."""
    wanted = [{"Name": "group-name", "Values": ["default"]}]
    answer = _read(account, "ec2", "describe_security_groups", "SecurityGroups", ACTIONS[6], Filters=wanted)
    return {one["GroupId"] for one in answer}


def _endpoints(account: Account) -> set[str]:
    """Endpoints that are not deleted. AWS answers for the tags of others for a while."""
    answer = _read(account, "ec2", "describe_vpc_endpoints", "VpcEndpoints", ACTIONS[4])
    return {one["VpcEndpointId"] for one in answer if one["State"].lower() not in ("deleted", "deleting")}


def _tags_of(roles: list[dict[str, Any]]) -> list[tuple[str, dict[str, str]]]:
    return [(one["Arn"], _by_key(one.get("Tags") or [])) for one in roles]


def _read(account: Account, service: str, operation: str, key: str, action: str, **parameters: Any) -> list[Any]:
    try:
        return read(account.client(service), operation, key, **parameters)
    except (BotoCoreError, ClientError) as error:
        if refusals.remedy(error):
            raise  # no right would help
        raise Unreadable(f"{action} in account {account.account_id}: {error}") from None


def _by_key(listed: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in listed}
