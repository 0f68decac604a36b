"""Headers that a shard's listener sets in every response, and what a stack file may say of them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.plan.edge.response_headers import ResponseHeadersPlan, plan_response_headers
from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.load import SettingsError

SHARD = {
    "accountId": "222222222222",
    "owner": "platform",
    "dns": '{"zoneId": "Z0123456789EXAMPLE"}',
    "certificates": '[{"domains": ["*.example.com"]}]',
}


def planned(**headers: Any) -> ResponseHeadersPlan:
    values = SHARD | {"loadBalancer": json.dumps({"responseHeaders": headers})}
    settings = load_edge(values, project="central-ingress", stack="prod")
    assert isinstance(settings, EdgeSettings)
    return plan_response_headers(settings.load_balancer.response_headers)


def refused(values: dict[str, str], stack: str = "prod") -> list[tuple[str, str, str]]:
    with pytest.raises(SettingsError) as caught:
        load_edge(values, project="central-ingress", stack=stack)
    return [(problem.where, problem.reason, problem.remedy) for problem in caught.value.problems]


def test_by_default_browsers_keep_to_https_the_content_type_and_their_own_frames():
    assert planned() == ResponseHeadersPlan(
        strict_transport_security="max-age=31536000",
        content_type_options="nosniff",
        frame_options="SAMEORIGIN",
        content_security_policy="",
        server=False,
    )


def test_each_header_can_be_another_one():
    assert planned(
        strictTransportSecurity={"seconds": 63_072_000, "subdomains": True, "preload": True},
        frameOptions="DENY",
        contentSecurityPolicy="default-src 'self'",
        server=True,
    ) == ResponseHeadersPlan(
        strict_transport_security="max-age=63072000; includeSubDomains; preload",
        content_type_options="nosniff",
        frame_options="DENY",
        content_security_policy="default-src 'self'",
        server=True,
    )


def test_each_header_can_be_left_to_the_application():
    off = planned(strictTransportSecurity={"enabled": False}, contentTypeOptions="none", frameOptions="none")
    assert (off.strict_transport_security, off.content_type_options, off.frame_options) == ("", "", "")


@pytest.mark.parametrize("over", [{}, {"subdomains": True, "seconds": 31_535_999}])
def test_preload_without_what_browsers_require_is_refused(over: dict[str, Any]):
    headers = {"responseHeaders": {"strictTransportSecurity": {"preload": True, **over}}}
    [(where, reason, remedy)] = refused(SHARD | {"loadBalancer": json.dumps(headers)})
    assert where == "loadBalancer.responseHeaders.strictTransportSecurity.preload"
    assert "subdomains: true and seconds from 31536000 alone" in reason
    assert remedy == "Write both beside it, or remove preload."


def test_a_policy_that_no_header_can_hold_is_refused():
    headers = {"responseHeaders": {"contentSecurityPolicy": "default-src\n'self'"}}
    [(where, _, remedy)] = refused(SHARD | {"loadBalancer": json.dumps(headers)})
    assert where == "loadBalancer.responseHeaders.contentSecurityPolicy"
    assert remedy == "Write 1-1024 visible ASCII characters, such as default-src 'self'."


def test_an_attached_stack_is_told_where_the_line_belongs():
    route = {"hosts": ["shop.example.com"]}
    entry = {"slot": 0, "owner": "team-shop", "backends": [{"stack": "shop"}], "routes": [route]}
    values = {
        "accountId": "222222222222",
        "owner": "team-shop",
        "edgeStack": "prod",
        "connections": json.dumps({"shop": entry}),
        "loadBalancer": '{"responseHeaders": {"frameOptions": "DENY"}}',
    }
    [(where, _, remedy)] = refused(values, "prod-shop")
    assert where == "loadBalancer"
    assert remedy == (
        "Move it to central-ingress/Pulumi.prod.yaml, under central-ingress:loadBalancer:\n"
        '      responseHeaders: {"frameOptions": "DENY"}'
    )
