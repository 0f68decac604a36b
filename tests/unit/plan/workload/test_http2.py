"""What a workload offers beside HTTP/1.1, and what its contract says of it and of its timeouts."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress.contracts import service
from privatelink_ingress.plan.workload.controller import ControllerPlan, grpc
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.load import SettingsError, load
from privatelink_ingress.settings.workload import WorkloadSettings
from tests.unit.plan.workload.test_workload import DIGEST, planned

INSTALLED = {"image": {"digest": DIGEST}, "tlsSecret": "edge-tls"}
CONSUMERS = [{"accountId": "222222222222"}]


def publication(**keys: Any) -> dict[str, Any]:
    return {"consumers": CONSUMERS, **keys}


def controller(**keys: Any) -> ControllerPlan:
    plan = planned(controller=INSTALLED, publication=publication(protocol="https", **keys)).controller
    assert plan is not None
    return plan


def contract(**keys: Any) -> dict[str, Any]:
    """The fields that version 1 of the contract does not have."""
    added = set(service.Contract.model_fields) - set(_VERSION_1)
    return {key: value for key, value in planned(**keys).publication.contract.items() if key in added}


HEALTH = {"grpc_health_path": "/grpc.health.v1.Health/Check", "grpc_health_codes": "0"}


_VERSION_1 = (
    "contract_version",
    "connection_name",
    "owner",
    "account_id",
    "region",
    "endpoint_service_name",
    "endpoint_service_id",
    "zone_ids",
    "port",
    "protocol",
    "health_path",
    "supported_regions",
    "acceptance_required",
)


def refused(**keys: Any) -> list[tuple[str, str, str]]:
    settings = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "controller": f'{{"image": {{"digest": "{DIGEST}"}}, "tlsSecret": "edge-tls"}}',
        "publication": published('"protocol": "https"'),
    } | keys
    with pytest.raises(SettingsError) as caught:
        load(WorkloadSettings, settings, project="eks-service", stack="shop")
    return [(one.where, one.reason, one.remedy) for one in caught.value.problems]


def published(more: str) -> str:
    """`publication` as the engine hands it over."""
    return f'{{"consumers": [{{"accountId": "222222222222"}}], {more}}}'


def test_a_service_offers_http_1_alone_unless_told_otherwise():
    timeouts = {"keepalive_seconds": 75, "read_timeout_seconds": 60}
    assert contract() == {"protocol_versions": ["HTTP1"], **HEALTH, **timeouts}


def test_with_http2_the_contract_offers_all_three_and_where_health_checks_of_grpc_go():
    offered = contract(controller=INSTALLED, publication=publication(protocol="https", http2=True))
    assert offered == {
        "protocol_versions": ["HTTP1", "HTTP2", "GRPC"],
        **HEALTH,
        "keepalive_seconds": 75,
        "read_timeout_seconds": 60,
    }


def test_the_contract_has_the_timeouts_of_the_stack_file():
    written = {"config": {"keepalive-timeout": "2m", "proxy-read-timeout": "90s"}, "image": {"digest": DIGEST}}
    assert contract(controller=written) == {
        "protocol_versions": ["HTTP1"],
        **HEALTH,
        "keepalive_seconds": 120,
        "read_timeout_seconds": 90,
    }


def test_of_a_controller_that_the_stack_does_not_install_no_timeout_is_known():
    assert contract(controller={"install": False}) == {"protocol_versions": ["HTTP1"], **HEALTH}


def test_a_controller_of_ones_own_says_where_it_answers_health_checks_of_grpc():
    own = publication(protocol="https", http2=True, grpcHealthPath="/AWS.ALB/healthcheck", grpcHealthCodes="12")
    offered = contract(controller={"install": False}, publication=own)
    assert (offered["grpc_health_path"], offered["grpc_health_codes"]) == ("/AWS.ALB/healthcheck", "12")


def test_the_controller_answers_health_checks_at_addresses_where_the_contract_says():
    data = controller(http2=True).config
    assert data["http2"] == "True"
    assert data["http-snippets"].splitlines() == [
        "client_max_body_size 8m;",
        "server {",
        "  listen 443 ssl;",
        "  http2 on;",
        "  server_name ~^[0-9.]+$;",
        "  access_log off;",
        "  location = /nginx-health {",
        "    default_type text/plain;",
        '    return 200 "healthy\\n";',
        "  }",
        f"  location = {grpc.HEALTH_PATH} {{",
        "    default_type application/grpc;",
        f"    add_header grpc-status {grpc.HEALTH_CODES};",
        "    return 200;",
        "  }",
        "  location / {",
        "    default_type application/grpc;",
        "    add_header grpc-status 12;",
        "    return 200;",
        "  }",
        "}",
    ]


def test_without_http2_the_controllers_configuration_is_as_it_was():
    assert {"http2", "http-snippets"}.isdisjoint(controller().config)


@pytest.mark.parametrize("key", ["http2", "http-snippets"])
def test_no_stack_file_sets_these_keys_itself(key: str):
    [(where, reason, _)] = refused_config(key)
    assert (where, reason) == (
        f"controller.config.{key}",
        "is set by this system, because the path from the edge depends on it",
    )


def refused_config(key: str) -> list[tuple[str, str, str]]:
    with pytest.raises(UserError) as caught:
        planned(controller={"image": {"digest": DIGEST}, "config": {key: "True"}})
    return [(one.where, one.reason, one.remedy) for one in caught.value.problems]


def test_http2_without_tls_is_refused_with_what_to_write():
    assert refused(publication=published('"http2": true')) == [
        (
            "publication.http2",
            "is true, but publication.protocol is http, and the controller speaks HTTP/2 over TLS alone",
            "Write protocol: https beside it, with controller.tlsSecret, or remove http2.",
        )
    ]


@pytest.mark.parametrize(("key", "value"), [("grpcHealthPath", "/x.Y/Z"), ("grpcHealthCodes", "12")])
def test_where_grpc_is_healthy_has_no_effect_without_http2(key: str, value: str):
    written = published(f'"protocol": "https", "{key}": "{value}"')
    assert refused(publication=written) == [
        (f"publication.{key}", "has no effect without http2: true", "Write http2: true, or remove it.")
    ]


@pytest.mark.parametrize(("key", "value"), [("grpcHealthPath", "/x.Y/Z"), ("grpcHealthCodes", "12")])
def test_the_stacks_own_controller_decides_where_grpc_is_healthy(key: str, value: str):
    written = published(f'"protocol": "https", "http2": true, "{key}": "{value}"')
    assert refused(publication=written) == [
        (
            f"publication.{key}",
            "is set, but the controller of this stack answers these health checks itself",
            "Remove it, or write controller.install: false for a controller of your own.",
        )
    ]


@pytest.mark.parametrize("codes", ["100", "0,", "0-", "-1", "0;12", "OK"])
def test_codes_that_are_not_grpcs_are_refused(codes: str):
    written = published(f'"protocol": "https", "http2": true, "grpcHealthCodes": "{codes}"')
    own = '{"install": false}'
    [(where, reason, remedy)] = refused(publication=written, controller=own)
    assert (where, reason) == ("publication.grpcHealthCodes", f"is '{codes}'")
    assert remedy == 'Write gRPC status codes from 0 to 99, such as "0", "0,12" or "0-12", in quotes.'
