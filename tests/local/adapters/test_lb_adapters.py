"""The adapters of the edge services, together: what a load balancer with its firewall, names and logs needs."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress.local.adapters.base import AdapterError, Created
from privatelink_ingress.local.adapters.table import adapter_for
from privatelink_ingress.local.cloud.session import Session
from tests.support.edge_world import DELIVERY, bucket_policy, network

LB, WAF, CW = "aws:lb/", "aws:wafv2/", "aws:cloudwatch/"
VISIBILITY = {"cloudwatchMetricsEnabled": True, "sampledRequestsEnabled": True, "metricName": "m"}


def create(session: Session, type_: str, **inputs: Any) -> Created:
    return adapter_for(type_).create(session, inputs)


def delete(session: Session, type_: str, made: Created, **inputs: Any) -> None:
    adapter_for(type_).delete(session, made.id, inputs | made.outputs)


def attributes(session: Session, kind: str, member: str, arn: str) -> dict[str, str]:
    answer = getattr(session.client("elbv2"), f"describe_{kind}_attributes")(**{member: arn})
    return {attribute["Key"]: attribute["Value"] for attribute in answer["Attributes"]}


def test_a_balancer_with_names_certificate_rules_logs_and_firewall(edge: Session) -> None:
    place, elb = network(edge), edge.client("elbv2")
    logs_bucket = create(edge, "aws:s3/bucket:Bucket", bucket="edge-logs", forceDestroy=True, tags={"owner": "edge"})
    assert logs_bucket.outputs["arn"] == "arn:aws:s3:::edge-logs"
    policy = bucket_policy("edge-logs", "lb/AWSLogs/222222222222/*", DELIVERY)
    create(edge, "aws:s3/bucketPolicy:BucketPolicy", bucket="edge-logs", policy=policy)
    front = create(
        edge,
        f"{LB}loadBalancer:LoadBalancer",
        name="edge",
        loadBalancerType="application",
        internal=False,
        subnets=place.subnets,
        securityGroups=[place.group],
        idleTimeout=90.0,
        dropInvalidHeaderFields=True,
        accessLogs={"bucket": "edge-logs", "prefix": "lb", "enabled": True},
        tags={"owner": "edge"},
    )
    arn = front.outputs["arn"]
    found = attributes(edge, "load_balancer", "LoadBalancerArn", arn)
    assert found["idle_timeout.timeout_seconds"] == "90"
    assert found["routing.http.drop_invalid_header_fields.enabled"] == "true"
    assert (found["access_logs.s3.enabled"], found["access_logs.s3.prefix"]) == ("true", "lb")
    assert front.outputs["arnSuffix"].startswith("app/edge/")
    assert front.outputs["zoneId"] == "Z32O12XQLNTSW2"

    zone = create(edge, "aws:route53/zone:Zone", name="example.com", tags={"owner": "edge"})
    held = create(edge, "aws:acm/certificate:Certificate", domainName="shop.example.com", validationMethod="DNS")
    validation = {"certificateArn": held.outputs["arn"]}
    option = held.outputs["domainValidationOptions"][0]
    with pytest.raises(AdapterError, match=r"shop\.example\.com CNAME"):
        create(edge, "aws:acm/certificateValidation:CertificateValidation", **validation)
    record = {"zoneId": zone.outputs["zoneId"], "name": option["resourceRecordName"], "type": "CNAME"}
    proof = create(edge, "aws:route53/record:Record", **record, ttl=60.0, records=[option["resourceRecordValue"]])
    validation["validationRecordFqdns"] = [proof.outputs["fqdn"]]
    valid = create(edge, "aws:acm/certificateValidation:CertificateValidation", **validation)
    assert valid.outputs["certificateArn"] == held.outputs["arn"]
    alias = {"name": front.outputs["dnsName"], "zoneId": front.outputs["zoneId"], "evaluateTargetHealth": False}
    name = {"zoneId": zone.outputs["zoneId"], "name": "shop", "type": "A"}
    named = create(edge, "aws:route53/record:Record", **name, aliases=[alias])
    assert named.outputs["fqdn"] == "shop.example.com"

    group = create(
        edge,
        f"{LB}targetGroup:TargetGroup",
        name="shop",
        port=80.0,
        protocol="HTTP",
        targetType="ip",
        vpcId=place.vpc,
        deregistrationDelay=30.0,
        healthCheck={"path": "/nginx-health", "interval": 10.0, "timeout": 5.0, "matcher": "200", "protocol": "HTTP"},
        stickiness={"type": "lb_cookie", "enabled": False, "cookieDuration": 3600.0},
    )
    described = elb.describe_target_groups(TargetGroupArns=[group.id])["TargetGroups"][0]
    assert (described["HealthCheckPath"], described["HealthCheckIntervalSeconds"]) == ("/nginx-health", 10)
    assert attributes(edge, "target_group", "TargetGroupArn", group.id)["deregistration_delay.timeout_seconds"] == "30"
    target = {"targetGroupArn": group.id, "targetId": "10.12.0.20", "port": 80.0}
    attached = create(edge, f"{LB}targetGroupAttachment:TargetGroupAttachment", **target)
    listener = create(
        edge,
        f"{LB}listener:Listener",
        loadBalancerArn=arn,
        port=443.0,
        protocol="HTTPS",
        sslPolicy="ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
        certificateArn=held.outputs["arn"],
        defaultActions=[
            {"type": "fixed-response", "fixedResponse": {"contentType": "text/plain", "statusCode": "404"}}
        ],
        routingHttpResponseServerEnabled=False,
        routingHttpResponseStrictTransportSecurityHeaderValue="max-age=31536000",
    )
    headers = attributes(edge, "listener", "ListenerArn", listener.id)
    assert headers["routing.http.response.server.enabled"] == "false"
    assert headers["routing.http.response.strict_transport_security.header_value"] == "max-age=31536000"
    rule = create(
        edge,
        f"{LB}listenerRule:ListenerRule",
        listenerArn=listener.id,
        priority=41.0,
        conditions=[
            {"hostHeader": {"values": ["shop.example.com"]}},
            {"httpRequestMethod": {"values": ["GET"]}},
            {"queryStrings": [{"key": "v", "value": "1"}, {"value": "2"}]},
        ],
        transforms=[
            {"type": "url-rewrite", "urlRewriteConfig": {"rewrite": {"regex": "^/v1/(.*)$", "replace": "/$1"}}},
        ],
        actions=[
            {
                "type": "forward",
                "forward": {
                    "targetGroups": [{"arn": group.id, "weight": 1.0}],
                    "stickiness": {"enabled": True, "duration": 60.0},
                },
            }
        ],
    )
    kept = elb.describe_rules(RuleArns=[rule.id])["Rules"][0]
    assert [condition["Field"] for condition in kept["Conditions"]] == [
        "host-header",
        "http-request-method",
        "query-string",
    ]
    assert kept["Conditions"][2]["QueryStringConfig"]["Values"] == [{"Key": "v", "Value": "1"}, {"Value": "2"}]
    rewrite = {"Regex": "^/v1/(.*)$", "Replace": "/$1"}
    assert kept["Transforms"] == [{"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [rewrite]}}]
    by_client = create(
        edge,
        f"{LB}listenerRule:ListenerRule",
        listenerArn=listener.id,
        priority=42.0,
        conditions=[
            {"httpHeader": {"httpHeaderName": "X-Tenant", "values": ["a*"]}},
            {"sourceIp": {"values": ["198.51.100.0/24", "2001:db8::/32"]}},
        ],
        transforms=[
            {
                "type": "host-header-rewrite",
                "hostHeaderRewriteConfig": {"rewrite": {"regex": "^shop", "replace": "store"}},
            },
        ],
        actions=[{"type": "forward", "targetGroupArn": group.id}],
    )
    header, source = elb.describe_rules(RuleArns=[by_client.id])["Rules"][0]["Conditions"]
    assert header["HttpHeaderConfig"] == {"HttpHeaderName": "X-Tenant", "Values": ["a*"]}
    assert source["SourceIpConfig"]["Values"] == ["198.51.100.0/24", "2001:db8::/32"]
    assert kept["Actions"][0]["ForwardConfig"]["TargetGroups"] == [{"TargetGroupArn": group.id, "Weight": 1}]

    deny = {"name": "deny", "scope": "REGIONAL", "ipAddressVersion": "IPV4", "addresses": ["192.0.2.0/24"]}
    addresses = create(edge, f"{WAF}ipSet:IpSet", **deny)
    reference = {"ipSetReferenceStatement": {"arn": addresses.outputs["arn"]}}
    acl = create(
        edge,
        f"{WAF}webAcl:WebAcl",
        name="edge",
        scope="REGIONAL",
        defaultAction={"allow": {}},
        visibilityConfig=VISIBILITY,
        rules=[
            {
                "name": "deny",
                "priority": 1.0,
                "action": {"block": {}},
                "statement": reference,
                "visibilityConfig": VISIBILITY,
            }
        ],
    )
    assert acl.outputs["capacity"] == 1
    pair = {"webAclArn": acl.outputs["arn"], "resourceArn": arn}
    association = create(edge, f"{WAF}webAclAssociation:WebAclAssociation", **pair)
    log_group = create(edge, f"{CW}logGroup:LogGroup", name="aws-waf-logs-edge", retentionInDays=90.0)
    logging = create(
        edge,
        f"{WAF}webAclLoggingConfiguration:WebAclLoggingConfiguration",
        resourceArn=acl.outputs["arn"],
        logDestinationConfigs=[log_group.outputs["arn"]],
        redactedFields=[{"singleHeader": {"name": "authorization"}}],
    )

    source_inputs = {"name": "access", "resourceArn": arn, "logType": "ALB_ACCESS_LOGS"}
    source = create(edge, f"{CW}logDeliverySource:LogDeliverySource", **source_inputs)
    where = {"destinationResourceArn": log_group.outputs["arn"]}
    into = create(
        edge, f"{CW}logDeliveryDestination:LogDeliveryDestination", name="cw", deliveryDestinationConfiguration=where
    )
    link = {"deliverySourceName": "access", "deliveryDestinationArn": into.outputs["arn"]}
    delivery = create(edge, f"{CW}logDelivery:LogDelivery", **link)

    delete(edge, f"{CW}logDelivery:LogDelivery", delivery, **link)
    delete(edge, f"{CW}logDeliveryDestination:LogDeliveryDestination", into)
    delete(edge, f"{CW}logDeliverySource:LogDeliverySource", source)
    delete(edge, f"{WAF}webAclLoggingConfiguration:WebAclLoggingConfiguration", logging)
    with pytest.raises(AdapterError, match="WAFAssociatedItemException"):
        delete(edge, f"{WAF}webAcl:WebAcl", acl)
    delete(edge, f"{WAF}webAclAssociation:WebAclAssociation", association, **pair)
    delete(edge, f"{WAF}webAcl:WebAcl", acl)
    delete(edge, f"{WAF}ipSet:IpSet", addresses)
    delete(edge, f"{CW}logGroup:LogGroup", log_group)
    delete(edge, f"{LB}listenerRule:ListenerRule", rule)
    delete(edge, f"{LB}listener:Listener", listener)
    delete(edge, f"{LB}targetGroupAttachment:TargetGroupAttachment", attached, **target)
    delete(edge, f"{LB}targetGroup:TargetGroup", group)
    delete(edge, "aws:acm/certificate:Certificate", held)
    delete(edge, "aws:route53/record:Record", named, **name)
    delete(edge, "aws:route53/record:Record", proof, **record)
    delete(edge, "aws:route53/zone:Zone", zone)
    delete(edge, f"{LB}loadBalancer:LoadBalancer", front)
    delete(edge, "aws:s3/bucket:Bucket", logs_bucket, forceDestroy=True)
    assert elb.describe_load_balancers()["LoadBalancers"] == []
    assert elb.describe_target_groups()["TargetGroups"] == []
    assert edge.client("route53").list_hosted_zones()["HostedZones"] == []
    assert edge.client("s3").list_buckets()["Buckets"] == []


def test_a_bucket_takes_all_its_settings_and_a_leftover_is_named(edge: Session) -> None:
    s3, named = edge.client("s3"), {"bucket": "edge-logs"}
    create(edge, "aws:s3/bucket:Bucket", **named)
    create(
        edge,
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        **named,
        blockPublicAcls=True,
        blockPublicPolicy=True,
        ignorePublicAcls=True,
        restrictPublicBuckets=True,
    )
    create(edge, "aws:s3/bucketVersioning:BucketVersioning", **named, versioningConfiguration={"status": "Enabled"})
    encryption = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
    type_ = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    create(edge, type_, **named, rules=[encryption])
    rule = {"id": "old", "status": "Enabled", "filter": {"prefix": ""}, "expiration": {"days": 90.0}}
    create(edge, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", **named, rules=[rule])
    ownership = {"objectOwnership": "BucketOwnerEnforced"}
    create(edge, "aws:s3/bucketOwnershipControls:BucketOwnershipControls", **named, rule=ownership)
    assert s3.get_bucket_versioning(Bucket="edge-logs")["Status"] == "Enabled"
    assert s3.get_bucket_lifecycle_configuration(Bucket="edge-logs")["Rules"][0]["Expiration"] == {"Days": 90}
    with pytest.raises(AdapterError, match="input `colour` has no place"):
        create(edge, "aws:s3/bucket:Bucket", bucket="second", colour="red")


def test_an_alarm_takes_metric_queries_and_a_policy_its_document(edge: Session) -> None:
    metric = {"namespace": "AWS/ApplicationELB", "metricName": "RequestCount", "period": 60.0, "stat": "Sum"}
    alarm = create(
        edge,
        f"{CW}metricAlarm:MetricAlarm",
        name="errors",
        comparisonOperator="GreaterThanThreshold",
        evaluationPeriods=2.0,
        threshold=5.0,
        metricQueries=[
            {"id": "m1", "metric": metric | {"dimensions": {"LoadBalancer": "app/edge/1"}}, "returnData": True}
        ],
    )
    found = edge.client("cloudwatch").describe_alarms(AlarmNames=["errors"])["MetricAlarms"][0]
    assert found["Metrics"][0]["MetricStat"]["Metric"]["MetricName"] == "RequestCount"
    assert alarm.outputs["arn"] == found["AlarmArn"]
    delete(edge, f"{CW}metricAlarm:MetricAlarm", alarm)
    document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}'
    made = create(edge, f"{CW}logResourcePolicy:LogResourcePolicy", policyName="p", policyDocument=document)
    delete(edge, f"{CW}logResourcePolicy:LogResourcePolicy", made)
    assert edge.client("logs").describe_resource_policies()["resourcePolicies"] == []
    assert edge.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
