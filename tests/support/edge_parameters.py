"""An edge account that reads contracts from Parameter Store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from privatelink_ingress.local.adapters.base import AdapterError, Properties
from tests.support.strict_backend import At, StrictBackend

GET_PARAMETER = "aws:ssm/getParameter:getParameter"


GET_SERVICE = "aws:ec2/getVpcEndpointService:getVpcEndpointService"


NAME = "/central-ingress/connections/shop"


SHARED = f"arn:aws:ssm:eu-west-1:111111111111:parameter{NAME}"


READER = "arn:aws:iam::111111111111:role/reads-contracts"


SERVICE = {
    "endpointServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-0a",
    "accountId": "111111111111",
    "zoneIds": ["euw1-az1", "euw1-az2"],
}


class Account:
    """An edge account with parameters by the name in the request, and the services that it can see.

    `gone` is what the provider's lookup says instead of finding the service.
    """

    def __init__(self, parameters: dict[str, Any] | None = None, *, gone: str = "", type_: str = "String") -> None:
        self.parameters, self.gone, self.type = parameters or {}, gone, type_
        self.asked: list[tuple[str, str, Properties]] = []

    def backend(self) -> StrictBackend:
        return StrictBackend(answers=self.answers())

    def answers(self) -> dict[str, Callable[[Properties, At], Properties]]:
        return {GET_PARAMETER: self._parameter, GET_SERVICE: self._service}

    def _parameter(self, args: Properties, at: At) -> Properties:
        self.asked.append((GET_PARAMETER, at.account, args))
        value = self.parameters.get(args["name"], "ParameterNotFound: ")
        if isinstance(value, str) and value.endswith(": "):
            raise AdapterError(f"operation error SSM: GetParameter, {value}")
        plain = {"insecureValue": value} if self.type == "String" else {}
        return {**args, **plain, "id": args["name"], "type": self.type, "value": value, "version": 1, "arn": SHARED}

    def _service(self, args: Properties, at: At) -> Properties:
        self.asked.append((GET_SERVICE, at.account, args))
        if self.gone:
            raise AdapterError(self.gone)
        return {**args, "id": "vpce-svc-0a", "serviceId": "vpce-svc-0a"}
