"""VPC endpoints and endpoint services."""

from __future__ import annotations

import hashlib
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, AdapterError, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.ec2_network import arn, one


def _create_endpoint(aws: Aws, inputs: Properties) -> Created:
    rest = {"vpcEndpointType": "Gateway"} | inputs
    auto_accept = rest.pop("autoAccept", False)
    if rest["vpcEndpointType"] == "Interface":
        # AWS's own default is true; the provider always sends a value.
        rest.setdefault("privateDnsEnabled", False)
        _require_listed(rest)
    answer = call(aws, "ec2", "CreateVpcEndpoint", rest, type_=t.VPC_ENDPOINT, rename={"policy": "PolicyDocument"})
    endpoint = answer["VpcEndpoint"]
    if auto_accept and endpoint["State"] == "pendingAcceptance":
        service_id = endpoint["ServiceName"].rsplit(".", 1)[1]
        _decide(aws, t.VPC_ENDPOINT, "AcceptVpcEndpointConnections", service_id, endpoint["VpcEndpointId"])
    return Created(endpoint["VpcEndpointId"], endpoint_outputs(aws, endpoint["VpcEndpointId"], inputs))


def _require_listed(inputs: Properties) -> None:
    known = inputs.get("subnetIds", [])
    for entry in inputs.get("subnetConfigurations", []):
        if entry.get("subnetId") not in known:
            subnet_id = entry.get("subnetId")
            raise AdapterError(f"{t.VPC_ENDPOINT}: subnetConfigurations names {subnet_id}, which is not in subnetIds")


def endpoint_outputs(aws: Aws, endpoint_id: str, inputs: Properties) -> Properties:
    """An endpoint's outputs, as AWS describes it now."""
    endpoint = one(aws, t.VPC_ENDPOINT, "DescribeVpcEndpoints", "VpcEndpoints", vpc_endpoint_id=endpoint_id)
    outputs = {
        "arn": arn(aws, "vpc-endpoint", endpoint_id),
        "dnsEntries": [
            {"dnsName": entry["DnsName"], "hostedZoneId": entry["HostedZoneId"]}
            for entry in endpoint.get("DnsEntries", [])
        ],
        "networkInterfaceIds": endpoint["NetworkInterfaceIds"],
        "ownerId": endpoint["OwnerId"],
        "policy": endpoint["PolicyDocument"],
        "privateDnsEnabled": endpoint["PrivateDnsEnabled"],
        "requesterManaged": endpoint["RequesterManaged"],
        "routeTableIds": endpoint["RouteTableIds"],
        "securityGroupIds": [group["GroupId"] for group in endpoint["Groups"]],
        "state": endpoint["State"],
        "subnetIds": endpoint.get("SubnetIds", []),
        "tagsAll": inputs.get("tags", {}),
        "vpcEndpointType": endpoint["VpcEndpointType"],
    }
    if endpoint["VpcEndpointType"] == "Gateway":
        prefixes = one(
            aws, t.VPC_ENDPOINT, "DescribePrefixLists", "PrefixLists", prefix_list_name=endpoint["ServiceName"]
        )
        return outputs | {"prefixListId": prefixes["PrefixListId"], "cidrBlocks": prefixes.get("Cidrs", [])}
    options = endpoint["DnsOptions"]
    return outputs | {
        "dnsOptions": {key[0].lower() + key[1:]: value for key, value in options.items()},
        "ipAddressType": endpoint["IpAddressType"],
        "serviceRegion": endpoint["ServiceRegion"],
        "subnetConfigurations": _subnet_configurations(aws, endpoint["NetworkInterfaceIds"]),
    }


def _subnet_configurations(aws: Aws, interface_ids: list[str]) -> list[dict[str, Any]]:
    """Read from the interfaces, as the provider does, so that the addresses are outputs of the endpoint."""
    if not interface_ids:
        return []
    extra = {"NetworkInterfaceIds": interface_ids}
    found = call(aws, "ec2", "DescribeNetworkInterfaces", {}, type_=t.VPC_ENDPOINT, extra=extra)["NetworkInterfaces"]
    return [{"subnetId": eni["SubnetId"], "ipv4": eni["PrivateIpAddress"]} for eni in found]


def _delete_endpoint(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "ec2", "DeleteVpcEndpoints", {}, type_=t.VPC_ENDPOINT, extra={"VpcEndpointIds": [id_]})


def _create_service(aws: Aws, inputs: Properties) -> Created:
    rest = dict(inputs)
    principals = rest.pop("allowedPrincipals", [])
    answer = call(aws, "ec2", "CreateVpcEndpointServiceConfiguration", rest, type_=t.ENDPOINT_SERVICE)
    service_id = answer["ServiceConfiguration"]["ServiceId"]
    if principals:
        _permit(aws, t.ENDPOINT_SERVICE, service_id, "AddAllowedPrincipals", principals)
    return Created(service_id, {"allowedPrincipals": sorted(principals)} | service_outputs(aws, service_id, inputs))


def service_outputs(aws: Aws, service_id: str, inputs: Properties) -> Properties:
    """An endpoint service's outputs, as AWS describes it now, without its allowed principals."""
    extra = {"ServiceIds": [service_id]}
    (service,) = call(
        aws, "ec2", "DescribeVpcEndpointServiceConfigurations", {}, type_=t.ENDPOINT_SERVICE, extra=extra
    )["ServiceConfigurations"]
    return {
        "acceptanceRequired": service["AcceptanceRequired"],
        "arn": arn(aws, "vpc-endpoint-service", service_id),
        "availabilityZones": service["AvailabilityZones"],
        "baseEndpointDnsNames": service["BaseEndpointDnsNames"],
        "managesVpcEndpoints": service["ManagesVpcEndpoints"],
        "privateDnsNameConfigurations": [],
        "serviceName": service["ServiceName"],
        "serviceType": service["ServiceType"][0]["ServiceType"],
        "state": service["ServiceState"],
        "supportedIpAddressTypes": service["SupportedIpAddressTypes"],
        "supportedRegions": inputs.get("supportedRegions", [aws.region]),
        "tagsAll": inputs.get("tags", {}),
    }


def _delete_service(aws: Aws, id_: str, outputs: Properties) -> None:
    call(
        aws, "ec2", "DeleteVpcEndpointServiceConfigurations", {}, type_=t.ENDPOINT_SERVICE, extra={"ServiceIds": [id_]}
    )


def _create_principal(aws: Aws, inputs: Properties) -> Created:
    rest = dict(inputs)
    service_id, principal = rest.pop("vpcEndpointServiceId"), rest.pop("principalArn")
    if rest:
        raise AdapterError(
            f"{t.ALLOWED_PRINCIPAL}: input `{sorted(rest)[0]}` has no place in ModifyVpcEndpointServicePermissions"
        )
    _permit(aws, t.ALLOWED_PRINCIPAL, service_id, "AddAllowedPrincipals", [principal])
    # The API's permission id, which moto lacks.
    digest = hashlib.sha256(f"{service_id} {principal}".encode()).hexdigest()
    return Created(f"vpce-svc-perm-{digest[:17]}", {})


def _delete_principal(aws: Aws, id_: str, outputs: Properties) -> None:
    _permit(
        aws, t.ALLOWED_PRINCIPAL, outputs["vpcEndpointServiceId"], "RemoveAllowedPrincipals", [outputs["principalArn"]]
    )


def _permit(aws: Aws, type_: str, service_id: str, change: str, principals: list[str]) -> None:
    extra = {"ServiceId": service_id, change: principals}
    call(aws, "ec2", "ModifyVpcEndpointServicePermissions", {}, type_=type_, extra=extra)


def _accept(aws: Aws, inputs: Properties) -> Created:
    rest = dict(inputs)
    service_id, endpoint_id = rest.pop("vpcEndpointServiceId"), rest.pop("vpcEndpointId")
    if rest:
        raise AdapterError(
            f"{t.ENDPOINT_ACCEPTER}: input `{sorted(rest)[0]}` has no place in AcceptVpcEndpointConnections"
        )
    try:
        _decide(aws, t.ENDPOINT_ACCEPTER, "AcceptVpcEndpointConnections", service_id, endpoint_id)
    except AdapterError as refusal:
        # As the provider: it checks the resulting state, and accepts an endpoint that was available before.
        if refusal.code != "InvalidState":
            raise
    connection = one(
        aws,
        t.ENDPOINT_ACCEPTER,
        "DescribeVpcEndpointConnections",
        "VpcEndpointConnections",
        service_id=service_id,
        vpc_endpoint_id=endpoint_id,
    )
    if (state := connection["VpcEndpointState"]) != "available":
        raise AdapterError(
            f"{t.ENDPOINT_ACCEPTER}: waiting for {endpoint_id} to be accepted: unexpected state '{state}'"
        )
    return Created(f"{service_id}_{endpoint_id}", {"vpcEndpointState": state})


def _reject(aws: Aws, id_: str, outputs: Properties) -> None:
    service_id, endpoint_id = id_.split("_")
    _decide(aws, t.ENDPOINT_ACCEPTER, "RejectVpcEndpointConnections", service_id, endpoint_id)


def _decide(aws: Aws, type_: str, operation: str, service_id: str, endpoint_id: str) -> None:
    call(aws, "ec2", operation, {}, type_=type_, extra={"ServiceId": service_id, "VpcEndpointIds": [endpoint_id]})


def _create_notification(aws: Aws, inputs: Properties) -> Created:
    rename = {"vpcEndpointServiceId": "ServiceId"}
    operation = "CreateVpcEndpointConnectionNotification"
    made = call(aws, "ec2", operation, inputs, type_=t.ENDPOINT_NOTIFICATION, rename=rename)["ConnectionNotification"]
    outputs = {"notificationType": made["ConnectionNotificationType"], "state": made["ConnectionNotificationState"]}
    return Created(made["ConnectionNotificationId"], outputs)


def _delete_notification(aws: Aws, id_: str, outputs: Properties) -> None:
    extra = {"ConnectionNotificationIds": [id_]}
    call(aws, "ec2", "DeleteVpcEndpointConnectionNotifications", {}, type_=t.ENDPOINT_NOTIFICATION, extra=extra)


ADAPTERS: dict[str, Adapter] = {
    t.VPC_ENDPOINT: Adapter(_create_endpoint, _delete_endpoint),
    t.ENDPOINT_SERVICE: Adapter(_create_service, _delete_service),
    t.ALLOWED_PRINCIPAL: Adapter(_create_principal, _delete_principal),
    t.ENDPOINT_ACCEPTER: Adapter(_accept, _reject),
    t.ENDPOINT_NOTIFICATION: Adapter(_create_notification, _delete_notification),
}
