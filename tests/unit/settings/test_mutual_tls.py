"""Settings of mutual TLS: verify needs a bundle, and nothing that only verify reads stands beside another mode."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.settings.load import SettingsError
from privatelink_ingress.settings.mutual_tls import MutualTls


def load(**values: Any) -> MutualTls:
    return MutualTls.model_validate_json(json.dumps(values))


def refused(**values: Any) -> str:
    with pytest.raises(ValidationError) as error:
        load(**values)
    (problem,) = error.value.errors()
    return problem["msg"]


def test_it_is_off_by_default() -> None:
    assert (load().mode, load().files) == ("off", {})


def test_verify_trusts_somebody() -> None:
    assert "is verify, which trusts nobody without caBundle" in refused(mode="verify")
    assert load(mode="verify", caBundle="pki/ca.pem", revocationLists={"clients": "crl.pem"}).files == {
        "caBundle": "pki/ca.pem",
        "revocationLists.clients": "crl.pem",
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("caBundle", "ca.pem"),
        ("revocationLists", {"clients": "crl.pem"}),
        ("advertiseTrustStoreCaNames", True),
        ("ignoreClientCertificateExpiry", True),
    ],
)
def test_what_only_verify_reads_stands_beside_no_other_mode(key: str, value: Any) -> None:
    assert "has no effect while mode is off" in refused(**{key: value})
    assert "is passthrough, in which nothing verifies a certificate" in refused(mode="passthrough", **{key: value})


@pytest.mark.parametrize(
    "path", ["/etc/ca.pem", "../ca.pem", "pki/../../ca.pem", "", "a b.pem", "C:\\ca.pem", ".ca.pem"]
)
def test_a_file_is_below_the_folder_of_the_stack_file(path: str) -> None:
    assert "Write the path of a PEM file below the folder of the stack file" in refused(mode="verify", caBundle=path)


def test_a_trust_store_has_room_for_each_list_twice() -> None:
    lists = {f"list-{number}": "crl.pem" for number in range(16)}
    assert "at most 15" in refused(mode="verify", caBundle="ca.pem", revocationLists=lists)


SHARD = {
    "accountId": "222222222222",
    "owner": "team-platform",
    "certificates": json.dumps([{"domains": ["*.example.com"]}]),
    "dns": json.dumps({"zoneId": "Z0123456789EXAMPLE"}),
}
ATTACHED = {"accountId": "222222222222", "owner": "team-shop", "edgeStack": "organization/central-ingress/prod"}


def connections(**more: Any) -> str:
    shop = {"slot": 0, "owner": "team-shop", "backends": [{"stack": "shop"}], "routes": [{"hosts": ["a.example.com"]}]}
    return json.dumps({"shop": shop | more})


def problems(values: dict[str, str], stack: str) -> list[tuple[str, str]]:
    with pytest.raises(SettingsError) as error:
        load_edge(values, project="central-ingress", stack=stack)
    return [(problem.where, problem.remedy) for problem in error.value.problems]


LINE = (
    "Move it to central-ingress/Pulumi.prod.yaml, under central-ingress:loadBalancer:\n"
    '      mutualTls: {"mode": "passthrough"}'
)


@pytest.mark.parametrize(("values", "stack"), [(SHARD, "prod"), (ATTACHED, "prod-shop")], ids=["shard", "attached"])
def test_a_connection_is_told_the_lines_for_the_shard_s_file(values: dict[str, str], stack: str) -> None:
    wrong = connections(mutualTls={"mode": "passthrough"})
    remedy = f"Connections that must not ask for certificates need another shard. {LINE}"
    assert problems({**values, "connections": wrong}, stack) == [("connections.shop.mutualTls", remedy)]
    both = json.loads(wrong)
    both["shop"]["slot"] = 130
    found = problems({**values, "connections": json.dumps(both)}, stack)
    assert [where for where, _ in found] == ["connections.shop.mutualTls", "connections.shop.slot"]


def test_what_is_right_stays_right() -> None:
    assert load_edge({**SHARD, "connections": connections()}, project="central-ingress", stack="prod")
    assert load_edge({**ATTACHED, "connections": connections()}, project="central-ingress", stack="prod-shop")
