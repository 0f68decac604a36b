"""Listeners as AWS accepts them: one per port, issued certificates, TLS policies, matching target groups."""

from __future__ import annotations

import re
from typing import Any

from moto.acm.models import acm_backends
from moto.elbv2.models import ELBv2Backend
from moto.elbv2.responses import ELBV2Response
from moto.elbv2.ssl_policies import SSL_POLICIES

from privatelink_ingress.local.cloud import service_quotas
from privatelink_ingress.local.cloud.elbv2 import references
from privatelink_ingress.local.cloud.hardening import Params, after, around, before, refuse, undo

SECURE = ("HTTPS", "TLS")
PROTOCOLS = {
    "application": ("HTTP", "HTTPS"),
    "network": ("TCP", "TLS", "UDP", "TCP_UDP", "QUIC", "TCP_QUIC"),
    "gateway": ("GENEVE",),
}
"""Protocols of target groups by type of load balancer (ELB API reference, CreateTargetGroup: Protocol)."""

ANY = re.compile(".+")
ATTRIBUTES = {
    "routing.http.response.server.enabled": re.compile("true|false"),
    "routing.http.response.strict_transport_security.header_value": re.compile(r"max-age=\d+(; ?[A-Za-z]+)*"),
    "routing.http.response.x_content_type_options.header_value": re.compile("nosniff"),
    "routing.http.response.x_frame_options.header_value": re.compile(r"DENY|SAMEORIGIN|ALLOW-FROM \S+"),
    "routing.http.response.access_control_allow_credentials.header_value": re.compile("true"),
    "routing.http.response.access_control_max_age.header_value": re.compile(r"\d+"),
}
"""Values of attributes that take some alone (ELB API reference, ListenerAttribute); an empty one takes it back."""

KEY_TYPES = {"RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"}
"""Of certificates (ALB guide, "SSL certificates": RSA keys of 2,048 to 4,096 bits, and ECDSA keys)."""

MAX_LISTENERS = 50
MAX_TARGET_GROUPS = 100
"""Per Application Load Balancer (ALB quotas)."""


@before(ELBV2Response, "create_listener")
def one_listener_per_port(request: Any, params: Params) -> None:
    """A port has one listener; a balancer has 50 (API reference, CreateListener: DuplicateListener)."""
    balancer = request.elbv2_backend.load_balancers.get(params["LoadBalancerArn"])
    if balancer is None:
        return
    if any(listener.port == params.get("Port") for listener in balancer.listeners.values()):
        refuse("DuplicateListener", f"A listener already exists on this port for load balancer '{balancer.arn}'")
    if len(balancer.listeners) >= MAX_LISTENERS:
        refuse("TooManyListeners", f"The maximum number of listeners on load balancer '{balancer.arn}' is reached")


@before(ELBV2Response, "create_listener", "modify_listener")
def certificate_and_policy_fit(request: Any, params: Params) -> None:
    """HTTPS and TLS need exactly one certificate, issued, of the same account and Region, and a known policy.

    Other protocols take neither. Source: API reference, CreateListener: Certificates, SslPolicy.
    """
    protocol, certificates = params.get("Protocol"), params.get("Certificates") or []
    policy = params.get("SslPolicy")
    if policy and policy not in SSL_POLICIES:
        refuse("SSLPolicyNotFound", f"SSL policy '{policy}' not found")
    if protocol in SECURE and request._get_action() == "CreateListener" and len(certificates) != 1:
        refuse("ValidationError", f"A certificate must be specified for {protocol} listeners, exactly one")
    if protocol and protocol not in SECURE and (certificates or policy):
        refuse("ValidationError", f"Certificates and SSL policies cannot be specified for {protocol} listeners")
    _require_issued(request, certificates)


@before(ELBV2Response, "add_listener_certificates")
def further_certificates_are_issued(request: Any, params: Params) -> None:
    """Certificates for SNI are issued, and as many as the quota allows beside the default (L-9365A611)."""
    _require_issued(request, params["Certificates"])
    balancer = _balancer_of(request, params["ListenerArn"])
    added = {certificate["CertificateArn"] for certificate in params["Certificates"]}
    extra = set().union(*(listener.certificates[1:] for listener in balancer.listeners.values())) if balancer else set()
    most = service_quotas.limit(request.current_account, request.region, "certificates")
    if len(extra | added) > most:
        refuse("TooManyCertificates", f"A load balancer has at most {most} certificates beside the default")


@before(ELBV2Response, "remove_listener_certificates")
def default_certificate_stays(request: Any, params: Params) -> None:
    """The default certificate cannot be removed (API reference, RemoveListenerCertificates: OperationNotPermitted)."""
    balancer = _balancer_of(request, params["ListenerArn"])
    listener = balancer.listeners[params["ListenerArn"]] if balancer else None
    if listener and listener.certificate in [c["CertificateArn"] for c in params["Certificates"]]:
        refuse("OperationNotPermitted", "The default certificate of a listener cannot be removed")


@before(ELBV2Response, "create_listener", "modify_listener", "create_rule", "modify_rule")
def target_groups_fit(request: Any, params: Params) -> None:
    """A listener's target group matches the balancer's type and VPC, and serves no other balancer.

    An Application Load Balancer uses at most 100 target groups. Source: API reference, CreateListener:
    IncompatibleProtocols, TargetGroupAssociationLimit, TooManyUniqueTargetGroupsPerLoadBalancer; ALB quotas, not
    adjustable.
    """
    backend = request.elbv2_backend
    balancer = backend.load_balancers.get(params.get("LoadBalancerArn")) or _balancer_of(
        request, params.get("ListenerArn") or params.get("RuleArn", "").replace(":listener-rule/", ":listener/")
    )
    if balancer is None:
        return
    arns = references.forwards_to(params.get("DefaultActions") or params.get("Actions") or ())
    for group in [backend.target_groups[arn] for arn in arns if arn in backend.target_groups]:
        if group.target_type != "lambda" and group.protocol not in PROTOCOLS[balancer.type]:
            refuse(
                "IncompatibleProtocols",
                f"The protocol '{group.protocol}' of target group '{group.arn}' does not fit load balancers with type "
                f"'{balancer.type}'",
            )
        if group.vpc_id and group.vpc_id != balancer.vpc_id:
            refuse(
                "InvalidConfigurationRequest",
                f"The target group '{group.arn}' must be in the VPC of the load balancer, '{balancer.vpc_id}'",
            )
        if set(group.load_balancer_arns) - {balancer.arn}:
            refuse(
                "TargetGroupAssociationLimit",
                f"The following target groups cannot be associated with more than one load balancer: {group.arn}",
            )
    if balancer.type == "application" and len(references.target_groups(balancer) | set(arns)) > MAX_TARGET_GROUPS:
        refuse(
            "TooManyUniqueTargetGroupsPerLoadBalancer",
            f"The maximum number of target groups on load balancer '{balancer.arn}' is {MAX_TARGET_GROUPS}",
        )


@undo(ELBV2Response, "create_listener")
def no_listener(request: Any, params: Params, response: Any) -> None:
    """After a failed effect."""
    for listener in response.result["Listeners"]:
        request.elbv2_backend.delete_listener(listener.arn)
    references.refresh(request.current_account, request.region)


@after(ELBV2Response, "create_listener", "modify_listener")
def only_tls_has_a_policy(request: Any, params: Params, response: Any) -> Any:
    """`SslPolicy` and the TCP idle timeout appear only where they apply (API reference, Listener)."""
    for listener in response.result["Listeners"]:
        if listener.protocol not in SECURE:
            listener.ssl_policy = None
        if listener.protocol in PROTOCOLS["application"]:
            listener.attributes.pop("tcp.idle_timeout.seconds", None)
    return response


@after(
    ELBV2Response,
    "create_listener",
    "modify_listener",
    "delete_listener",
    "create_rule",
    "modify_rule",
    "delete_rule",
    "add_listener_certificates",
    "remove_listener_certificates",
)
def references_are_kept(request: Any, params: Params, response: Any) -> Any:
    """Target groups and certificates list the balancers that use them, and become free with their deletion."""
    references.refresh(request.current_account, request.region)
    return response


@before(ELBV2Response, "modify_listener_attributes")
def listener_attributes_exist(request: Any, params: Params) -> None:
    """A listener accepts the attributes of its balancer's type (API reference, ListenerAttribute)."""
    balancer = _balancer_of(request, params["ListenerArn"])
    for attribute in params["Attributes"]:
        key, value = attribute["Key"], attribute.get("Value", "")
        http = key.startswith(("routing.http.request.", "routing.http.response."))
        if balancer and (balancer.type != "application" if http else key != "tcp.idle_timeout.seconds"):
            refuse("InvalidConfigurationRequest", f"Listener attribute key '{key}' is not recognized")
        if key == "tcp.idle_timeout.seconds":
            if balancer and balancer.type == "application":
                refuse("InvalidConfigurationRequest", f"'{key}' is not supported on Application Load Balancers")
            if not (value.isdigit() and 60 <= int(value) <= 6000):
                refuse("ValidationError", f"'{key}' must be between 60 and 6000 seconds")
        elif value and not ATTRIBUTES.get(key, ANY).fullmatch(value):
            refuse("InvalidConfigurationRequest", f"Listener attribute value '{value}' is not valid for '{key}'")


def _balancer_of(request: Any, arn: str) -> Any:
    """The balancer of a listener, or of a rule's listener, by ARN."""
    return next(
        (
            balancer
            for balancer in request.elbv2_backend.load_balancers.values()
            if any(arn == listener or arn.startswith(f"{listener}/") for listener in balancer.listeners)
        ),
        None,
    )


def _require_issued(request: Any, certificates: Any) -> None:
    held = acm_backends[request.current_account][request.region]
    for arn in [certificate["CertificateArn"] for certificate in certificates]:
        if ":iam:" in arn or ":iam::" in arn:
            continue
        if arn not in held._certificates:
            refuse("CertificateNotFound", f"Certificate ARN '{arn}' is not valid")
        certificate = held.get_certificate(arn)
        if certificate.status != "ISSUED" or certificate.describe()["Certificate"]["KeyAlgorithm"] not in KEY_TYPES:
            refuse(
                "UnsupportedCertificate",
                f"The certificate '{arn}' must have a fully-qualified domain name, a supported signature, and a "
                "supported key size.",
            )


@around(ELBv2Backend, "add_listener_certificates")
def the_default_certificate_is_outside_the_quota(
    original: Any, self: ELBv2Backend, arn: str, certificates: list[dict[str, Any]]
) -> list[str]:
    """AWS does not count the default certificate, moto does. Adding a certificate twice changes nothing."""
    listener = self.describe_listeners(load_balancer_arn=None, listener_arns=[arn])[0]
    added = [certificate["CertificateArn"] for certificate in certificates]
    listener.certificates = list(dict.fromkeys([*listener.certificates, *added]))
    return listener.certificates
