"""A backend for tests of programs: AWS-like ids and computed outputs from tables, and an error for all else.

It proves what a program asks for, not that AWS would accept it: `tests/local` and a real account do that.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from privatelink_ingress.local.adapters.base import Created, Properties
from privatelink_ingress.local.engine.monitor import PROVIDER, Registration
from privatelink_ingress.plan.alarm_keys import ADMITTING

REGION_ZONES = ["euw1-az1", "euw1-az2", "euw1-az3"]

REPOSITORIES = [f"{stack}/{image}" for stack in ("shop", "blog") for image in ("nginx-ingress", "sample")]
DIGESTS = [
    "sha256:8d9001d32c6a703d95921a77115050f33dd823d3f1730bd35215dcbecad6dc20",
    "sha256:dbb1ad375aca4b13fd7292967cd27f759cca632e2d7add2065c88aa3cf5c49b5",
]
"""Of the controller's and the sample application's image, as the sample stack files pin them."""


def digits(registration: Registration, length: int = 17) -> str:
    """Hexadecimal digits that follow from the URN: the same in every run, different for every resource."""
    return hashlib.sha256(registration.urn.encode()).hexdigest()[:length]


class At:
    """One resource and the account and region that its provider names."""

    def __init__(self, registration: Registration, provider: Properties) -> None:
        self.registration, self.inputs = registration, registration.inputs
        self.name = str(self.inputs.get("name") or registration.name)
        self.region = str(provider.get("region", ""))
        self.account = next(iter(json.loads(provider.get("allowedAccountIds", "[]"))), "")

    def arn(self, service: str, resource: str, *, region: bool = True) -> str:
        return f"arn:aws:{service}:{self.region if region else ''}:{self.account}:{resource}"

    def suffixed(self, service: str, kind: str) -> str:
        return self.arn(service, f"{kind}/{self.name}/{digits(self.registration, 16)}")


Fake = Callable[[At], tuple[str, Properties]]
"""From a resource to its id and computed outputs."""


def _prefixed(prefix: str, service: str = "", kind: str = "", **outputs: Any) -> Fake:
    def fake(at: At) -> tuple[str, Properties]:
        id_ = f"{prefix}-{digits(at.registration)}"
        return id_, {**({"arn": at.arn(service, f"{kind}/{id_}")} if service else {}), **outputs}

    return fake


def _by_arn(service: str, resource: Callable[[At], str], *, region: bool = True, **more: Callable[[At], Any]) -> Fake:
    def fake(at: At) -> tuple[str, Properties]:
        arn = at.arn(service, resource(at), region=region)
        return arn, {"arn": arn, **{key: make(at) for key, make in more.items()}}

    return fake


def _by_name(service: str = "", kind: str = "", *, key: str = "name", region: bool = True, **outputs: Any) -> Fake:
    """Id is the resource's name, and the name is an output as well when Pulumi would choose it."""

    def fake(at: At) -> tuple[str, Properties]:
        chosen = str(at.inputs.get(key) or at.registration.name)
        return chosen, {
            key: chosen,
            **({"arn": at.arn(service, f"{kind}{chosen}", region=region)} if service else {}),
            **{name: value(at) if callable(value) else value for name, value in outputs.items()},
        }

    return fake


def _subnet(at: At) -> tuple[str, Properties]:
    """Zones have the same order by id and by name, which AWS does not promise."""
    id_, outputs = _prefixed("subnet", "ec2", "subnet")(at)
    return id_, {**outputs, "availabilityZone": f"{at.region}{'abcdef'[int(at.inputs['availabilityZoneId'][-1]) - 1]}"}


def _load_balancer(at: At) -> tuple[str, Properties]:
    kind = "net" if at.inputs.get("loadBalancerType") == "network" else "app"
    suffix = f"{kind}/{at.name}/{digits(at.registration, 16)}"
    arn = at.arn("elasticloadbalancing", f"loadbalancer/{suffix}")
    internal = "internal-" if at.inputs.get("internal") else ""
    return arn, {
        "arn": arn,
        "arnSuffix": suffix,
        "name": at.name,
        "dnsName": f"{internal}{at.name}-{digits(at.registration, 10)}.{at.region}.elb.amazonaws.com",
        "zoneId": "Z32O12XQLNTSW2",
        "vpcId": "",
    }


def _target_group(at: At) -> tuple[str, Properties]:
    suffix = f"targetgroup/{at.name}/{digits(at.registration, 16)}"
    arn = at.arn("elasticloadbalancing", suffix)
    return arn, {"arn": arn, "arnSuffix": suffix, "name": at.name}


def _certificate(at: At) -> tuple[str, Properties]:
    arn = at.arn("acm", f"certificate/{digits(at.registration)}")
    names = [at.inputs["domainName"], *at.inputs.get("subjectAlternativeNames", [])]
    options = [
        {
            "domainName": name,
            "resourceRecordName": f"_{digits(at.registration, 8)}.{name.removeprefix('*.')}.",
            "resourceRecordType": "CNAME",
            "resourceRecordValue": "_validation.acm-validations.aws.",
        }
        for name in dict.fromkeys(names)
    ]
    return arn, {"arn": arn, "domainValidationOptions": options}


def _endpoint(at: At) -> tuple[str, Properties]:
    id_ = f"vpce-{digits(at.registration)}"
    return id_, {"arn": at.arn("ec2", f"vpc-endpoint/{id_}"), "state": "available", "dnsEntries": []}


def _endpoint_service(at: At) -> tuple[str, Properties]:
    id_ = f"vpce-svc-{digits(at.registration)}"
    return id_, {
        "arn": at.arn("ec2", f"vpc-endpoint-service/{id_}"),
        "serviceName": f"com.amazonaws.vpce.{at.region}.{id_}",
        "state": "Available",
    }


def _eks_cluster(at: At) -> tuple[str, Properties]:
    cluster = {"server": f"https://{digits(at.registration).upper()}.gr7.{at.region}.eks.amazonaws.com"}
    kubeconfig = {"apiVersion": "v1", "kind": "Config", "clusters": [{"name": at.name, "cluster": cluster}]}
    return at.registration.urn, {
        "kubeconfig": kubeconfig,
        "kubeconfigJson": json.dumps(kubeconfig),
        "clusterSecurityGroupId": f"sg-{digits(at.registration)}",
        "clusterIngressRuleId": "",
    }


def _node_group(at: At) -> tuple[str, Properties]:
    name = str(at.inputs.get("nodeGroupName") or at.registration.name)
    id_ = f"{at.inputs['clusterName']}:{name}"
    groups = [{"name": f"eks-{name}-{digits(at.registration, 8)}"}]
    return id_, {
        "arn": at.arn("eks", f"nodegroup/{at.inputs['clusterName']}/{name}/{digits(at.registration, 8)}"),
        "nodeGroupName": name,
        "resources": [{"autoscalingGroups": groups, "remoteAccessSecurityGroupId": ""}],
        "status": "ACTIVE",
    }


def _repository(at: At) -> tuple[str, Properties]:
    host = f"{at.account}.dkr.ecr.{at.region}.amazonaws.com"
    return at.name, {
        "arn": at.arn("ecr", f"repository/{at.name}"),
        "name": at.name,
        "registryId": at.account,
        "repositoryUrl": f"{host}/{at.name}",
    }


def _bucket(at: At) -> tuple[str, Properties]:
    name = str(at.inputs.get("bucket") or at.registration.name)
    return name, {
        "arn": f"arn:aws:s3:::{name}",
        "bucket": name,
        "bucketDomainName": f"{name}.s3.amazonaws.com",
        "bucketRegionalDomainName": f"{name}.s3.{at.region}.amazonaws.com",
    }


FAKES: dict[str, Fake] = {
    "aws:ec2/vpc:Vpc": _prefixed(
        "vpc", "ec2", "vpc", mainRouteTableId="rtb-0main", defaultSecurityGroupId="sg-0default"
    ),
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": _prefixed("vpc-cidr-assoc"),
    "aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation": _prefixed(
        "vpc-cidr-assoc", ipv6CidrBlock="2001:db8:1234:1a00::/56"
    ),
    "aws:ec2/subnet:Subnet": _subnet,
    "aws:ec2/subnetCidrReservation:SubnetCidrReservation": _prefixed("scr"),
    "aws:ec2/internetGateway:InternetGateway": _prefixed("igw", "ec2", "internet-gateway"),
    "aws:ec2/routeTable:RouteTable": _prefixed("rtb", "ec2", "route-table"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _prefixed("rtbassoc"),
    "aws:ec2/route:Route": _prefixed("r"),
    "aws:ec2/defaultRouteTable:DefaultRouteTable": _prefixed("rtb", "ec2", "route-table"),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _prefixed("sg", "ec2", "security-group"),
    "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl": _prefixed("acl", "ec2", "network-acl"),
    "aws:ec2/securityGroup:SecurityGroup": _prefixed("sg", "ec2", "security-group"),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _prefixed("sgr", "ec2", "security-group-rule"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _prefixed("sgr", "ec2", "security-group-rule"),
    "aws:ec2/flowLog:FlowLog": _prefixed("fl", "ec2", "vpc-flow-log"),
    "aws:ec2/launchTemplate:LaunchTemplate": _prefixed("lt", "ec2", "launch-template", latestVersion=1),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoint,
    "aws:ec2/vpcEndpointService:VpcEndpointService": _endpoint_service,
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": _prefixed("vpce-svc-perm"),
    "aws:ec2/vpcEndpointConnectionNotification:VpcEndpointConnectionNotification": _prefixed("vpce-nfn"),
    "aws:ec2/vpcEndpointConnectionAccepter:VpcEndpointConnectionAccepter": _prefixed("vpce-accept"),
    "aws:lb/loadBalancer:LoadBalancer": _load_balancer,
    "aws:lb/targetGroup:TargetGroup": _target_group,
    "aws:lb/targetGroupAttachment:TargetGroupAttachment": _prefixed("tga"),
    "aws:lb/listener:Listener": _by_arn(
        "elasticloadbalancing", lambda at: f"listener/app/x/{digits(at.registration, 16)}/{digits(at.registration, 16)}"
    ),
    "aws:lb/listenerRule:ListenerRule": _by_arn(
        "elasticloadbalancing", lambda at: f"listener-rule/app/x/0a1b/2c3d/{digits(at.registration, 16)}"
    ),
    "aws:lb/listenerCertificate:ListenerCertificate": _prefixed("lc"),
    "aws:lb/trustStore:TrustStore": _by_arn(
        "elasticloadbalancing", lambda at: f"truststore/{at.name}/{digits(at.registration, 16)}"
    ),
    "aws:lb/trustStoreRevocation:TrustStoreRevocation": _prefixed("crl"),
    "aws:acm/certificate:Certificate": _certificate,
    "aws:acm/certificateValidation:CertificateValidation": lambda at: (
        "2026-01-01 00:00:00 +0000 UTC",
        {"certificateArn": at.inputs["certificateArn"]},
    ),
    "aws:route53/record:Record": lambda at: (
        f"{at.inputs['zoneId']}_{at.inputs['name']}_{at.inputs['type']}",
        {"fqdn": str(at.inputs["name"]).rstrip(".")},
    ),
    "aws:wafv2/webAcl:WebAcl": lambda at: (
        digits(at.registration, 32),
        {"arn": at.suffixed("wafv2", "regional/webacl"), "capacity": 1},
    ),
    "aws:wafv2/ruleGroup:RuleGroup": lambda at: (
        digits(at.registration, 32),
        {"arn": at.suffixed("wafv2", "regional/rulegroup")},
    ),
    "aws:wafv2/ipSet:IpSet": lambda at: (
        digits(at.registration, 32),
        {"arn": at.suffixed("wafv2", "regional/ipset")},
    ),
    "aws:wafv2/webAclAssociation:WebAclAssociation": _prefixed("waf-assoc"),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": lambda at: (at.inputs["resourceArn"], {}),
    "aws:s3/bucket:Bucket": _bucket,
    "aws:s3/bucketPolicy:BucketPolicy": _by_name(key="bucket"),
    "aws:s3/bucketObjectv2:BucketObjectv2": lambda at: (f"{at.inputs['bucket']}/{at.inputs['key']}", {}),
    "aws:s3/bucketVersioning:BucketVersioning": _by_name(key="bucket"),
    "aws:s3/bucketLogging:BucketLogging": _by_name(key="bucket"),
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": _by_name(key="bucket"),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _by_name(key="bucket"),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _by_name(key="bucket"),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _by_name(key="bucket"),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _by_name(key="bucket"),
    "aws:sns/topic:Topic": _by_arn("sns", lambda at: at.name, owner=lambda at: at.account),
    "aws:kms/key:Key": _prefixed("key", "kms", "key", keyId="00000000-0000-0000-0000-000000000000"),
    "aws:kms/alias:Alias": _by_name("kms", ""),
    "aws:cloudwatch/logGroup:LogGroup": _by_name("logs", "log-group:"),
    "aws:cloudwatch/queryDefinition:QueryDefinition": lambda at: (
        f"00000000-0000-0000-0000-{digits(at.registration, 12)}",
        {"queryDefinitionId": f"00000000-0000-0000-0000-{digits(at.registration, 12)}"},
    ),
    "aws:route53/queryLog:QueryLog": _prefixed("query-log"),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": _by_name(key="policyName"),
    "aws:cloudwatch/logDeliverySource:LogDeliverySource": _by_name("logs", "delivery-source:"),
    "aws:cloudwatch/logDeliveryDestination:LogDeliveryDestination": _by_name("logs", "delivery-destination:"),
    "aws:cloudwatch/logDelivery:LogDelivery": _prefixed("delivery", "logs", "delivery"),
    "aws:cloudwatch/dashboard:Dashboard": lambda at: (
        at.inputs["dashboardName"],
        {"dashboardArn": f"arn:aws:cloudwatch::{at.account}:dashboard/{at.inputs['dashboardName']}"},
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _by_name("cloudwatch", "alarm:"),
    "aws:iam/role:Role": _by_name("iam", "role/", region=False),
    "aws:iam/policy:Policy": _by_arn("iam", lambda at: f"policy/{at.name}", region=False),
    "aws:iam/rolePolicy:RolePolicy": lambda at: (f"{at.inputs['role']}:{at.name}", {"name": at.name}),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _prefixed("attachment"),
    "aws:ecr/repository:Repository": _repository,
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _by_name(key="repository"),
    "eks:index:Cluster": _eks_cluster,
    "aws:eks/nodeGroup:NodeGroup": _node_group,
    "aws:eks/addon:Addon": lambda at: (
        f"{at.inputs['clusterName']}:{at.inputs['addonName']}",
        {"arn": at.arn("eks", f"addon/{at.inputs['clusterName']}/{at.inputs['addonName']}/x")},
    ),
    "aws:eks/accessEntry:AccessEntry": lambda at: (
        f"{at.inputs['clusterName']}:{at.inputs['principalArn']}",
        {"accessEntryArn": at.arn("eks", f"access-entry/{at.inputs['clusterName']}/x")},
    ),
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": _prefixed("access"),
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": _prefixed("a", associationId="a-0"),
    "aws:autoscaling/attachment:Attachment": _prefixed("asg-attachment"),
    "aws:ssm/parameter:Parameter": _by_name("ssm", "parameter", version=1),
}
"""Every AWS type that the programs may register. A new one is one line: its id and its computed outputs."""


def _no_bucket(args: Properties, _: At) -> Properties:
    raise LookupError(f"reading S3 Bucket ({args['bucket']}): couldn't find resource")


def _no_load_balancer(args: Properties, _: At) -> Properties:
    raise LookupError(f"no load balancer {args['name']} found")


ANSWERS: dict[str, Callable[[Properties, At], Properties]] = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": lambda _, at: {
        "id": at.region,
        "names": [f"{at.region}{letter}" for letter in "abc"],
        "zoneIds": REGION_ZONES,
        "groupNames": [f"{at.region}-zg-1"],
        "region": at.region,
    },
    "aws:index/getCallerIdentity:getCallerIdentity": lambda _, at: {
        "id": at.account,
        "accountId": at.account,
        "arn": f"arn:aws:iam::{at.account}:user/deployer",
        "userId": "AIDA",
    },
    "aws:eks/getAddonVersion:getAddonVersion": lambda args, _: {
        **args,
        "id": args["addonName"],
        "version": "v1.0.0-eksbuild.1",
    },
    # Every image of the sample stacks was copied; a test of what was not gives answers of its own.
    "aws:ecr/getRepositories:getRepositories": lambda _, at: {"id": at.region, "names": REPOSITORIES},
    "aws:ecr/getImages:getImages": lambda args, _: {
        **args,
        "id": args["repositoryName"],
        "imageIds": [{"imageDigest": digest, "imageTag": ""} for digest in DIGESTS],
    },
    # AWS offers every service in every zone; a test of one that it does not gives an answer of its own.
    "aws:ec2/getVpcEndpointService:getVpcEndpointService": lambda args, at: {
        **args,
        "id": args["serviceName"],
        "availabilityZones": [f"{at.region}{letter}" for letter in "abc"],
    },
    # The hosted zone of the samples' hosts.
    "aws:route53/getZone:getZone": lambda args, _: {
        "id": args["zoneId"],
        "zoneId": args["zoneId"],
        "name": "example.com",
        "privateZone": False,
    },
    # Every permissions boundary that a stack file names exists.
    "aws:iam/getPolicy:getPolicy": lambda args, _: {**args, "id": args["arn"], "name": args["arn"].split("/")[-1]},
    # Nothing is left of an earlier deployment; a test of what was left gives answers of its own.
    "aws:cloudwatch/getLogGroups:getLogGroups": lambda args, at: {**args, "id": at.region, "logGroupNames": []},
    "aws:s3/getBucket:getBucket": _no_bucket,
    # Nothing was deployed before; a test of a live shard gives answers of its own.
    "aws:lb/getLoadBalancer:getLoadBalancer": _no_load_balancer,
    # Every key that a stack file names exists.
    "aws:kms/getKey:getKey": lambda args, at: {
        **args,
        "id": "1a2b3c4d",
        "arn": f"arn:aws:kms:{at.region}:{at.account}:key/1a2b3c4d",
        "enabled": True,
        "keyState": "Enabled",
    },
    "aws:eks/getClusters:getClusters": lambda _, at: {"id": at.region, "names": []},
}


class StrictBackend:
    """Makes resources from `FAKES` and answers look-ups from `ANSWERS`; refuses everything else."""

    def __init__(
        self,
        *,
        fakes: Mapping[str, Fake] | None = None,
        answers: Mapping[str, Callable[[Properties, At], Properties]] | None = None,
        certificates: Mapping[str, Sequence[str]] | None = None,
        query_logs: Mapping[str, str] | None = None,
        rule_groups: Sequence[str] = (),
        key_policy: Any = (ADMITTING,),
    ) -> None:
        """The first two add to the tables, or replace a line of them, for one test.

        `certificates` exist, by ARN, and `query_logs` of hosted zones: ARNs of log groups by zone. Each web ACL refers
        to `rule_groups`, by their ARNs. `key_policy` has the statements of each key, or None where it may not be read.
        """
        self.key_policy = key_policy
        self.certificates, self.query_logs, self.rule_groups = certificates or {}, query_logs or {}, rule_groups
        self._fakes, self._answers = {**FAKES, **(fakes or {})}, {**ANSWERS, **(answers or {})}

    def create(self, registration: Registration, provider_inputs: Properties) -> Created:
        if registration.type.startswith(PROVIDER):
            return Created(digits(registration, 8), {})
        if registration.type.startswith("kubernetes:"):
            metadata = registration.inputs.get("metadata", {})
            return Created("/".join(filter(None, (metadata.get("namespace"), metadata.get("name")))), {})
        if registration.type not in self._fakes:
            raise LookupError(f"{registration.type} has no fake: add it to FAKES in tests/support/strict_backend.py")
        _no_snake_case(registration.inputs)
        return Created(*self._fakes[registration.type](At(registration, provider_inputs)))

    def invoke(self, token: str, args: Properties, provider_inputs: Properties) -> Properties:
        if token not in self._answers:
            raise LookupError(f"{token} has no answer: add it to ANSWERS in tests/support/strict_backend.py")
        caller = Registration(type=token, name=token, urn=token, inputs=args)
        return self._answers[token](args, At(caller, provider_inputs))


class Asked:
    """What a program asks AWS without a provider, as the backend has it."""

    region = ""

    def __init__(self, backend: StrictBackend, account_id: str) -> None:
        """Of one account."""
        self._backend, self.account_id = backend, account_id

    def client(self, service: str) -> Asked:
        """Itself: no other service is asked."""
        assert service in ("acm", "kms", "route53", "wafv2")
        return self

    def describe_certificate(self, *, CertificateArn: str) -> dict[str, Any]:  # noqa: N803
        """As ACM answers."""
        certificates = self._backend.certificates
        if CertificateArn not in certificates:
            error = {"Code": "ResourceNotFoundException", "Message": f"Could not find certificate {CertificateArn}."}
            raise ClientError({"Error": error}, "DescribeCertificate")
        first, *more = certificates[CertificateArn]
        names = {"DomainName": first, "SubjectAlternativeNames": [first, *more]}
        return {"Certificate": {**names, "Status": "ISSUED", "KeyAlgorithm": "EC_prime256v1"}}

    def get_web_acl(self, **named: str) -> dict[str, Any]:
        """As WAF answers."""
        statements = [{"RuleGroupReferenceStatement": {"ARN": arn}} for arn in self._backend.rule_groups]
        return {"WebACL": {**named, "Rules": [{"Statement": one} for one in ({"GeoMatchStatement": {}}, *statements)]}}

    def get_key_policy(self, *, KeyId: str, PolicyName: str) -> dict[str, Any]:  # noqa: N803
        """As KMS answers."""
        if self._backend.key_policy is None:
            error = {"Code": "AccessDeniedException", "Message": f"may not read {PolicyName} of {KeyId}"}
            raise ClientError({"Error": error}, "GetKeyPolicy")
        return {"Policy": json.dumps({"Statement": self._backend.key_policy})}

    def list_query_logging_configs(self, *, HostedZoneId: str) -> dict[str, Any]:  # noqa: N803
        """As Route 53 answers."""
        group = self._backend.query_logs.get(HostedZoneId)
        found = {"Id": "1a-2b", "HostedZoneId": HostedZoneId, "CloudWatchLogsLogGroupArn": group}
        return {"QueryLoggingConfigs": [found] if group else []}


_FREE_KEYS = {"tags", "tagsAll", "additionalTags", "variables"}


def _no_snake_case(value: Any, path: str = "") -> None:
    """The SDK turns the keys that it knows into camelCase, so a key in snake_case is a mistyped one."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if "_" in key:
                raise ValueError(f"{path}{key} is not an input of this type: a mistyped key?")
            if key not in _FREE_KEYS:
                _no_snake_case(inner, f"{path}{key}.")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _no_snake_case(inner, f"{path}{place}.")
