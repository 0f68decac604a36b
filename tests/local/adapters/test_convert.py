"""Pulumi's inputs as parameters of AWS operations, against botocore's real models."""

from __future__ import annotations

import json
from typing import Any, cast

import botocore.session
import pytest
from botocore.model import Shape

from privatelink_ingress.local.adapters import convert as under_test
from privatelink_ingress.local.adapters import violations
from privatelink_ingress.local.adapters.violations import problems
from privatelink_ingress.local.cloud import service_models

SESSION = botocore.session.get_session()


def shape(service: str, operation: str) -> Any:
    return SESSION.get_service_model(service).operation_model(operation).input_shape


def convert(service: str, operation: str, inputs: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The parameters, when every input has a place and the model finds nothing wrong."""
    parameters, leftover = under_test.convert(shape(service, operation), inputs, **options)
    assert leftover == []
    assert problems(shape(service, operation), parameters) == []
    return parameters


def leftover(service: str, operation: str, inputs: dict[str, Any], **options: Any) -> list[str]:
    return under_test.convert(shape(service, operation), inputs, **options)[1]


def test_names_match_without_regard_to_case_and_number():
    inputs = {"url": "https://example.com", "clientIdLists": ["sts"], "thumbprintLists": ["0" * 40]}
    assert convert("iam", "CreateOpenIDConnectProvider", inputs) == {
        "Url": "https://example.com",
        "ClientIDList": ["sts"],
        "ThumbprintList": ["0" * 40],
    }


def test_endings_that_the_api_adds_or_drops_are_found():
    endpoint = {"vpcId": "vpc-1", "serviceName": "s", "policy": {"Version": "2012-10-17"}}
    assert convert("ec2", "CreateVpcEndpoint", endpoint)["PolicyDocument"] == '{"Version": "2012-10-17"}'
    permissions = {"vpcEndpointServiceId": "vpce-svc-1"}
    assert convert("ec2", "ModifyVpcEndpointServicePermissions", permissions) == {"ServiceId": "vpce-svc-1"}
    nodes = {"clusterName": "shop", "nodeGroupName": "main", "nodeRoleArn": "arn", "subnetIds": ["subnet-1"]}
    assert convert("eks", "CreateNodegroup", nodes) == {
        "clusterName": "shop",
        "nodegroupName": "main",
        "nodeRole": "arn",
        "subnets": ["subnet-1"],
    }


def test_a_short_name_finds_the_required_member_that_ends_in_it():
    assert convert("ecr", "CreateRepository", {"name": "shop/nginx"}) == {"repositoryName": "shop/nginx"}


def test_a_name_that_fits_two_members_has_no_place():
    inputs = {"name": "n", "role": "r", "policy": "{}"}
    assert leftover("iam", "PutRolePolicy", inputs) == ["name"]
    assert convert("iam", "PutRolePolicy", inputs, rename={"name": "PolicyName"}) == {
        "PolicyName": "n",
        "RoleName": "r",
        "PolicyDocument": "{}",
    }


def test_two_inputs_never_take_one_member():
    assert leftover("iam", "CreateRole", {"roleName": "a", "name": "b", "assumeRolePolicy": "{}"}) == ["name"]


def test_blocks_of_one_lists_of_one_and_maps_take_the_shape_of_the_api():
    inputs = {
        "name": "cpu",
        "comparisonOperator": "GreaterThanThreshold",
        "evaluationPeriods": 2.0,
        "dimensions": {"LoadBalancer": "app/x"},
        "alarmActions": "arn:aws:sns:eu-west-1:111111111111:ops",
        "tags": {"owner": "platform"},
    }
    assert convert("cloudwatch", "PutMetricAlarm", inputs) == {
        "AlarmName": "cpu",
        "ComparisonOperator": "GreaterThanThreshold",
        "EvaluationPeriods": 2,
        "Dimensions": [{"Name": "LoadBalancer", "Value": "app/x"}],
        "AlarmActions": ["arn:aws:sns:eu-west-1:111111111111:ops"],
        "Tags": [{"Key": "owner", "Value": "platform"}],
    }
    rule = {"listenerArn": "arn", "priority": 7.0, "actions": [{"type": "redirect", "redirect": [REDIRECT]}]}
    rule["conditions"] = [{"field": "path-pattern", "pathPattern": {"values": ["/*"]}}]
    assert convert("elbv2", "CreateRule", rule) == {
        "ListenerArn": "arn",
        "Priority": 7,
        "Actions": [{"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", "Port": "443"}}],
        "Conditions": [{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/*"]}}],
    }


REDIRECT = {"statusCode": "HTTP_301", "port": 443.0}


def test_deep_structures_of_the_firewall_are_converted_whole():
    visible = {"cloudwatchMetricsEnabled": True, "metricName": "acl", "sampledRequestsEnabled": True}
    seen = {"CloudWatchMetricsEnabled": True, "MetricName": "acl", "SampledRequestsEnabled": True}
    statement = {"notStatement": {"statements": [{"ipSetReferenceStatement": {"arn": "arn:aws:wafv2:eu-west-1:1:x"}}]}}
    rule = {"name": "r", "priority": 1.0, "statement": statement, "action": {"block": {}}, "visibilityConfig": visible}
    body = {"key": "blocked", "content": "no", "contentType": "TEXT_PLAIN"}
    acl = {"name": "acl", "scope": "REGIONAL", "defaultAction": {"allow": {}}, "visibilityConfig": visible}
    assert convert("wafv2", "CreateWebACL", acl | {"rules": [rule], "customResponseBodies": [body]}) == {
        "Name": "acl",
        "Scope": "REGIONAL",
        "DefaultAction": {"Allow": {}},
        "VisibilityConfig": seen,
        "CustomResponseBodies": {"blocked": {"Content": "no", "ContentType": "TEXT_PLAIN"}},
        "Rules": [
            {
                "Name": "r",
                "Priority": 1,
                "Action": {"Block": {}},
                "VisibilityConfig": seen,
                "Statement": {
                    "NotStatement": {"Statement": {"IPSetReferenceStatement": {"ARN": "arn:aws:wafv2:eu-west-1:1:x"}}}
                },
            }
        ],
    }


def test_values_take_the_type_of_the_api():
    template = {"name": "nodes", "launchTemplateData": {"blockDeviceMappings": [{"ebs": EBS}], "ebsOptimized": "true"}}
    data = convert("ec2", "CreateLaunchTemplate", template)["LaunchTemplateData"]
    assert data == {
        "BlockDeviceMappings": [{"Ebs": {"VolumeSize": 50, "Encrypted": True, "DeleteOnTermination": False}}],
        "EbsOptimized": True,
    }
    assert convert("ssm", "PutParameter", {"name": "/a", "value": {"b": 1}}) == {"Name": "/a", "Value": '{"b": 1}'}


EBS = {"volumeSize": 50.0, "encrypted": "true", "deleteOnTermination": "false"}


def test_tags_of_ec2_carry_the_resource_type():
    inputs = {"cidrBlock": "10.0.0.0/16", "tags": {"Name": "main"}}
    assert convert("ec2", "CreateVpc", inputs, tagged_as="vpc") == {
        "CidrBlock": "10.0.0.0/16",
        "TagSpecifications": [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "main"}]}],
    }


def test_renames_reach_into_lists_by_path():
    group = {"arn": "arn:tg", "weight": 1.0}
    action = {"type": "forward", "forward": {"targetGroups": [group], "stickiness": {"enabled": True, "duration": 60}}}
    rename = {
        "defaultActions.forward.targetGroups.arn": "TargetGroupArn",
        "defaultActions.forward.stickiness": "TargetGroupStickinessConfig",
        "defaultActions.forward.stickiness.duration": "DurationSeconds",
    }
    inputs = {"loadBalancerArn": "arn:lb", "defaultActions": [action]}
    assert convert("elbv2", "CreateListener", inputs, rename=rename)["DefaultActions"] == [
        {
            "Type": "forward",
            "ForwardConfig": {
                "TargetGroups": [{"TargetGroupArn": "arn:tg", "Weight": 1}],
                "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60},
            },
        }
    ]


def test_what_has_no_place_is_reported_with_its_path_and_never_dropped():
    assert leftover("ec2", "CreateVpc", {"cidrBlok": "10.0.0.0/16"}) == ["cidrBlok"]
    action = {"type": "fixed-response", "fixedResponse": {"statusCode": "404", "contentTyp": "text/plain"}}
    inputs = {"loadBalancerArn": "arn", "defaultActions": [action]}
    assert leftover("elbv2", "CreateListener", inputs) == ["defaultActions[0].fixedResponse.contentTyp"]
    two = {"name": "acl", "defaultAction": [{"allow": {}}, {"block": {}}]}
    assert leftover("wafv2", "CreateWebACL", two) == ["defaultAction"]


def test_inputs_that_are_null_are_left_out():
    assert convert("ec2", "CreateVpc", {"cidrBlock": "10.0.0.0/16", "instanceTenancy": None}) == {
        "CidrBlock": "10.0.0.0/16"
    }


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "found"),
    [
        ("elbv2", "CreateTargetGroup", {"Name": "x", "TargetType": "foo"}, "TargetType: 'foo' is not one of instance"),
        ("elbv2", "CreateTargetGroup", {"Name": "x", "Port": 70000}, "Port is 70000; the maximum is 65535"),
        ("iam", "CreateRole", {"RoleName": "r" * 65, "AssumeRolePolicyDocument": "{}"}, "RoleName has 65 characters"),
        ("logs", "CreateLogGroup", {"logGroupName": "bad name!*"}, "logGroupName: 'bad name!*' does not match the pat"),
        ("ec2", "CreateVpc", {"CidrBlok": "x"}, 'Unknown parameter in input: "CidrBlok", must be one of: CidrBlock'),
        ("ec2", "CreateSubnet", {}, 'Missing required parameter in input: "VpcId"'),
        ("ssm", "PutParameter", {"Name": "/a", "Value": "x", "Tags": [{"Key": "k" * 129, "Value": ""}]}, "Tags[0].Key"),
    ],
)
def test_what_the_model_forbids_is_found_before_the_call(service, operation, parameters, found):
    assert any(found in problem for problem in problems(shape(service, operation), parameters))


def test_a_sensitive_value_is_refused_without_being_shown():
    class Sensitive:
        type_name, enum, metadata = "string", (), {"sensitive": True, "pattern": "[a-z]+"}

    assert problems(shape("ssm", "PutParameter"), {"Name": "/a", "Value": "x" * 8193, "Type": "String"}) == []
    [found] = service_models.violations(cast(Shape, Sensitive), "HUSH")
    assert violations._told(found) == ": its value does not match the pattern [a-z]+"


def test_json_text_that_is_given_as_text_is_left_as_it_is():
    policy = json.dumps({"Version": "2012-10-17"}, indent=2)
    assert convert("iam", "CreateRole", {"name": "r", "assumeRolePolicy": policy})["AssumeRolePolicyDocument"] == policy
