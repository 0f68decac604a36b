"""What an edge registers, connections apart. Run against a strict fake: it does not prove that AWS accepts it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from privatelink_ingress.local.engine.runner import StackRun
from tests.support.edge_services import id_of, inputs, named, services
from tests.support.strict_backend import StrictBackend

ALB = "aws:lb/loadBalancer:LoadBalancer"
LISTENER = "aws:lb/listener:Listener"
LISTENER_CERTIFICATE = "aws:lb/listenerCertificate:ListenerCertificate"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
IN = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
OUT = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
SUBNET = "aws:ec2/subnet:Subnet"
CERTIFICATE = "aws:acm/certificate:Certificate"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation"
RECORD = "aws:route53/record:Record"
WEB_ACL = "aws:wafv2/webAcl:WebAcl"
IP_SET = "aws:wafv2/ipSet:IpSet"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
BUCKET = "central-ingress-prod-logs-222222222222-eu-west-1"

Run = Callable[..., StackRun]
_default: list[StackRun] = []


@pytest.fixture
def run(edge_run: Run) -> Run:
    return lambda **changes: edge_run(stacks=services(), **changes)


@pytest.fixture
def edge(run: Run) -> StackRun:
    """The sample stack; one run for all tests, since nothing changes it."""
    if not _default:
        _default.append(run())
    return _default[0]


def test_each_zone_has_one_public_and_one_endpoint_subnet_by_zone_id(edge: StackRun) -> None:
    subnets = inputs(edge, SUBNET)
    assert {(subnet["availabilityZoneId"], subnet["cidrBlock"]) for subnet in subnets.values()} == {
        ("euw1-az1", "10.12.0.0/23"),
        ("euw1-az2", "10.12.2.0/23"),
        ("euw1-az3", "10.12.4.0/23"),
        ("euw1-az1", "10.12.128.0/23"),
        ("euw1-az2", "10.12.130.0/23"),
        ("euw1-az3", "10.12.132.0/23"),
    }
    assert [subnet["mapPublicIpOnLaunch"] for subnet in subnets.values()] == [False] * 6


def test_only_the_public_subnets_lead_to_the_internet(edge: StackRun) -> None:
    tables = {
        association["subnetId"]: association["routeTableId"]
        for association in inputs(edge, "aws:ec2/routeTableAssociation:RouteTableAssociation").values()
    }
    route = edge.only("aws:ec2/route:Route").inputs
    assert route["destinationCidrBlock"] == "0.0.0.0/0"
    assert route["gatewayId"] == edge.only("aws:ec2/internetGateway:InternetGateway").id
    leading_out = {subnet.name for subnet in edge.of_type(SUBNET) if tables[subnet.id] == route["routeTableId"]}
    assert leading_out == {f"edge-network-public-euw1-az{number}" for number in (1, 2, 3)}
    assert len(tables) == 6


def test_nothing_leaves_the_vpc_through_a_nat_gateway(edge: StackRun) -> None:
    assert edge.of_type("aws:ec2/natGateway:NatGateway") == ()


def test_the_default_security_group_is_emptied(edge: StackRun) -> None:
    group = edge.only("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup").inputs
    assert (group["ingress"], group["egress"]) == ([], [])


def test_all_traffic_of_the_vpc_is_logged(edge: StackRun) -> None:
    """D30."""
    log = edge.only("aws:ec2/flowLog:FlowLog").inputs
    assert (log["trafficType"], log["logDestinationType"]) == ("ALL", "cloud-watch-logs")
    assert log["vpcId"] == edge.only("aws:ec2/vpc:Vpc").id


def test_the_load_balancer_is_hardened(edge: StackRun) -> None:
    """D25."""
    balancer = edge.only(ALB).inputs
    expected = {
        "loadBalancerType": "application",
        "internal": False,
        "dropInvalidHeaderFields": True,
        "preserveHostHeader": True,
        "enableDeletionProtection": True,
        "enableZonalShift": False,
        "enableWafFailOpen": False,
        "desyncMitigationMode": "defensive",
        "xffHeaderProcessingMode": "append",
        "idleTimeout": 60,
        "securityGroups": [id_of(edge, GROUP, "edge-load-balancer")],
        "subnets": [id_of(edge, SUBNET, f"edge-network-public-euw1-az{number}") for number in (1, 2, 3)],
    }
    assert {key: balancer[key] for key in expected} == expected


def test_the_load_balancer_logs_to_the_bucket_once_the_bucket_lets_it(edge: StackRun) -> None:
    """D09."""
    balancer = edge.only(ALB)
    assert {key: balancer.inputs[key] for key in ("accessLogs", "connectionLogs", "healthCheckLogs")} == {
        "accessLogs": {"bucket": BUCKET, "prefix": "access", "enabled": True},
        "connectionLogs": {"bucket": BUCKET, "prefix": "connection", "enabled": True},
        "healthCheckLogs": {"bucket": BUCKET, "prefix": "health-check", "enabled": True},
    }
    assert edge.only("aws:s3/bucketPolicy:BucketPolicy").urn in balancer.depends_on


def test_the_log_bucket_is_private_versioned_and_expires(edge: StackRun) -> None:
    """D09."""
    assert edge.only("aws:s3/bucket:Bucket").inputs["bucket"] == BUCKET
    block = edge.only("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock").inputs
    assert [block[key] for key in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls")] == [True] * 3
    assert block["restrictPublicBuckets"] is True
    encryption = edge.only(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    ).inputs
    assert encryption["rules"][0]["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}
    ownership = edge.only("aws:s3/bucketOwnershipControls:BucketOwnershipControls").inputs
    assert ownership["rule"] == {"objectOwnership": "BucketOwnerEnforced"}
    versioning = edge.only("aws:s3/bucketVersioning:BucketVersioning").inputs
    assert versioning["versioningConfiguration"] == {"status": "Enabled"}
    (rule,) = edge.only("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").inputs["rules"]
    assert rule["expiration"] == {"days": 365}
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 7}
    policy = json.loads(edge.only("aws:s3/bucketPolicy:BucketPolicy").inputs["policy"])
    assert [statement["Sid"] for statement in policy["Statement"]] == ["OnlyTls", "LoadBalancerLogs"]


def test_clients_reach_port_443_and_the_load_balancer_reaches_only_the_endpoints(edge: StackRun) -> None:
    """D24, D25."""
    balancer, endpoint = id_of(edge, GROUP, "edge-load-balancer"), id_of(edge, GROUP, "edge-endpoint")
    rules = [
        (kind, rule["securityGroupId"], rule["fromPort"], rule["toPort"], rule["ipProtocol"], peer)
        for kind, type_ in (("in", IN), ("out", OUT))
        for rule in inputs(edge, type_).values()
        for peer in [rule.get("cidrIpv4") or rule.get("referencedSecurityGroupId")]
    ]
    assert sorted(rules) == sorted(
        [
            ("in", balancer, 443, 443, "tcp", "0.0.0.0/0"),
            ("out", balancer, 80, 80, "tcp", endpoint),
            ("out", balancer, 443, 443, "tcp", endpoint),
            ("in", endpoint, 80, 80, "tcp", balancer),
            ("in", endpoint, 443, 443, "tcp", balancer),
        ]
    )


def test_port_80_is_open_only_to_redirect(edge: StackRun, run: Run) -> None:
    """D24."""
    assert [listener.inputs["port"] for listener in edge.of_type(LISTENER)] == [443]
    both = run(loadBalancer={"redirectHttp": True, "allowedCidrs": ["198.51.100.0/24", "203.0.113.0/24"]})
    assert named(both, LISTENER, "edge-http").inputs["defaultActions"] == [
        {"type": "redirect", "redirect": {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}}
    ]
    open_ = {(rule["fromPort"], rule["cidrIpv4"]) for rule in inputs(both, IN).values() if "cidrIpv4" in rule}
    assert open_ == {(port, cidr) for port in (80, 443) for cidr in ("198.51.100.0/24", "203.0.113.0/24")}


def test_https_answers_what_no_rule_matches_with_404_and_security_headers(edge: StackRun) -> None:
    listener = edge.only(LISTENER).inputs
    assert (listener["protocol"], listener["sslPolicy"]) == ("HTTPS", "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09")
    assert listener["defaultActions"] == [
        {
            "type": "fixed-response",
            "fixedResponse": {"statusCode": "404", "contentType": "text/plain", "messageBody": "Not found"},
        }
    ]
    assert listener["routingHttpResponseStrictTransportSecurityHeaderValue"] == "max-age=31536000"
    assert listener["routingHttpResponseXContentTypeOptionsHeaderValue"] == "nosniff"
    assert listener["routingHttpResponseXFrameOptionsHeaderValue"] == "SAMEORIGIN"
    assert listener["routingHttpResponseContentSecurityPolicyHeaderValue"] == ""
    assert listener["routingHttpResponseServerEnabled"] is False


def test_a_shard_has_a_page_of_its_own_for_what_no_connection_answers_to(edge_run: Run) -> None:
    [action] = edge_run(loadBalancer={"notFoundPage": {"html": "<p>Nobody"}}).only(LISTENER).inputs["defaultActions"]
    assert action["fixedResponse"] == {"statusCode": "404", "contentType": "text/html", "messageBody": "<p>Nobody"}


def test_a_zone_can_be_left_where_the_file_says_so(edge_run: Run) -> None:
    assert edge_run(loadBalancer={"zonalShift": True}).only(ALB).inputs["enableZonalShift"] is True


def test_nothing_listens_before_the_firewall_is_attached_and_logs(edge: StackRun) -> None:
    listener = edge.only(LISTENER)
    for type_ in (
        "aws:wafv2/webAclAssociation:WebAclAssociation",
        "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    ):
        assert edge.only(type_).urn in listener.depends_on


def test_the_certificate_is_validated_by_one_record_for_a_name_and_its_wildcard(edge: StackRun) -> None:
    assert inputs(edge, CERTIFICATE) == {
        "edge-example.com": {
            "domainName": "example.com",
            "subjectAlternativeNames": ["*.example.com"],
            "validationMethod": "DNS",
        }
    }
    validation = edge.only(VALIDATION).inputs
    record = named(edge, RECORD, "edge-example.com-Z0123456789EXAMPLE")
    assert record.inputs["type"] == "CNAME"
    assert record.inputs["records"] == ["_validation.acm-validations.aws."]
    assert validation["validationRecordFqdns"] == [record.inputs["name"].rstrip(".")]
    assert edge.only(LISTENER).inputs["certificateArn"] == validation["certificateArn"]


def test_more_certificates_are_attached_to_the_listener(run: Run) -> None:
    arn = "arn:aws:acm:eu-west-1:222222222222:certificate/11111111-2222-3333-4444-555555555555"
    existing = StrictBackend(certificates={arn: ["www.example.net"]})
    edge = run(certificates=[{"domains": ["*.example.com"]}, {"arn": arn}], backend=existing)
    attached = edge.only(LISTENER_CERTIFICATE)
    assert attached.name == "edge-11111111-2222-3333-4444-555555555555"
    assert attached.inputs["certificateArn"] == arn
    assert [certificate.name for certificate in edge.of_type(CERTIFICATE)] == ["edge-_wildcard.example.com"]


def test_the_firewall_blocks_with_unique_priorities_and_metrics(edge: StackRun) -> None:
    """D10, D20, D21, D22."""
    acl = edge.only(WEB_ACL).inputs
    assert (acl["scope"], acl["defaultAction"]) == ("REGIONAL", {"allow": {}})
    effects = {rule["name"]: rule.get("action") or rule["overrideAction"] for rule in acl["rules"]}
    assert effects == {
        "forged-certificates": {"block": {}},
        "rate-limit": {"block": {}},
        "ip-reputation": {"none": {}},
        "anonymous-ip": {"count": {}},  # the sample stack file says so
        "common": {"none": {}},
        "body-size": {"block": {}},
        "known-bad-inputs": {"none": {}},
        "sql-injection": {"none": {}},
    }
    assert [rule["priority"] for rule in acl["rules"]] == list(range(8))
    metrics = [acl["visibilityConfig"], *(rule["visibilityConfig"] for rule in acl["rules"])]
    assert len({metric["metricName"] for metric in metrics}) == 9
    assert all(metric["cloudwatchMetricsEnabled"] and metric["sampledRequestsEnabled"] for metric in metrics)


def test_the_firewalls_statements_are_what_the_plan_says(run: Run) -> None:
    edge = run(firewall={"allow": ["198.51.100.0/24"], "deny": ["203.0.113.0/24"], "rateLimit": 500})
    statements = {rule["name"]: rule["statement"] for rule in edge.only(WEB_ACL).inputs["rules"]}
    assert statements["allow"] == {"ipSetReferenceStatement": {"arn": named(edge, IP_SET, "edge-allow").outputs["arn"]}}
    assert statements["deny"] == {"ipSetReferenceStatement": {"arn": named(edge, IP_SET, "edge-deny").outputs["arn"]}}
    assert named(edge, IP_SET, "edge-deny").inputs["addresses"] == ["203.0.113.0/24"]
    assert statements["rate-limit"] == {
        "rateBasedStatement": {"limit": 500, "evaluationWindowSec": 300, "aggregateKeyType": "IP"}
    }
    assert statements["common"] == {
        "managedRuleGroupStatement": {
            "vendorName": "AWS",
            "name": "AWSManagedRulesCommonRuleSet",
            "ruleActionOverrides": [{"name": "SizeRestrictions_BODY", "actionToUse": {"count": {}}}],
        }
    }
    assert statements["body-size"] == {
        "labelMatchStatement": {"scope": "LABEL", "key": "awswaf:managed:aws:core-rule-set:SizeRestrictions_Body"}
    }


def test_the_firewall_is_attached_and_logs_without_credentials(edge: StackRun) -> None:
    """D23."""
    association = edge.only("aws:wafv2/webAclAssociation:WebAclAssociation").inputs
    acl = edge.only(WEB_ACL).outputs["arn"]
    assert association == {"resourceArn": edge.only(ALB).outputs["arn"], "webAclArn": acl}
    logging = edge.only("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration").inputs
    assert logging["resourceArn"] == acl
    assert logging["logDestinationConfigs"] == [
        "arn:aws:logs:eu-west-1:222222222222:log-group:aws-waf-logs-central-ingress-prod"
    ]
    # Redaction leaves the samples of requests as they are.
    [protection] = edge.only(WEB_ACL).inputs["dataProtectionConfig"]["dataProtections"]
    assert protection == {
        "action": "SUBSTITUTION",
        "field": {"fieldType": "SINGLE_HEADER", "fieldKeys": ["authorization", "cookie"]},
    }
    assert logging["redactedFields"] == [
        {"singleHeader": {"name": "authorization"}},
        {"singleHeader": {"name": "cookie"}},
    ]


def test_the_load_balancers_logs_also_go_to_cloudwatch_unless_turned_off(edge: StackRun, run: Run) -> None:
    sources = inputs(edge, "aws:cloudwatch/logDeliverySource:LogDeliverySource")
    balancer = edge.only(ALB).outputs["arn"]
    assert sources == {
        "edge-load-balancer-access": {
            "name": "central-ingress-prod-access",
            "logType": "ALB_ACCESS_LOGS",
            "resourceArn": balancer,
        },
        "edge-load-balancer-connection": {
            "name": "central-ingress-prod-connection",
            "logType": "ALB_CONNECTION_LOGS",
            "resourceArn": balancer,
        },
    }
    delivery = named(edge, "aws:cloudwatch/logDelivery:LogDelivery", "edge-load-balancer-access").inputs
    assert delivery["deliverySourceName"] == "central-ingress-prod-access"
    assert delivery["deliveryDestinationArn"].endswith(":delivery-destination:central-ingress-prod-access")
    assert run(logs={"cloudwatch": False}).of_type("aws:cloudwatch/logDelivery:LogDelivery") == ()


def test_every_log_group_forgets(run: Run) -> None:
    """D37."""
    groups = inputs(run(logs={"retentionDays": 30}), LOG_GROUP)
    assert len(groups) == 4
    assert {group["retentionInDays"] for group in groups.values()} == {30}


def test_zones_are_looked_up_only_when_none_are_named(edge: StackRun, run: Run) -> None:
    hosted_zone = "aws:route53/getZone:getZone"
    logs = ["aws:s3/getBucket:getBucket", *["aws:cloudwatch/getLogGroups:getLogGroups"] * 3]
    key, balancer = "aws:kms/getKey:getKey", "aws:lb/getLoadBalancer:getLoadBalancer"
    assert sorted(one.token for one in edge.invokes) == sorted([key, balancer, hosted_zone, *logs])
    found = run(network={"zones": 2})
    zones = "aws:index/getAvailabilityZones:getAvailabilityZones"
    assert sorted(one.token for one in found.invokes) == sorted([zones, key, balancer, hosted_zone, *logs])
    (lookup,) = [one for one in found.invokes if one.token == zones]
    assert lookup.provider == found.only("pulumi:providers:aws").urn
    assert found.exports["zone_ids"] == ["euw1-az1", "euw1-az2"]


def test_every_resource_has_the_guarded_provider_and_a_parent(edge: StackRun) -> None:
    """D28."""
    provider = edge.only("pulumi:providers:aws")
    assert json.loads(provider.inputs["allowedAccountIds"]) == ["222222222222"]
    resources = [one for one in edge.registrations if one.type.startswith("aws:")]
    assert len(resources) == 94
    assert {one.provider for one in resources} == {provider.urn}
    assert all("privatelink-ingress:index:CentralIngress" in one.parent for one in resources)


def test_a_preview_shows_every_resource_of_the_deployment(edge: StackRun, run: Run) -> None:
    assert {one.urn for one in run(preview=True).registrations} == {one.urn for one in edge.registrations}


def test_the_program_exports_what_others_need_and_nothing_secret(edge: StackRun) -> None:
    assert edge.secret_exports == frozenset()
    exports = dict(edge.exports)
    assert sorted(exports.pop("connections")) == ["blog", "shop"]
    balancer = edge.only(ALB).outputs
    assert exports == {
        "alb_arn": balancer["arn"],
        "alb_dns_name": balancer["dnsName"],
        "alb_zone_id": balancer["zoneId"],
        "listener_arn": edge.only(LISTENER).outputs["arn"],
        "vpc_id": edge.only("aws:ec2/vpc:Vpc").id,
        "endpoint_security_group_id": id_of(edge, GROUP, "edge-endpoint"),
        "web_acl_arn": edge.only(WEB_ACL).outputs["arn"],
        "public_subnet_cidrs": ["10.12.0.0/23", "10.12.2.0/23", "10.12.4.0/23"],
        "zone_ids": ["euw1-az1", "euw1-az2", "euw1-az3"],
        "endpoint_subnet_ids": {
            f"euw1-az{number}": id_of(edge, SUBNET, f"edge-network-endpoint-euw1-az{number}") for number in (1, 2, 3)
        },
        "shard_contract_version": 1,
        "account_id": "222222222222",
        "region": "eu-west-1",
        "endpoint_subnet_cidrs": {
            "euw1-az1": "10.12.128.0/23",
            "euw1-az2": "10.12.130.0/23",
            "euw1-az3": "10.12.132.0/23",
        },
        "hosted_zone_id": "Z0123456789EXAMPLE",
        "certificate_domains": ["*.example.com", "example.com"],
        "adopted_certificate_arns": [],
        "adopted_certificate_domains": [],
        "idle_timeout": 60,
        "mutual_tls": "off",
        "sign_in": False,
        "alarm_topic_arn": "arn:aws:sns:eu-west-1:222222222222:central-ingress-prod-alarms",
        "zone_names": {"euw1-az1": "eu-west-1a", "euw1-az2": "eu-west-1b", "euw1-az3": "eu-west-1c"},
    }


def test_each_connection_is_exported_with_what_it_answers_to_and_where_it_goes(edge: StackRun) -> None:
    blog = edge.exports["connections"]["blog"]
    assert (blog["hosts"], blog["priorities"], blog["state"]) == (["blog.example.com"], [41, 42, 15_041], "active")
    (backend,) = blog["backends"]
    assert backend["addresses"] == {
        "euw1-az1": "10.12.128.20",
        "euw1-az2": "10.12.130.20",
        "euw1-az3": "10.12.132.20",
    }
    assert backend["endpoint_service_name"] == "com.amazonaws.vpce.eu-west-1.vpce-svc-00000000000000002"
