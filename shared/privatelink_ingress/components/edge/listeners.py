"""The listeners of the load balancer."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pulumi_aws as aws
from pulumi import Input, Output, Resource, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.edge.pages import fixed_response
from privatelink_ingress.components.edge.trust_store import TrustStore, TrustStoreArgs
from privatelink_ingress.plan.edge.mutual_tls import MutualTlsPlan
from privatelink_ingress.plan.edge.response_headers import ResponseHeadersPlan
from privatelink_ingress.plan.edge.shard import HTTP, HTTPS
from privatelink_ingress.settings.mutual_tls import EXPIRED_ACCEPTED, EXPIRY_TAG
from privatelink_ingress.settings.pages import FixedPage


@dataclasses.dataclass(frozen=True, kw_only=True)
class ListenersArgs:
    """What to build."""

    load_balancer_arn: Input[str]
    tls_policy: str
    redirect_http: bool
    certificate_arns: Mapping[str, Input[str]]
    """By key, the default one first."""
    not_found_page: FixedPage
    """The answer to what no rule matches."""
    response_headers: ResponseHeadersPlan
    mutual_tls: MutualTlsPlan
    protect: bool
    """Whether a replacement or removal of the HTTPS listener is refused in the preview."""
    after: Sequence[Resource]
    """What must be there before the first request, and still be there after the last."""
    tags: Mapping[str, str]


class Listeners(Component):
    """HTTPS, and on request a redirect to it. What no rule matches is answered with 404."""

    https_arn: Output[str]

    def __init__(self, name: str, args: ListenersArgs, opts: ResourceOptions | None = None) -> None:
        """The HTTPS listener with its certificates."""
        super().__init__(name, opts)
        (_, default), *more = args.certificate_arns.items()
        headers = args.response_headers
        store = self._trust_store(args)
        https = aws.lb.Listener(
            f"{name}-https",
            load_balancer_arn=args.load_balancer_arn,
            port=HTTPS,
            protocol="HTTPS",
            ssl_policy=args.tls_policy,
            certificate_arn=default,
            mutual_authentication=_mutual_authentication(args.mutual_tls, store.arn if store else None),
            default_actions=cast(list[Any], [fixed_response(args.not_found_page, 404)]),
            routing_http_response_server_enabled=headers.server,
            routing_http_response_strict_transport_security_header_value=headers.strict_transport_security,
            routing_http_response_x_content_type_options_header_value=headers.content_type_options,
            routing_http_response_x_frame_options_header_value=headers.frame_options,
            routing_http_response_content_security_policy_header_value=headers.content_security_policy,
            tags=self.named("https", {**args.tags, **_decided(args.mutual_tls)}),
            opts=self.child(depends_on=[*args.after, *(store.lists if store else ())], protect=args.protect),
        )
        for key, arn in more:
            aws.lb.ListenerCertificate(f"{name}-{key}", listener_arn=https.arn, certificate_arn=arn, opts=self.child())
        if args.redirect_http:
            aws.lb.Listener(
                f"{name}-http",
                load_balancer_arn=args.load_balancer_arn,
                port=HTTP,
                protocol="HTTP",
                default_actions=[
                    {
                        "type": "redirect",
                        "redirect": {"protocol": "HTTPS", "port": str(HTTPS), "status_code": "HTTP_301"},
                    }
                ],
                tags=self.named("http", args.tags),
                opts=self.child(depends_on=args.after),
            )
        self.https_arn = https.arn
        self.publish()

    def _trust_store(self, args: ListenersArgs) -> TrustStore | None:
        if args.mutual_tls.trust_store is None:
            return None
        trusted = TrustStoreArgs(plan=args.mutual_tls.trust_store, tags=args.tags)
        return TrustStore(f"{self._name}-trust", trusted, self.child())


def _decided(plan: MutualTlsPlan) -> dict[str, str]:
    return {EXPIRY_TAG: EXPIRED_ACCEPTED} if plan.ignore_expiry else {}


def _mutual_authentication(
    plan: MutualTlsPlan, trust_store_arn: Input[str] | None
) -> aws.lb.ListenerMutualAuthenticationArgs:
    # Said also when it is off: the provider leaves a listener as it is that the program says nothing of.
    if trust_store_arn is None:
        return aws.lb.ListenerMutualAuthenticationArgs(mode=plan.mode)
    return aws.lb.ListenerMutualAuthenticationArgs(
        mode=plan.mode,
        trust_store_arn=trust_store_arn,
        advertise_trust_store_ca_names="on" if plan.advertise_names else "off",
        ignore_client_certificate_expiry=plan.ignore_expiry,
    )
