"""What a workload publishes against what it has: the contract, the endpoint service, its principals and its zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from privatelink_ingress.contracts.service import Contract, ContractError
from privatelink_ingress.trace.expected import Workload
from privatelink_ingress.trace.judgements.findings import UP_WORKLOAD, Diagnosis, found
from privatelink_ingress.trace.surroundings import Published
from privatelink_ingress.trace.topology import EndpointService, Topology

CONTRACT, SERVICE = "Contract", "PrivateLink"

_COMPARED = ("owner", "account_id", "region", "port", "protocol", "health_path", "supported_regions")
"""Fields that follow from the stack file alone. The others are compared with the service itself."""


def judge(workload: Workload, published: Sequence[Published], topology: Topology) -> Iterator[Diagnosis]:
    """One workload's contract, wherever it is written, and its service."""
    for one in published:
        if one.connection == workload.connection:
            yield from _written(workload, one, topology)
    if service := service_of(workload, published, topology):
        yield from _of_service(workload, service, zones_seen=not topology.lacks("subnets"))


def service_of(workload: Workload, published: Sequence[Published], topology: Topology) -> EndpointService | None:
    """The service that the contract names."""
    of_workload = (one.fields or {} for one in published if one.connection == workload.connection)
    names = (str(fields.get("endpoint_service_name")) for fields in of_workload)
    return next((topology.services[name] for name in names if name in topology.services), None)


def _written(workload: Workload, published: Published, topology: Topology) -> Iterator[Diagnosis]:
    connection = workload.connection
    if published.fields is None:
        reason = f"{published.source} does not exist, so no edge can read it"
        yield found(connection, "error", CONTRACT, reason, UP_WORKLOAD)
        return
    try:
        contract = Contract.read(published.fields, workload.stack)
    except ContractError as error:
        for problem in error.problems:
            reason = f"{published.source}: {problem.where} {problem.reason}"
            yield found(connection, "error", CONTRACT, reason, problem.remedy)
        return
    plan = workload.plan.publication.contract
    stale = {key: (getattr(contract, key), _plain(plan[key])) for key in _COMPARED if _differs(contract, plan, key)}
    if contract.connection_name != connection:
        stale["connection_name"] = (contract.connection_name, connection)
    if stale:
        listed = "; ".join(f"{key} is {has}, not {wanted}" for key, (has, wanted) in stale.items())
        reason = f"{published.source} does not say what the stack file says: {listed}"
        yield found(connection, "warning", CONTRACT, reason, f"{UP_WORKLOAD[:-1]}, then in central-ingress/.")
    service = topology.services.get(contract.endpoint_service_name)
    if service is None:
        if workload.account_id in topology.owners:
            reason = f"{published.source} names {contract.endpoint_service_name}, which does not exist"
            remedy = f"{UP_WORKLOAD[:-1]}, then in central-ingress/: the service has another name since."
            yield found(connection, "error", CONTRACT, reason, remedy)
        return
    if set(contract.zone_ids) != set(service.zone_ids) and not topology.lacks("subnets"):
        has, wanted = ", ".join(contract.zone_ids), ", ".join(service.zone_ids)
        reason = f"{published.source} says zones {has}, but the service is in {wanted}"
        yield found(connection, "warning", CONTRACT, reason, f"{UP_WORKLOAD[:-1]}, then in central-ingress/.")
    balancers = [topology.load_balancers[arn] for arn in service.load_balancer_arns if arn in topology.load_balancers]
    ports = {listener.port for balancer in balancers for listener in balancer.listeners}
    if balancers and contract.port not in ports:
        listed = ", ".join(map(str, sorted(ports))) or "no port"
        reason = f"{published.source} says port {contract.port}, but the network load balancer listens on {listed}"
        yield found(connection, "error", CONTRACT, reason, f"{UP_WORKLOAD[:-1]}, then in central-ingress/.")


def _of_service(workload: Workload, service: EndpointService, *, zones_seen: bool) -> Iterator[Diagnosis]:
    connection, plan = workload.connection, workload.plan.publication
    wanted, has = {one.arn for one in plan.principals}, set(service.principals)
    permissions = (
        f"aws ec2 modify-vpc-endpoint-service-permissions --region {workload.region} --service-id {service.id}"
    )
    if more := sorted(has - wanted):
        open_to_all = "*" in more
        reason = "any AWS account may connect to it" if open_to_all else f"{', '.join(more)} may connect to it as well"
        remedy = f"{permissions} --remove-allowed-principals {' '.join(map(_quoted, more))}"
        yield found(connection, "error" if open_to_all else "warning", SERVICE, reason, remedy, service.id)
    if less := sorted(wanted - has):
        reason = f"{', '.join(less)} may not connect again once its endpoint is gone"
        yield found(connection, "warning", SERVICE, reason, UP_WORKLOAD, service.id)
    if service.acceptance_required != plan.acceptance_required:
        how = "has to be accepted" if service.acceptance_required else "is accepted by itself"
        reason = f"each new endpoint {how}, and the stack file says otherwise"
        yield found(connection, "warning", SERVICE, reason, UP_WORKLOAD, service.id)
    if service.state.lower() != "available":
        yield found(connection, "error", SERVICE, f"the service is {service.state}", UP_WORKLOAD, service.id)
    lost = sorted(set(plan.contract["zone_ids"]) - set(service.zone_ids))
    if workload.zones_known and zones_seen and lost:
        reason = f"the service is not in {', '.join(lost)}, where its stack file puts it"
        evidence = f"{service.id} is in {', '.join(service.zone_ids)}"
        yield found(connection, "warning", SERVICE, reason, UP_WORKLOAD, evidence)


def _quoted(word: str) -> str:
    return f"'{word}'" if "*" in word else word


def _differs(contract: Contract, plan: Mapping[str, Any], key: str) -> bool:
    return _plain(getattr(contract, key)) != _plain(plan[key])


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, (list, tuple)) else value
