"""The hops in the edge account: from the load balancer to the endpoints' network interfaces."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from privatelink_ingress.plan.edge.certificates import covers
from privatelink_ingress.settings.managed_rules import BODY_LIMIT
from privatelink_ingress.trace import protocols, web_acl
from privatelink_ingress.trace.hops import RIGHTS, Hop, Path, Stopped, Unseen
from privatelink_ingress.trace.listeners import Certificate
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.security_groups import admits_any_network, admits_group, admits_network, releases_group
from privatelink_ingress.trace.topology import UNSEEN

ANYWHERE = "0.0.0.0/0"

_PRIVATE = tuple(
    map(ipaddress.ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
)
"""RFC 1918, RFC 6598 and RFC 4193: no packet from there crosses the internet."""

_PUBLIC_SOURCE = "Write that public address, with --source or in the sources of the route."

_NO_TARGET = 503
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html, HTTP 503."""

_UNUSED = ("draining", "unused")
"""States of targets that get no new requests (TargetHealth of the ELBv2 API)."""


def connect(path: Path) -> Iterator[Hop]:
    """The load balancer's security group and listener."""
    balancer, port, hop = path.balancer, path.request.port, "Load balancer"
    by_port = {listener.port: listener for listener in balancer.listeners}
    open_ports = ", ".join(f"{listener.protocol} {port}" for port, listener in sorted(by_port.items())) or "none"
    if port not in by_port:
        raise Stopped(
            hop,
            f"{balancer.name} listens on {open_ports}",
            f"nothing listens on port {port}: no client can connect",
            _listened(path.request),
        )
    path.listener = by_port[port]
    if path.listener.protocol != path.request.protocol:
        raise Stopped(
            hop,
            f"{balancer.name} listens on {open_ports}",
            f"port {port} speaks {path.listener.protocol}, not {path.request.scheme}",
            f"Use {path.request.scheme_for('HTTPS')}:// without a port.",
        )
    evidence = f"{balancer.name} ({balancer.state}) listens on {open_ports}"
    if source := path.request.source:
        yield _admitted(path, source, evidence)
        return
    if admits_network(path.topology.security_groups, balancer.security_group_ids, ANYWHERE, port):
        yield Hop(name=hop, verdict="passes", evidence=f"{evidence}; open to {ANYWHERE}")
        return
    if not admits_any_network(path.topology.security_groups, balancer.security_group_ids, port):
        raise Stopped(
            hop,
            evidence,
            f"none of its security groups allows port {port}: clients time out",
            "Set loadBalancer.allowedCidrs and run `pulumi up` in central-ingress/.",
        )
    yield Hop(name=hop, verdict="warns", evidence=evidence, reason="only some client networks are allowed")


def _admitted(path: Path, source: str, evidence: str) -> Hop:
    """The hop of a client whose address is known, of IPv4 or IPv6."""
    groups, port = path.balancer.security_group_ids, path.request.port
    if admits_network(path.topology.security_groups, groups, source, port):
        if any(ipaddress.ip_address(source) in network for network in _PRIVATE):
            reason = f"{source} is a private address: the load balancer sees the public address of its NAT gateway"
            return Hop(name="Load balancer", verdict="warns", evidence=evidence, reason=reason, remedy=_PUBLIC_SOURCE)
        return Hop(name="Load balancer", verdict="passes", evidence=f"{evidence}; open to {source}")
    raise Stopped(
        "Load balancer",
        evidence,
        f"none of its security groups admits {source} to port {port}: this client times out",
        f"Add a network with {source} to loadBalancer.allowedCidrs and run `pulumi up` in central-ingress/.",
    )


def _listened(request: Request) -> str:
    """How to come to the listener for HTTPS, which every load balancer has."""
    if request.scheme == "http" and request.port == 80:
        return "Use https://, or set loadBalancer.redirectHttp: true to redirect."
    return f"Use {request.scheme_for('HTTPS')}:// without a port."


def secure(path: Path) -> Iterator[Hop]:
    """The certificate that the listener presents for the host."""
    if path.listener.protocol != "HTTPS":
        return
    host, hop = path.request.host, "Certificate"
    covering = [one for one in path.listener.certificates if any(covers(domain, host) for domain in one.domains)]
    if covering:
        # Of several, the load balancer presents a valid one.
        certificate = next((one for one in covering if one.status == "ISSUED"), covering[0])
        _require_issued(hop, certificate)
        evidence = f"{certificate.domains[0]} ({certificate.status}), {path.listener.tls_policy}"
        yield Hop(name=hop, verdict="passes", evidence=evidence)
        return
    unseen = [certificate.arn for certificate in path.listener.certificates if certificate.status == UNSEEN]
    if unseen:
        reason = f"the names of {', '.join(unseen)} are not known here"
        remedy = f"aws acm describe-certificate --certificate-arn {unseen[0]}"
        yield Hop(name=hop, verdict="not seen", evidence=str(path.listener.tls_policy), reason=reason, remedy=remedy)
        return
    shown = ", ".join(domain for certificate in path.listener.certificates for domain in certificate.domains)
    raise Stopped(
        hop,
        f"the listener's certificates cover {shown or 'nothing'}",
        f"no certificate covers {host}: clients refuse the connection",
        f"Add a certificate for {host} to `certificates` in the central-ingress stack file.",
    )


def screen(path: Path) -> Iterator[Hop]:
    """The web ACL, as far as its rules can be evaluated without AWS (`web_acl`)."""
    acl = path.balancer.web_acl
    if acl is None and path.topology.lacks("web ACLs"):
        reason = "whether a web ACL blocks the request is not known"
        yield Hop(name="Web ACL", verdict="not seen", evidence="web ACLs cannot be read", reason=reason, remedy=RIGHTS)
        return
    if acl is None:
        yield Hop(
            name="Web ACL",
            verdict="warns",
            evidence="no web ACL is associated",
            reason="requests are not screened",
            remedy="Run `pulumi up` in central-ingress/ to associate it again.",
        )
        return
    if not acl.known:
        reason = "no state has the rules of an existing web ACL, so whether it blocks the request is not known"
        remedy = "Use --live, or ask the owner of the web ACL."
        yield Hop(name="Web ACL", verdict="not seen", evidence=acl.arn, reason=reason, remedy=remedy)
        return
    judged = web_acl.judge(acl, path.request)
    evidence = f"{acl.name}: {len(acl.rules)} rules, then {'allow' if acl.default_allows else 'block'}"
    if judged.counted:
        evidence += f"; counted by {', '.join(judged.counted)}"
    if path.request.speaks == "grpc":
        evidence += "; WAF applies no rule on bodies to gRPC"
    if judged.unknown:
        evidence += f"; only AWS can evaluate {', '.join(judged.unknown)}"
    if judged.action == "allow":
        yield Hop(
            name="Web ACL", verdict="passes", evidence=evidence + (f"; allowed by {judged.by}" if judged.by else "")
        )
        return
    reason, remedy = f"{judged.by or 'the default action'} answers with {judged.action}", ""
    if judged.by == "body-size":
        reason = f"body-size blocks a body of {path.request.body_size:,} bytes: WAF reads {BODY_LIMIT:,} of it"
        remedy = (
            "Write firewall.largeBodies: allow for the connection, in the file of the stack with the load balancer."
        )
    raise Stopped("Web ACL", evidence, reason, remedy, status=judged.status)


def spread(path: Path) -> Iterator[Hop]:
    """The target group with the greatest weight, and its targets."""
    hop, live = "Target group", [(arn, weight) for arn, weight in path.rule.action.target_groups if weight > 0]
    if not live:
        reason = "the load balancer answers 503"
        raise Stopped(hop, "every target group has weight 0", reason, "Give a backend a weight.", status=_NO_TARGET)
    arn, weight = max(live, key=lambda item: item[1])
    if arn not in path.topology.target_groups:
        raise Unseen(hop, arn, "the target group cannot be read")
    path.target_group = group = path.topology.target_groups[arn]
    states = ", ".join(f"{target.id} {target.state}" for target in group.targets) or "no targets"
    version = "" if group.version == "HTTP1" else f" by {protocols.NAMES[group.version]}"
    evidence = f"{group.name}, {group.protocol} {group.port}{version}: {states}"
    if len(live) > 1:
        others = (f"{_name(path, other)} has {share}" for other, share in live if other != arn)
        evidence += f"; followed with weight {weight} of {sum(share for _, share in live)}, {', '.join(others)}"
    if misfit := protocols.misfit(path.request, group.version):
        raise Stopped(hop, evidence, misfit, protocols.REMEDY, status=protocols.INCOMPATIBLE)
    if not group.targets:
        reason, remedy = "it is empty: the load balancer answers 503", "Run `pulumi up` in central-ingress/."
        raise Stopped(hop, evidence, reason, remedy, status=_NO_TARGET)
    if all(target.state in _UNUSED for target in group.targets):
        reason = "no target takes new requests: the load balancer answers 503"
        raise Stopped(hop, evidence, reason, "Run `pulumi up` in central-ingress/.", status=_NO_TARGET)
    yield Hop(name=hop, verdict="passes", evidence=evidence)


def _name(path: Path, arn: str) -> str:
    return path.topology.target_groups[arn].name if arn in path.topology.target_groups else arn


def enter_endpoints(path: Path) -> Iterator[Hop]:
    """The endpoints' interfaces behind the targets' addresses, and the security groups in between."""
    hop, balancer, topology = "Interface endpoint", path.balancer, path.topology
    groups = topology.security_groups
    interfaces = {
        interface.address: (endpoint, interface)
        for endpoint in topology.endpoints
        if endpoint.vpc_id == balancer.vpc_id
        for interface in endpoint.interfaces
    }
    strangers = [target.id for target in path.target_group.targets if target.id not in interfaces]
    path.entries = [(target, *interfaces[target.id]) for target in path.target_group.targets if target.id in interfaces]
    if not path.entries and topology.lacks("endpoints"):
        raise Unseen(hop, ", ".join(strangers), "endpoints cannot be read")
    if not path.entries:
        raise Stopped(
            hop,
            f"no endpoint of {balancer.vpc_id} has the address {', '.join(strangers)}",
            "the targets lead nowhere",
            "Run `pulumi up` in central-ingress/ to register the endpoint's addresses.",
        )
    shut = [
        interface.address
        for target, _, interface in path.entries
        if not releases_group(groups, balancer.security_group_ids, interface.security_group_ids, target.port)
        or not admits_group(groups, interface.security_group_ids, balancer.security_group_ids, target.port)
    ]
    endpoints = {endpoint.id: endpoint for _, endpoint, _ in path.entries}
    evidence = "; ".join(f"{endpoint.id} {endpoint.state}" for endpoint in endpoints.values())
    evidence += f", zones {', '.join(sorted(interface.zone_id for _, _, interface in path.entries))}"
    if len(shut) == len(path.entries):
        raise Stopped(
            hop,
            evidence,
            f"security groups keep the load balancer from port {path.target_group.port} of {', '.join(shut)}",
            "Run `pulumi up` in central-ingress/ to restore the endpoint security group's rules.",
        )
    if lost := [*strangers, *shut]:
        yield Hop(name=hop, verdict="warns", evidence=evidence, reason=f"{', '.join(lost)} cannot be reached")
    else:
        yield Hop(name=hop, verdict="passes", evidence=evidence)


def _require_issued(hop: str, certificate: Certificate) -> None:
    if certificate.status != "ISSUED":
        raise Stopped(
            hop,
            f"{certificate.arn} is {certificate.status}",
            "only an issued certificate can be presented",
            "Check the validation records in the certificate's hosted zone.",
        )
