"""Every rule's counter-examples: the sample stacks with a defect put in, and which resources are to be named."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable

from privatelink_ingress import tokens as t
from privatelink_ingress.settings.sign_in import ISSUERS
from tests.support.identities import committed
from tests.support.recordings import GONE, Recording
from tests.support.sign_in import OIDC

Edit = Callable[[Recording], None]


@dataclasses.dataclass(frozen=True)
class Defect:
    """One counter-example."""

    rule: str
    stack: str
    what: str
    resource: str
    """The name of the resource at fault."""
    edit: Edit
    also: tuple[tuple[str, str], ...] = ()
    """What other rules rightly say of the same fault: rule and resource."""

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}"


def put(type_: str, name: str, path: str, value: object) -> Edit:
    """One input changed."""
    return lambda recording: recording.put(type_, name, path, value)


def drop(type_: str, name: str) -> Edit:
    """One resource left out."""
    return lambda recording: recording.drop(type_, name)


def add(type_: str, name: str, **inputs: object) -> Edit:
    """One resource more."""
    return lambda recording: recording.add(type_, name, inputs)


def annotated(key: str, value: str) -> Edit:
    """An annotation more on the sample's Ingress."""

    def edit(recording: Recording) -> None:
        recording.get(t.INGRESS, "shop-sample-ingress").inputs["metadata"]["annotations"][key] = value

    return edit


def second_ingress(recording: Recording) -> None:
    """Another Ingress with the sample's host."""
    first = recording.get(t.INGRESS, "shop-sample-ingress").inputs
    metadata = first["metadata"] | {"name": "second"}
    recording.add(t.INGRESS, "second", {**first, "metadata": metadata})


def _default_route_for_endpoints(recording: Recording) -> None:
    recording.add(
        t.ROUTE,
        "leak",
        {"destinationCidrBlock": "0.0.0.0/0"},
        routeTableId=recording.get(t.ROUTE_TABLE, "edge-network-endpoint"),
    )


def _foreign_load_balancer(recording: Recording) -> None:
    service = recording.get(t.ENDPOINT_SERVICE, "shop-service")
    recording.replace(
        t.ENDPOINT_SERVICE, "shop-service", references={**service.references, "networkLoadBalancerArns": frozenset()}
    )


def _policy_not_awaited(recording: Recording) -> None:
    recording.replace(t.LOAD_BALANCER, "edge", dependencies=frozenset())


def _effect_turned(effect: str, other: str) -> Edit:
    def edit(recording: Recording) -> None:
        policy = json.loads(recording.get(t.BUCKET_POLICY, "edge-logs").inputs["policy"])
        (statement,) = (statement for statement in policy["Statement"] if statement["Effect"] == effect)
        statement["Effect"] = other
        recording.put(t.BUCKET_POLICY, "edge-logs", "policy", json.dumps(policy))

    return edit


def _without_rule(name: str) -> Edit:
    def edit(recording: Recording) -> None:
        rules = recording.get(t.WEB_ACL, "edge").inputs["rules"]
        rules.remove(next(rule for rule in rules if rule["name"] == name))

    return edit


def _port_80(recording: Recording) -> None:
    for end in ("fromPort", "toPort"):
        recording.put(*WORLD_IN, end, 80)


def _same_conditions(recording: Recording) -> None:
    shop = recording.get(t.LISTENER_RULE, "shop-exact-host-any-path-0")
    recording.put(t.LISTENER_RULE, "blog-exact-host-prefix-1-0", "conditions", shop.inputs["conditions"])


def _sign_in(order: int | None, **config: str) -> Edit:
    """A sign-in at this place, beside a forward of order 2."""

    def edit(recording: Recording) -> None:
        forward = recording.get(*BLOG_RULE).inputs["actions"][0] | {"order": 2}
        asked = {"type": "authenticate-oidc", "authenticateOidc": {**OIDC, **config}}
        actions = [forward, asked | ({} if order is None else {"order": order})]
        recording.put(*BLOG_RULE, "actions", actions)

    return edit


ASKING = "listeners-and-firewall-agree-on-client-certificates"
STORE = {"mode": "verify", "trustStoreArn": "arn:aws:elasticloadbalancing:eu-west-1:222222222222:truststore/edge/1"}
SPREAD = "spec.template.spec.topologySpreadConstraints"
CONTAINER = "spec.template.spec.containers.0"
ACL, LB, TLS = (t.WEB_ACL, "edge"), (t.LOAD_BALANCER, "edge"), (t.LISTENER, "edge-https")
LATENCY, TOPIC = (t.METRIC_ALARM, "shop-latency-0"), (t.TOPIC, "edge-alarms")
ALARMS = {"Service": "cloudwatch.amazonaws.com"}
CLUSTER, NODES, TEMPLATE = (t.CLUSTER_COMPONENT, "shop"), (t.NODE_GROUP, "shop-nodes"), (t.LAUNCH_TEMPLATE, "shop-node")
GATEWAY = (t.DEPLOYMENT, "shop-deployment")
[CONFIG] = [(t.CONFIG_MAP, line.split()[1]) for line in committed("shop") if line.startswith(t.CONFIG_MAP)]
"""Its name has a hash of its contents."""
BLOG_RULE = (t.LISTENER_RULE, "blog-exact-host-prefix-1-0")
TO_ISSUERS = {
    "description": ISSUERS,
    "cidrIpv4": "0.0.0.0/0",
    "ipProtocol": "tcp",
    "fromPort": 443,
    "toPort": 443,
}
WORLD_IN = (t.INGRESS_RULE, "edge-load-balancer-in-443-0.0.0.0/0")
ALB = "arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer/app/edge/1"
EVERYTHING = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}
CLUSTER_POLICY = (t.ROLE_ATTACHMENT, "shop-cluster-AmazonEKSClusterPolicy")

DEFECTS = [
    # Network
    Defect("private-side-has-no-way-out", "shop", "a NAT gateway", "nat", add(t.NAT_GATEWAY, "nat")),
    Defect("private-side-has-no-way-out", "shop", "an internet gateway", "igw", add(t.INTERNET_GATEWAY, "igw")),
    Defect(
        "private-side-has-no-routes",
        "shop",
        "a route to another VPC",
        "shop-private",
        put(t.ROUTE_TABLE, "shop-private", "routes", [{"cidrBlock": "10.9.0.0/16", "vpcPeeringConnectionId": "pcx-1"}]),
    ),
    Defect("private-side-has-no-public-addresses", "shop", "an Elastic IP", "eip", add(t.ELASTIC_ADDRESS, "eip")),
    Defect(
        "endpoints-of-nodes-lead-to-aws-services",
        "shop",
        "an endpoint of another VPC's service",
        "shop-ec2",
        put(t.VPC_ENDPOINT, "shop-ec2", "serviceName", "com.amazonaws.vpce.eu-west-1.vpce-svc-0a"),
        also=(("private-nodes-have-their-endpoints", "shop-vpc"),),
    ),
    Defect(
        "private-groups-send-to-private-addresses",
        "shop",
        "egress to a public range",
        "out",
        add(
            t.EGRESS_RULE,
            "out",
            securityGroupId="sg-1",
            cidrIpv4="203.0.113.0/24",
            ipProtocol="tcp",
            fromPort=443,
            toPort=443,
        ),
    ),
    Defect(
        "only-the-load-balancer-has-a-default-route",
        "shop",
        "a default route for nodes",
        "shop-private",
        put(t.ROUTE_TABLE, "shop-private", "routes", [{"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"}]),
    ),
    Defect(
        "only-the-load-balancer-has-a-default-route",
        "prod",
        "a default route for endpoints",
        "leak",
        _default_route_for_endpoints,
    ),
    Defect(
        "subnets-give-no-public-addresses",
        "prod",
        "public addresses",
        "edge-network-public-euw1-az1",
        put(t.SUBNET, "edge-network-public-euw1-az1", "mapPublicIpOnLaunch", True),
    ),
    Defect(
        "subnets-are-placed-by-zone-id",
        "shop",
        "a subnet without a zone id",
        "shop-euw1-az1",
        put(t.SUBNET, "shop-euw1-az1", "availabilityZoneId", GONE),
    ),
    Defect("networks-have-flow-logs", "shop", "no flow log", "shop-vpc", drop(t.FLOW_LOG, "shop-flow-logs")),
    Defect(
        "networks-have-flow-logs",
        "prod",
        "refusals only",
        "edge-network",
        put(t.FLOW_LOG, "edge-network-flow-logs", "trafficType", "REJECT"),
    ),
    Defect(
        "default-groups-are-empty",
        "shop",
        "group left alone",
        "shop-vpc",
        drop(t.DEFAULT_SECURITY_GROUP, "shop-default"),
    ),
    Defect(
        "default-groups-are-empty",
        "prod",
        "a rule in it",
        "edge-network-default",
        put(
            t.DEFAULT_SECURITY_GROUP,
            "edge-network-default",
            "ingress",
            [{"protocol": "-1", "fromPort": 0, "toPort": 0, "self": True}],
        ),
    ),
    Defect("world-reaches-only-https", "prod", "80 without a redirect", WORLD_IN[1], _port_80),
    Defect("world-reaches-only-https", "prod", "a range of ports", WORLD_IN[1], put(*WORLD_IN, "toPort", 8443)),
    Defect(
        "world-reaches-only-https",
        "shop",
        "SSH in a group's own rules",
        "shop-nlb",
        put(
            t.SECURITY_GROUP,
            "shop-nlb",
            "ingress",
            [{"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}],
        ),
    ),
    Defect(
        "ingress-names-its-ports",
        "shop",
        "all protocols",
        "shop-endpoints-euw1-az1",
        put(t.INGRESS_RULE, "shop-endpoints-euw1-az1", "ipProtocol", "-1"),
    ),
    Defect(
        "nothing-may-reach-the-world",
        "prod",
        "egress to anywhere",
        "out",
        add(t.EGRESS_RULE, "out", securityGroupId="sg-1", cidrIpv4="0.0.0.0/0", ipProtocol="-1"),
    ),
    Defect(
        "nothing-may-reach-the-world",
        "prod",
        "more than port 443 of identity providers",
        "out",
        add(t.EGRESS_RULE, "out", securityGroupId="sg-1", **TO_ISSUERS | {"toPort": 8443}),
    ),
    Defect(
        "nothing-may-reach-the-world",
        "shop",
        "egress in a group's own rules",
        "shop-nlb",
        put(t.SECURITY_GROUP, "shop-nlb", "egress", [EVERYTHING]),
    ),
    Defect(
        "only-load-balancers-reach-identity-providers",
        "prod",
        "egress of another group",
        "out",
        add(t.EGRESS_RULE, "out", securityGroupId="sg-1", **TO_ISSUERS),
    ),
    Defect(
        "identity-providers-are-reached-over-https",
        "prod",
        "a token endpoint without TLS",
        BLOG_RULE[1],
        _sign_in(1, tokenEndpoint="http://login.example.com/token"),
    ),
    Defect("sign-in-comes-first", "prod", "forward before sign-in", BLOG_RULE[1], _sign_in(3)),
    Defect("sign-in-comes-first", "prod", "no order", BLOG_RULE[1], _sign_in(None)),
    Defect("private-nodes-have-their-endpoints", "shop", "no ECR", "shop-vpc", drop(t.VPC_ENDPOINT, "shop-ecr-dkr")),
    # Load balancers
    Defect(
        "load-balancers-are-protected-from-deletion",
        "shop",
        "protection off",
        "shop-nlb",
        put(t.LOAD_BALANCER, "shop-nlb", "enableDeletionProtection", False),
    ),
    Defect(
        "load-balancers-span-zones",
        "shop",
        "one subnet",
        "shop-nlb",
        put(t.LOAD_BALANCER, "shop-nlb", "subnets", ["subnet-1"]),
    ),
    Defect(
        "ambiguous-requests-are-dropped", "prod", "invalid headers", "edge", put(*LB, "dropInvalidHeaderFields", False)
    ),
    Defect("ambiguous-requests-are-dropped", "prod", "desync", "edge", put(*LB, "desyncMitigationMode", "monitor")),
    Defect("access-is-logged", "prod", "logs off", "edge", put(*LB, "accessLogs.enabled", False)),
    Defect(
        "client-and-host-are-passed-on", "prod", "client lost", "edge", put(*LB, "xffHeaderProcessingMode", "remove")
    ),
    Defect("client-and-host-are-passed-on", "prod", "host changed", "edge", put(*LB, "preserveHostHeader", False)),
    Defect(
        "listeners-speak-https",
        "prod",
        "plain HTTP",
        "plain",
        add(
            t.LISTENER,
            "plain",
            loadBalancerArn=ALB,
            protocol="HTTP",
            port=80,
            defaultActions=[{"type": "fixed-response"}],
        ),
    ),
    Defect(
        "listeners-use-a-recommended-tls-policy",
        "prod",
        "AWS's default",
        "edge-https",
        put(*TLS, "sslPolicy", "ELBSecurityPolicy-2016-08"),
    ),
    Defect("listeners-use-a-recommended-tls-policy", "prod", "none", "edge-https", put(*TLS, "sslPolicy", GONE)),
    Defect(
        "expired-client-certificates-are-refused",
        "prod",
        "expiry ignored without a tag",
        "edge-https",
        put(*TLS, "mutualAuthentication", STORE | {"ignoreClientCertificateExpiry": True}),
        also=((ASKING, "edge-https"),),
    ),
    Defect(ASKING, "prod", "passthrough", "edge-https", put(*TLS, "mutualAuthentication.mode", "passthrough")),
    Defect(ASKING, "prod", "verify", "edge-https", put(*TLS, "mutualAuthentication", STORE)),
    Defect(ASKING, "prod", "forged headers let in", "edge-https", _without_rule("forged-certificates")),
    Defect(
        "ipv6-names-lead-to-ipv6-addresses",
        "prod",
        "an AAAA record to an IPv4 load balancer",
        "shop-shop.example.com",
        put(t.DNS_RECORD, "shop-shop.example.com", "type", "AAAA"),
    ),
    Defect(
        "unclaimed-requests-get-a-fixed-answer",
        "prod",
        "a default that forwards",
        "edge-https",
        put(*TLS, "defaultActions", [{"type": "forward"}]),
    ),
    Defect(
        "routes-name-their-hosts",
        "prod",
        "path only",
        BLOG_RULE[1],
        put(*BLOG_RULE, "conditions", [{"pathPattern": {"values": ["/internet"]}}]),
    ),
    Defect(
        "routes-fit-the-quota-of-values",
        "prod",
        "six values",
        BLOG_RULE[1],
        put(*BLOG_RULE, "conditions.1.pathPattern.values", ["/a", "/b", "/c", "/d", "/e"]),
    ),
    Defect("route-priorities-are-unique", "prod", "one priority twice", BLOG_RULE[1], put(*BLOG_RULE, "priority", 41)),
    Defect("routes-differ", "prod", "one condition twice", "shop-exact-host-any-path-0", _same_conditions),
    Defect(
        "names-fit",
        "prod",
        "33 characters",
        "shop-0-http-80",
        put(t.TARGET_GROUP, "shop-0-http-80", "name", "internet-ingress-new-target-group"),
    ),
    Defect("names-fit", "prod", "a signpost of AWS", "edge", put(*LB, "name", "internal-edge")),
    # Targets
    Defect(
        "protocol-and-port-agree",
        "prod",
        "TLS to a plain port",
        "shop-0-http-80",
        put(t.TARGET_GROUP, "shop-0-http-80", "protocol", "HTTPS"),
        also=(("protocol-and-port-agree", "shop-0-http-80"),),  # its health check still asks by HTTP
    ),
    Defect(
        "protocol-and-port-agree",
        "prod",
        "another health port",
        "shop-0-http-80",
        put(t.TARGET_GROUP, "shop-0-http-80", "healthCheck.port", "8080"),
    ),
    Defect(
        "targets-listen-at-their-groups-port",
        "prod",
        "another port",
        "shop-0-http-80-0-euw1-az2",
        put(t.TARGET, "shop-0-http-80-0-euw1-az2", "port", 443),
    ),
    Defect(
        "targets-are-their-connections-endpoints",
        "prod",
        "the neighbour's address",
        "shop-0-http-80-0-euw1-az1",
        put(t.TARGET, "shop-0-http-80-0-euw1-az1", "targetId", "10.12.128.20"),
    ),
    Defect(
        "ports-are-open-to-the-endpoints",
        "prod",
        "load balancer shut",
        "edge",
        drop(t.EGRESS_RULE, "edge-load-balancer-out-80"),
    ),
    Defect(
        "node-ports-agree", "shop", "another node port", "shop-http", put(t.TARGET_GROUP, "shop-http", "port", 30081)
    ),
    # Firewall
    Defect("load-balancers-are-screened", "prod", "no web ACL", "edge", drop(t.WEB_ACL_ASSOCIATION, "edge")),
    Defect("load-balancers-are-screened", "prod", "open on failure", "edge", put(*LB, "enableWafFailOpen", True)),
    Defect("firewall-priorities-are-unique", "prod", "one priority twice", "edge", put(*ACL, "rules.1.priority", 0)),
    Defect("firewall-has-the-baseline", "prod", "no SQL injection group", "edge", _without_rule("sql-injection")),
    Defect(
        "firewall-blocks", "prod", "the common group counts", "edge", put(*ACL, "rules.4.overrideAction", {"count": {}})
    ),
    Defect("firewall-limits-rates", "prod", "no rate limit", "edge", _without_rule("rate-limit")),
    Defect("big-bodies-are-decided-on", "prod", "no body rule", "edge", _without_rule("body-size")),
    Defect(
        "firewall-metrics-are-on",
        "prod",
        "metrics off",
        "edge",
        put(*ACL, "visibilityConfig.cloudwatchMetricsEnabled", False),
    ),
    Defect(
        "firewall-metrics-are-on",
        "prod",
        "one metric twice",
        "edge",
        put(*ACL, "rules.0.visibilityConfig.metricName", "central-ingress-prod"),
    ),
    Defect("firewall-is-logged", "prod", "no logging", "edge", drop(t.WEB_ACL_LOGGING, "edge")),
    Defect(
        "firewall-logs-have-the-name-that-waf-demands",
        "prod",
        "another name",
        "edge",
        put(t.LOG_GROUP, "edge", "name", "waf-central-ingress-prod"),
    ),
    Defect(
        "firewall-logs-hold-no-credentials",
        "prod",
        "cookies",
        "edge",
        put(t.WEB_ACL_LOGGING, "edge", "redactedFields.1", GONE),
    ),
    # Alarms
    Defect("alarms-notify-somebody", "prod", "no action", "shop-latency-0", put(*LATENCY, "alarmActions", [])),
    Defect("alarms-notify-somebody", "prod", "actions off", "shop-latency-0", put(*LATENCY, "actionsEnabled", False)),
    Defect(
        "alarms-name-their-runbook", "prod", "no runbook", "shop-latency-0", put(*LATENCY, "alarmDescription", "Slow.")
    ),
    Defect(
        "topics-are-encrypted-with-a-key-that-alarms-may-use",
        "prod",
        "no key",
        "edge-alarms",
        put(*TOPIC, "kmsMasterKeyId", GONE),
    ),
    Defect(
        "topics-are-encrypted-with-a-key-that-alarms-may-use",
        "prod",
        "the key that AWS manages",
        "edge-alarms",
        put(*TOPIC, "kmsMasterKeyId", "alias/aws/sns"),
    ),
    Defect(
        "topics-are-open-to-alarms-of-their-account-alone",
        "prod",
        "everybody",
        "edge-alarms",
        put(*TOPIC, "policy", json.dumps({"Statement": [{"Effect": "Allow", "Principal": "*"}]})),
    ),
    Defect(
        "topics-are-open-to-alarms-of-their-account-alone",
        "prod",
        "alarms of every account",
        "edge-alarms",
        put(*TOPIC, "policy", json.dumps({"Statement": [{"Effect": "Allow", "Principal": ALARMS}]})),
    ),
    Defect(
        "topics-are-open-to-alarms-of-their-account-alone",
        "prod",
        "every alarm of the account",
        "edge-alarms",
        put(
            *TOPIC,
            "policy",
            json.dumps(
                {
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": ALARMS,
                            "Condition": {
                                "StringEquals": {"aws:SourceAccount": "222222222222"},
                                "ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:eu-west-1:222222222222:alarm:*"},
                            },
                        }
                    ]
                }
            ),
        ),
    ),
    # Logs
    Defect(
        "buckets-refuse-public-access",
        "prod",
        "one kind left open",
        "edge-logs",
        put(t.BUCKET_PUBLIC_ACCESS, "edge-logs", "restrictPublicBuckets", False),
    ),
    Defect("buckets-refuse-plain-http", "prod", "TLS not demanded", "edge-logs", _effect_turned("Deny", "Allow")),
    Defect("log-buckets-let-load-balancers-write", "prod", "no grant", "edge-logs", _effect_turned("Allow", "Deny")),
    Defect("log-buckets-let-load-balancers-write", "prod", "not awaited", "edge", _policy_not_awaited),
    Defect("buckets-have-no-acls", "prod", "no controls", "edge-logs", drop(t.BUCKET_OWNERSHIP, "edge-logs")),
    Defect("buckets-name-their-encryption", "prod", "none", "edge-logs", drop(t.BUCKET_ENCRYPTION, "edge-logs")),
    Defect(
        "buckets-have-a-lifecycle",
        "prod",
        "switched off",
        "edge-logs",
        put(t.BUCKET_LIFECYCLE, "edge-logs", "rules.0.status", "Disabled"),
    ),
    Defect(
        "bucket-names-carry-account-and-region",
        "prod",
        "the article's name",
        "edge-logs",
        put(t.BUCKET, "edge-logs", "bucket", "internet-ingress-alb-access-logs"),
    ),
    Defect(
        "log-groups-expire",
        "shop",
        "no retention",
        "shop-flow-logs",
        put(t.LOG_GROUP, "shop-flow-logs", "retentionInDays", GONE),
    ),
    # Cluster
    Defect(
        "cluster-api-is-not-open-to-the-world", "shop", "public", "shop", put(*CLUSTER, "endpointPublicAccess", True)
    ),
    Defect(
        "cluster-api-is-not-open-to-the-world",
        "shop",
        "public in two halves",
        "shop-eks",
        add(
            t.CLUSTER,
            "shop-eks",
            roleArn="arn:aws:iam::111111111111:role/shop-cluster",
            version="1.36",
            enabledClusterLogTypes=["api", "audit", "authenticator", "controllerManager", "scheduler"],
            vpcConfig={
                "subnetIds": ["subnet-1"],
                "endpointPrivateAccess": True,
                "endpointPublicAccess": True,
                "publicAccessCidrs": ["0.0.0.0/1", "128.0.0.0/1"],
            },
            upgradePolicy={"supportType": "STANDARD"},
        ),
    ),
    Defect(
        "cluster-api-is-not-open-to-the-world",
        "shop",
        "public, as the component registers it",
        "shop-eks",
        add(
            t.CLUSTER,
            "shop-eks",
            roleArn="arn:aws:iam::111111111111:role/shop-cluster",
            version="1.36",
            enabledClusterLogTypes=["api", "audit", "authenticator", "controllerManager", "scheduler"],
            vpcConfig={
                "subnetIds": ["subnet-1"],
                "endpointPrivateAccess": True,
                "endpointPublicAccess": True,
                "publicAccessCidrs": ["0.0.0.0/0"],
            },
            upgradePolicy={"supportType": "STANDARD"},
        ),
    ),
    Defect(
        "cluster-writes-all-its-logs", "shop", "no audit log", "shop", put(*CLUSTER, "enabledClusterLogTypes", ["api"])
    ),
    Defect("cluster-version-is-supported", "shop", "the article's version", "shop", put(*CLUSTER, "version", "1.19")),
    Defect("cluster-version-is-supported", "shop", "a number", "shop-nodes", put(*NODES, "version", 1.3)),
    Defect(
        "cluster-is-upgraded-at-the-end-of-support",
        "shop",
        "billed support",
        "shop",
        put(*CLUSTER, "upgradePolicy.supportType", "EXTENDED"),
    ),
    Defect(
        "cluster-is-upgraded-at-the-end-of-support", "shop", "no policy", "shop", put(*CLUSTER, "upgradePolicy", GONE)
    ),
    Defect("nodes-survive-the-loss-of-one", "shop", "one node", "shop-nodes", put(*NODES, "scalingConfig.minSize", 1)),
    Defect(
        "nodes-demand-metadata-tokens",
        "shop",
        "no tokens",
        "shop-node",
        put(*TEMPLATE, "metadataOptions.httpTokens", "optional"),
    ),
    Defect(
        "nodes-demand-metadata-tokens",
        "shop",
        "two hops",
        "shop-node",
        put(*TEMPLATE, "metadataOptions.httpPutResponseHopLimit", 2),
    ),
    Defect(
        "volumes-are-encrypted",
        "shop",
        "plain",
        "shop-node",
        put(*TEMPLATE, "blockDeviceMappings.0.ebs.encrypted", "false"),
    ),
    Defect(
        "nodes-have-no-public-address",
        "shop",
        "one given",
        "shop-node",
        put(*TEMPLATE, "networkInterfaces", [{"associatePublicIpAddress": "true"}]),
    ),
    Defect(
        "repositories-are-immutable",
        "shop",
        "tags move",
        "shop-controller",
        put(t.REPOSITORY, "shop-controller", "imageTagMutability", "MUTABLE"),
    ),
    Defect(
        "repositories-scan",
        "shop",
        "scan off",
        "shop-controller",
        put(t.REPOSITORY, "shop-controller", "imageScanningConfiguration.scanOnPush", False),
    ),
    Defect(
        "images-are-named-by-digest",
        "shop",
        "latest",
        "shop-deployment",
        put(*GATEWAY, f"{CONTAINER}.image", "111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop/nginx-ingress:latest"),
    ),
    Defect(
        "images-come-from-ecr",
        "shop",
        "a public registry",
        "shop-deployment",
        put(*GATEWAY, f"{CONTAINER}.image", f"registry.example.com/nginx-ingress@sha256:{'0' * 64}"),
    ),
    Defect(
        "gateway-runs-with-the-least-rights",
        "shop",
        "rights to gain",
        "shop-deployment",
        put(*GATEWAY, f"{CONTAINER}.securityContext.allowPrivilegeEscalation", True),
    ),
    Defect(
        "gateway-survives-the-loss-of-one",
        "shop",
        "one pod",
        "shop-deployment",
        put(t.AUTOSCALER, "shop-autoscaler", "spec.minReplicas", 1),
    ),
    Defect(
        "gateway-survives-the-loss-of-one",
        "shop",
        "no budget",
        "shop-deployment",
        drop(t.DISRUPTION_BUDGET, "shop-disruption-budget"),
    ),
    Defect("gateway-survives-the-loss-of-one", "shop", "one zone", "shop-deployment", put(*GATEWAY, SPREAD, GONE)),
    Defect("gateway-knows-the-client", "shop", "no header", CONFIG[1], put(*CONFIG, "data.real-ip-header", GONE)),
    Defect(
        "gateway-knows-the-client", "shop", "trusts all", CONFIG[1], put(*CONFIG, "data.set-real-ip-from", "0.0.0.0/0")
    ),
    # Ingresses
    Defect(
        "ingresses-name-the-class",
        "shop",
        "no class",
        "shop-sample-ingress",
        put(t.INGRESS, "shop-sample-ingress", "spec.ingressClassName", GONE),
    ),
    Defect(
        "ingresses-have-no-annotations-of-another-controller",
        "shop",
        "of kubernetes/ingress-nginx",
        "shop-sample-ingress",
        annotated("nginx.ingress.kubernetes.io/proxy-body-size", "20m"),
    ),
    Defect(
        "ingresses-have-no-annotations-of-another-controller",
        "shop",
        "a snippet",
        "shop-sample-ingress",
        annotated("nginx.org/server-snippets", "return 200;"),
    ),
    Defect(
        "ingresses-serve-something",
        "shop",
        "no rules",
        "shop-sample-ingress",
        put(t.INGRESS, "shop-sample-ingress", "spec.rules", []),
    ),
    Defect(
        "ingresses-are-not-waited-for",
        "shop",
        "no word to Pulumi",
        "shop-sample-ingress",
        put(t.INGRESS, "shop-sample-ingress", "metadata.annotations", GONE),
    ),
    Defect("hosts-belong-to-one-ingress", "shop", "a second one", "second", second_ingress),
    # Publication
    Defect(
        "consumers-are-named",
        "shop",
        "everybody",
        "shop-222222222222",
        put(t.ALLOWED_PRINCIPAL, "shop-222222222222", "principalArn", "*"),
    ),
    Defect(
        "consumers-are-named",
        "shop",
        "a role with a path",
        "shop-222222222222",
        put(t.ALLOWED_PRINCIPAL, "shop-222222222222", "principalArn", "arn:aws:iam::222222222222:role/path/edge"),
    ),
    Defect(
        "consumers-are-named",
        "shop",
        "a placeholder",
        "shop-service",
        put(t.ENDPOINT_SERVICE, "shop-service", "allowedPrincipals", ["arn:aws:iam::<account>:role/network-role"]),
    ),
    Defect(
        "services-stand-on-an-own-internal-load-balancer",
        "shop",
        "found by name",
        "shop-service",
        _foreign_load_balancer,
    ),
    Defect(
        "network-load-balancers-have-a-security-group",
        "shop",
        "none",
        "shop-nlb",
        put(t.LOAD_BALANCER, "shop-nlb", "securityGroups", GONE),
    ),
    Defect(
        "parameters-are-never-overwritten",
        "shop",
        "overwrite",
        "shop-contract",
        put(t.PARAMETER, "shop-contract", "overwrite", True),
    ),
    Defect(
        "parameters-live-under-a-path",
        "shop",
        "the article's name",
        "shop-contract",
        put(t.PARAMETER, "shop-contract", "name", "connectionv1"),
    ),
    # Identity
    Defect(
        "roles-have-no-broad-policies",
        "shop",
        "IAMFullAccess",
        CLUSTER_POLICY[1],
        put(*CLUSTER_POLICY, "policyArn", "arn:aws:iam::aws:policy/IAMFullAccess"),
    ),
    Defect(
        "roles-trust-named-principals",
        "shop",
        "anybody",
        "shop-node",
        put(
            t.ROLE,
            "shop-node",
            "assumeRolePolicy",
            '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}',
        ),
    ),
    Defect(
        "roles-of-services-name-their-source",
        "shop",
        "any account's cluster",
        "shop-cluster",
        put(
            t.ROLE,
            "shop-cluster",
            "assumeRolePolicy",
            '{"Statement": [{"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, '
            '"Action": "sts:AssumeRole"}]}',
        ),
    ),
    Defect(
        "rights-serve-what-runs",
        "shop",
        "a driver that is not there",
        CLUSTER_POLICY[1],
        put(*CLUSTER_POLICY, "policyArn", "arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy"),
    ),
    Defect(
        "nothing-claims-what-an-account-has-once",
        "shop",
        "a service-linked role",
        "eks-role",
        add(t.SERVICE_LINKED_ROLE, "eks-role", awsServiceName="eks.amazonaws.com"),
    ),
    Defect(
        "resources-name-their-provider",
        "shop",
        "the default provider",
        "shop-vpc",
        lambda recording: recording.replace(t.VPC, "shop-vpc", provider=""),
    ),
    Defect(
        "providers-name-their-account",
        "prod",
        "any account",
        "network",
        put(t.AWS_PROVIDER, "network", "allowedAccountIds", GONE),
    ),
    Defect(
        "nothing-is-made-by-commands",
        "shop",
        "kubectl apply",
        "apply",
        add("command:local:Command", "apply", create="kubectl apply -f nginx.yaml"),
    ),
]
