"""Connection notifications of endpoint services. Not in moto. They are stored here, and no message is sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ec2.responses import EC2Response
from moto.moto_api._internal import mock_random
from moto.sns.models import sns_backends

from privatelink_ingress.local.cloud.ec2.endpoint_services import failure
from privatelink_ingress.local.cloud.hardening import Params, operation, refuse

EVENTS = ("Accept", "Connect", "Delete", "Reject")
"""CreateVpcEndpointConnectionNotification, EC2 API."""

PUBLISHER = "vpce.amazonaws.com"


@operation(EC2Response, "create_vpc_endpoint_connection_notification")
def a_service_notifies_a_topic(response: Any, params: Params) -> Mapping[str, Any]:
    """AWS: CreateVpcEndpointConnectionNotification, for a service of the caller; not in moto."""
    service_id = params.get("ServiceId")
    if service_id not in response.ec2_backend.configurations:
        refuse("InvalidVpcEndpointService.NotFound", f"The VpcEndpointService Id '{service_id}' does not exist")
    notification = {
        "ConnectionNotificationId": f"vpce-nfn-{mock_random.get_random_hex(length=17)}",
        "ServiceId": service_id,
        "ConnectionNotificationType": "Topic",
        "ConnectionNotificationState": "Enabled",
        **_checked(response, params),
    }
    _kept(response)[notification["ConnectionNotificationId"]] = notification
    return {"ConnectionNotification": notification}


@operation(EC2Response, "describe_vpc_endpoint_connection_notifications")
def notifications_are_listed(response: Any, params: Params) -> Mapping[str, Any]:
    """AWS: DescribeVpcEndpointConnectionNotifications, all or one by its id; not in moto."""
    kept, wanted = _kept(response), params.get("ConnectionNotificationId")
    if wanted is not None and wanted not in kept:
        refuse("InvalidConnectionNotification", f"The connection notification '{wanted}' does not exist")
    return {"ConnectionNotificationSet": [one for id_, one in kept.items() if wanted in (None, id_)]}


@operation(EC2Response, "modify_vpc_endpoint_connection_notification")
def a_notification_changes_topic_or_events(response: Any, params: Params) -> Mapping[str, Any]:
    """AWS: ModifyVpcEndpointConnectionNotification; not in moto."""
    id_ = params["ConnectionNotificationId"]
    if id_ not in _kept(response):
        refuse("InvalidConnectionNotification", f"The connection notification '{id_}' does not exist")
    notification = _kept(response)[id_]
    notification |= _checked(response, {**notification, **params})
    return {"ReturnValue": True}


@operation(EC2Response, "delete_vpc_endpoint_connection_notifications")
def notifications_are_deleted(response: Any, params: Params) -> Mapping[str, Any]:
    """AWS: DeleteVpcEndpointConnectionNotifications lists unknown ids in `Unsuccessful`; not in moto."""
    unsuccessful = []
    for id_ in params["ConnectionNotificationIds"]:
        if _kept(response).pop(id_, None) is None:
            message = f"The connection notification '{id_}' does not exist"
            unsuccessful.append(failure(id_, "InvalidConnectionNotification", message))
    return {"Unsuccessful": unsuccessful}


def _kept(response: Any) -> dict[str, dict[str, Any]]:
    """Notifications of one account and Region. They live as long as moto's backend: until the next reset."""
    return vars(response.ec2_backend).setdefault("connection_notifications", {})


def _checked(response: Any, params: Params) -> dict[str, Any]:
    arn, events = params["ConnectionNotificationArn"], params["ConnectionEvents"]
    if unknown := sorted(set(events) - set(EVENTS)):
        refuse("InvalidParameter", f"The connection event {unknown[0]} is invalid. Valid here: {', '.join(EVENTS)}")
    try:
        topic = sns_backends[response.current_account][response.region].get_topic(arn)
    except ServiceException:
        refuse("InvalidParameter", f"The SNS topic {arn} does not exist")
    # The PrivateLink guide requires this policy, and does not say whether AWS refuses or stays silent without it.
    if not any(_publishes(statement) for statement in json.loads(topic.policy)["Statement"]):
        refuse("InvalidParameter", f"The policy of topic {arn} does not let {PUBLISHER} publish to it")
    return {"ConnectionNotificationArn": arn, "ConnectionEvents": sorted(events)}


def _publishes(statement: Mapping[str, Any]) -> bool:
    principal, actions = statement.get("Principal", {}), statement.get("Action", [])
    services = principal.get("Service", []) if isinstance(principal, Mapping) else []
    named = {action.lower() for action in ([actions] if isinstance(actions, str) else actions)}
    allowed = [services] if isinstance(services, str) else services
    return statement["Effect"] == "Allow" and PUBLISHER in allowed and bool(named & {"sns:publish", "sns:*"})
