"""The programs' look-up functions, answered by the emulated AWS."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import existing_lookups, existing_network, route53, workload_lookups
from privatelink_ingress.local.adapters.base import AdapterError, Aws, Properties
from privatelink_ingress.local.adapters.calls import call


def invoke(aws: Aws, token: str, args: Properties) -> Properties:
    """Call the function `token`; returns its outputs by their wire names.

    Raises:
        AdapterError: an unknown function or argument, or AWS refuses or finds nothing.
    """
    function = FUNCTIONS.get(token)
    if function is None:
        raise AdapterError(f"the local cloud does not answer {token}; it answers {', '.join(sorted(FUNCTIONS))}")
    return function(aws, args)


def _availability_zones(aws: Aws, args: Properties) -> Properties:
    rest, state = dict(args), args.get("state")
    rest.pop("state", None)
    without_names, without_ids = set(rest.pop("excludeNames", ())), set(rest.pop("excludeZoneIds", ()))
    found = call(aws, "ec2", "DescribeAvailabilityZones", rest, type_=t.GET_AVAILABILITY_ZONES)["AvailabilityZones"]
    zones = sorted(
        (
            zone
            for zone in found
            if state in (None, zone["State"])
            and zone["ZoneName"] not in without_names
            and zone["ZoneId"] not in without_ids
        ),
        key=lambda zone: zone["ZoneName"],
    )
    return args | {
        "id": aws.region,
        "region": aws.region,
        "names": [zone["ZoneName"] for zone in zones],
        "zoneIds": [zone["ZoneId"] for zone in zones],
        "groupNames": sorted({zone["GroupName"] for zone in zones if "GroupName" in zone}),
    }


def _caller_identity(aws: Aws, args: Properties) -> Properties:
    identity = call(aws, "sts", "GetCallerIdentity", args, type_=t.GET_CALLER_IDENTITY)
    account_id = identity["Account"]
    return {"id": account_id, "accountId": account_id, "arn": identity["Arn"], "userId": identity["UserId"]}


def _vpc_endpoint_service(aws: Aws, args: Properties) -> Properties:
    rest = dict(args)
    tags, kind = rest.pop("tags", {}), rest.pop("serviceType", None)
    name = rest.pop("serviceName", None) or f"com.amazonaws.{aws.region}.{rest.pop('service', '')}"
    extra = {"ServiceNames": [name]}
    details = call(aws, "ec2", "DescribeVpcEndpointServices", rest, type_=t.GET_ENDPOINT_SERVICE, extra=extra)
    found = [
        service
        for service in details["ServiceDetails"]
        if kind in (None, *(entry["ServiceType"] for entry in service["ServiceType"]))
        and tags.items() <= _tags(service.get("Tags", ())).items()
    ]
    service = _one(found, f"{t.GET_ENDPOINT_SERVICE}: VPC endpoint service {name}")
    arn = f"arn:aws:ec2:{aws.region}:{service['Owner']}:vpc-endpoint-service/{service['ServiceId']}"
    return {
        "id": service["ServiceId"],
        "arn": arn,
        "serviceId": service["ServiceId"],
        "serviceName": service["ServiceName"],
        "service": args.get("service", ""),
        "serviceType": service["ServiceType"][0]["ServiceType"],
        "owner": service["Owner"],
        "region": aws.region,
        "acceptanceRequired": service["AcceptanceRequired"],
        "availabilityZones": sorted(service["AvailabilityZones"]),
        "baseEndpointDnsNames": service.get("BaseEndpointDnsNames", []),
        "managesVpcEndpoints": service.get("ManagesVpcEndpoints", False),
        "privateDnsName": service.get("PrivateDnsName", ""),
        "privateDnsNames": [entry["PrivateDnsName"] for entry in service.get("PrivateDnsNames", ())],
        "supportedIpAddressTypes": service.get("SupportedIpAddressTypes", ["ipv4"]),
        "vpcEndpointPolicySupported": service.get("VpcEndpointPolicySupported", False),
        "tags": _tags(service.get("Tags", ())),
    }


def _zone(aws: Aws, args: Properties) -> Properties:
    rest = dict(args)
    zone_id, name = rest.pop("zoneId", None), rest.pop("name", None)
    private = bool(rest.pop("privateZone", False))
    if zone_id is None:
        # Route 53 names end in a dot; the look-up takes them with or without.
        wanted = f"{str(name).removesuffix('.')}."
        zones = call(aws, "route53", "ListHostedZones", rest, type_=t.GET_HOSTED_ZONE)["HostedZones"]
        matching = [z for z in zones if z["Name"] == wanted and z["Config"].get("PrivateZone", False) == private]
        zone_id, rest = _one(matching, f"{t.GET_HOSTED_ZONE}: hosted zone {wanted}")["Id"], {}
    zone_id = zone_id.removeprefix("/hostedzone/")
    answer = call(aws, "route53", "GetHostedZone", rest, type_=t.GET_HOSTED_ZONE, extra={"Id": zone_id})
    zone = answer["HostedZone"]
    servers = answer.get("DelegationSet", {}).get("NameServers", [])
    return {
        "id": zone_id,
        "zoneId": zone_id,
        "arn": f"arn:aws:route53:::hostedzone/{zone_id}",
        "name": zone["Name"].removesuffix("."),
        "callerReference": zone["CallerReference"],
        "comment": zone["Config"].get("Comment", ""),
        "privateZone": zone["Config"].get("PrivateZone", False),
        "nameServers": sorted(servers),
        "primaryNameServer": servers[0] if servers else "",
        "resourceRecordSetCount": zone["ResourceRecordSetCount"],
        "tags": {},
        "vpcId": next((vpc["VPCId"] for vpc in answer.get("VPCs", ())), ""),
    }


def _parameter(aws: Aws, args: Properties) -> Properties:
    # The provider decrypts unless told otherwise.
    parameter = call(aws, "ssm", "GetParameter", {"withDecryption": True} | args, type_=t.GET_PARAMETER)["Parameter"]
    plain = {} if parameter["Type"] == "SecureString" else {"insecureValue": parameter["Value"]}
    names = {"id": parameter["Name"], "name": parameter["Name"], "arn": parameter["ARN"]}
    return args | plain | names | {key: parameter[key.title()] for key in ("type", "value", "version")}


def _policy(aws: Aws, args: Properties) -> Properties:
    rest = dict(args)
    arn = rest.pop("arn")
    policy = call(aws, "iam", "GetPolicy", rest, type_=t.GET_POLICY, extra={"PolicyArn": arn})["Policy"]
    version = {"PolicyArn": arn, "VersionId": policy["DefaultVersionId"]}
    answer = call(aws, "iam", "GetPolicyVersion", {}, type_=t.GET_POLICY, extra=version)["PolicyVersion"]
    return {
        "id": arn,
        "arn": arn,
        "name": policy["PolicyName"],
        "path": policy["Path"],
        "policyId": policy["PolicyId"],
        "description": policy.get("Description", ""),
        "attachmentCount": policy["AttachmentCount"],
        "policy": json.dumps(answer["Document"]),
        "tags": _tags(policy.get("Tags", [])),
    }


def _log_groups(aws: Aws, args: Properties) -> Properties:
    found = call(aws, "logs", "DescribeLogGroups", args, type_=t.GET_LOG_GROUPS)["logGroups"]
    arns = [group["arn"].removesuffix(":*") for group in found]
    return args | {"id": aws.region, "arns": arns, "logGroupNames": [group["logGroupName"] for group in found]}


def _log_group(aws: Aws, args: Properties) -> Properties:
    name = args["name"]
    listed = call(aws, "logs", "DescribeLogGroups", {"logGroupNamePrefix": name}, type_=t.GET_LOG_GROUP)["logGroups"]
    group = _one([one for one in listed if one["logGroupName"] == name], f"{t.GET_LOG_GROUP}: log group {name}")
    arn = group["arn"].removesuffix(":*")
    tags = call(aws, "logs", "ListTagsForResource", {}, type_=t.GET_LOG_GROUP, extra={"resourceArn": arn})["tags"]
    return {
        "id": name,
        "name": name,
        "arn": arn,
        "creationTime": group["creationTime"],
        "kmsKeyId": group.get("kmsKeyId", ""),
        "retentionInDays": group.get("retentionInDays", 0),
        "tags": tags,
    }


def _bucket(aws: Aws, args: Properties) -> Properties:
    name = args["bucket"]
    try:
        found = call(aws, "s3", "HeadBucket", args, type_=t.GET_BUCKET)
    except AdapterError as refusal:
        if "404" not in str(refusal):
            raise
        # As terraform-provider-aws has it: internal/service/s3/bucket_data_source.go.
        raise AdapterError(f"reading S3 Bucket ({name}): couldn't find resource") from None
    return {
        "id": name,
        "bucket": name,
        "arn": f"arn:aws:s3:::{name}",
        "bucketRegion": found.get("BucketRegion", aws.region),
    }


def _key(aws: Aws, args: Properties) -> Properties:
    found = call(aws, "kms", "DescribeKey", args, type_=t.GET_KEY)["KeyMetadata"]
    return {
        **args,
        "id": found["KeyId"],
        "arn": found["Arn"],
        "awsAccountId": found["AWSAccountId"],
        "description": found.get("Description", ""),
        "enabled": found["Enabled"],
        "keyManager": found["KeyManager"],
        "keyState": found["KeyState"],
    }


def _tags(pairs: list[Mapping[str, str]] | tuple[()]) -> dict[str, str]:
    return {pair["Key"]: pair["Value"] for pair in pairs}


def _one(found: list[dict], what: str) -> dict:
    if len(found) != 1:
        raise AdapterError(f"{what}: {len(found) or 'none'} found, exactly one is needed")
    return found[0]


FUNCTIONS: Mapping[str, Callable[[Aws, Properties], Properties]] = {
    t.GET_AVAILABILITY_ZONES: _availability_zones,
    t.GET_CALLER_IDENTITY: _caller_identity,
    t.GET_ENDPOINT_SERVICE: _vpc_endpoint_service,
    t.GET_BUCKET: _bucket,
    t.GET_KEY: _key,
    t.GET_HOSTED_ZONE: _zone,
    t.GET_DNS_RECORDS: route53.look_up_records,
    t.GET_LOG_GROUP: _log_group,
    t.GET_LOG_GROUPS: _log_groups,
    t.GET_PARAMETER: _parameter,
    t.GET_POLICY: _policy,
    **existing_lookups.FUNCTIONS,
    **existing_network.FUNCTIONS,
    **workload_lookups.FUNCTIONS,
}
