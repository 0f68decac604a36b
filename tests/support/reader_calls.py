"""The calls of a reader of AWS, as IAM is asked about each; and a reader that lacks one right."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Mapping
from typing import Any
from unittest import mock

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from privatelink_ingress.local.iam_policies import Request
from tests.support.role_calls import ACTIONS

PREFIXES = {"elbv2": "elasticloadbalancing", "resourcegroupstaggingapi": "tag", "service-quotas": "servicequotas"}
"""IAM's name of a service, where boto3 has another."""

Parameters = Mapping[str, Any]

_HERE = "eu-west-1:111111111111"

RESOURCES: Mapping[str, Callable[[Parameters], list[str]]] = {
    "acm:DescribeCertificate": lambda given: [given["CertificateArn"]],
    "cloudwatch:DescribeAlarms": lambda given: [f"arn:aws:cloudwatch:{_HERE}:alarm:*"],
    "ecr:BatchGetImage": lambda given: [f"arn:aws:ecr:{_HERE}:repository/{given['repositoryName']}"],
    "ecr:DescribeImages": lambda given: [f"arn:aws:ecr:{_HERE}:repository/{given['repositoryName']}"],
    "ecr:DescribeRepositories": lambda given: [f"arn:aws:ecr:{_HERE}:repository/*"],
    "ecr:ListImages": lambda given: [f"arn:aws:ecr:{_HERE}:repository/{given['repositoryName']}"],
    "eks:DescribeAddon": lambda given: [f"arn:aws:eks:{_HERE}:addon/{given['clusterName']}/{given['addonName']}/1"],
    "eks:DescribeCluster": lambda given: [f"arn:aws:eks:{_HERE}:cluster/{given['name']}"],
    "eks:DescribeNodegroup": lambda given: [
        f"arn:aws:eks:{_HERE}:nodegroup/{given['clusterName']}/{given['nodegroupName']}/1"
    ],
    "eks:ListAddons": lambda given: [f"arn:aws:eks:{_HERE}:cluster/{given['clusterName']}"],
    "eks:ListNodegroups": lambda given: [f"arn:aws:eks:{_HERE}:cluster/{given['clusterName']}"],
    "iam:GetRole": lambda given: [f"arn:aws:iam::111111111111:role/{given['RoleName']}"],
    "iam:SimulatePrincipalPolicy": lambda given: [given["PolicySourceArn"]],
    "kms:DescribeKey": lambda given: [f"arn:aws:kms:{_HERE}:key/0"],
    "kms:GetKeyPolicy": lambda given: [f"arn:aws:kms:{_HERE}:key/0"],
    "logs:DescribeLogGroups": lambda given: [f"arn:aws:logs:{_HERE}:log-group:{given['logGroupNamePrefix']}"],
    "route53:GetHostedZone": lambda given: [f"arn:aws:route53:::hostedzone/{given['Id']}"],
    "route53:ListResourceRecordSets": lambda given: [
        f"arn:aws:route53:::hostedzone/{given['HostedZoneId'].removeprefix('/hostedzone/')}"
    ],
    "s3:ListBucket": lambda given: [f"arn:aws:s3:::{given['Bucket']}"],
    "s3:GetBucketPolicy": lambda given: [f"arn:aws:s3:::{given['Bucket']}"],
    "sns:GetTopicAttributes": lambda given: [given["TopicArn"]],
    "ssm:GetParameters": lambda given: [f"arn:aws:ssm:{_HERE}:parameter{name}" for name in given["Names"]],
    "wafv2:GetLoggingConfiguration": lambda given: [given["ResourceArn"]],
    "wafv2:GetRuleGroup": lambda given: [given["ARN"]],
    "wafv2:GetWebACLForResource": lambda given: [given["ResourceArn"]],
}
"""On which resources AWS checks an action, by its parameters; on none, the others.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html"""


@contextlib.contextmanager
def recorded() -> Generator[list[Request]]:
    """What IAM is asked in the block."""
    requests: list[Request] = []
    with _sent(lambda action, given: requests.extend(_requests(action, given))):
        yield requests


@contextlib.contextmanager
def without(denied: str, *, code: str = "AccessDeniedException") -> Generator[list[str]]:
    """Refuse one action in the block; the list gets an entry for each refusal."""
    refused: list[str] = []

    def refuse(action: str, given: Parameters) -> None:
        if action == denied:
            refused.append(action)
            error = {"Code": code, "Message": f"not authorized to perform: {denied}"}
            raise ClientError({"Error": error}, denied.partition(":")[2])

    with _sent(refuse):
        yield refused


def _requests(action: str, given: Parameters) -> list[Request]:
    of = RESOURCES.get(action)
    return [Request(action, resource) for resource in of(given)] if of else [Request(action)]


@contextlib.contextmanager
def _sent(before: Callable[[str, Parameters], None]) -> Generator[None]:
    send = BaseClient._make_api_call

    def sent(client: Any, operation: str, parameters: Any) -> Any:
        service = client.meta.service_model.service_name
        # The emulated AWS's own session assumes a role; GetCallerIdentity takes no right.
        if service != "sts":
            action = f"{PREFIXES.get(service, service)}:{operation}"
            before(ACTIONS.get(action, action), parameters)
        return send(client, operation, parameters)

    with mock.patch.object(BaseClient, "_make_api_call", sent):
        yield
