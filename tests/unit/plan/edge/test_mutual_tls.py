"""Mutual TLS: the files of a trust store are checked before anything is registered, and planned by their content."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from privatelink_ingress.plan.edge.mutual_tls import MutualTlsPlan, check_connections, plan_mutual_tls
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.edge import Connection
from privatelink_ingress.settings.mutual_tls import MutualTls
from tests.support.authorities import NOW, YEAR, certificate, key, private_key, revocation_list, rsa_key

VERIFY = {"mode": "verify", "caBundle": "ca.pem"}
BUNDLE = "loadBalancer.mutualTls.caBundle: is ca.pem"
LISTS = "loadBalancer.mutualTls.revocationLists"
CLIENTS = f"{BUNDLE}, certificate 1 (CN=clients), which"


def plan(settings: dict[str, Any], files: dict[str, str], **over: Any) -> MutualTlsPlan:
    wanted = MutualTls.model_validate_json(json.dumps(settings))
    given: dict[str, Any] = {
        "name": "central-ingress-prod",
        "account_id": "222222222222",
        "region": "eu-west-1",
        "tags": {},
        "now": NOW,
    }
    given |= over
    return plan_mutual_tls(wanted, files, **given)


def refused(settings: dict[str, Any], files: dict[str, str], **over: Any) -> list[str]:
    with pytest.raises(UserError) as error:
        plan(settings, files, **over)
    return [f"{problem.where}: {problem.reason}" for problem in error.value.problems]


def test_a_shard_without_it_has_no_trust_store() -> None:
    assert plan({}, {}) == MutualTlsPlan(mode="off")
    assert plan({"mode": "passthrough"}, {}) == MutualTlsPlan(mode="passthrough")


def test_a_trust_store_has_a_bucket_of_its_own_and_its_name_fits() -> None:
    settings = {**VERIFY, "advertiseTrustStoreCaNames": True, "ignoreClientCertificateExpiry": True}
    planned = plan(settings, {"ca.pem": certificate()}, name="central-ingress-of-the-whole-company")
    store = planned.trust_store
    assert store
    assert (planned.mode, planned.advertise_names, planned.ignore_expiry) == ("verify", True, True)
    assert len(store.name) == 32
    assert (
        store.bucket
        == "central-ingress-of-the-whole-company-trust-222222222222-eu-west-1"[:55] + "-" + store.bucket[-7:]
    )
    assert store.expires == NOW + YEAR


def test_a_changed_file_is_another_object_and_an_unchanged_one_the_same() -> None:
    first, second = certificate(), certificate()
    settings = {**VERIFY, "revocationLists": {"clients": "revoked.pem"}}
    listed = revocation_list()
    one, again, other = (
        plan(settings, {"ca.pem": bundle, "revoked.pem": listed}).trust_store for bundle in (first, first, second)
    )
    assert one
    assert again
    assert other
    assert one.bundle.key == again.bundle.key != other.bundle.key
    assert one.revocation_lists["clients"].key == other.revocation_lists["clients"].key
    assert one.bundle.content == first
    assert one.revocation_lists["clients"].key.startswith("revocations/clients/")


def test_every_file_that_does_not_exist_is_named() -> None:
    settings = {**VERIFY, "revocationLists": {"clients": "pki/revoked.pem"}}
    assert refused(settings, {}) == [
        f"{BUNDLE}, which is not in the folder of the stack file",
        f"{LISTS}.clients: is pki/revoked.pem, which is not in the folder of the stack file",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("\x00\x01 DER", f"{BUNDLE}, which is not a PEM file: it has no line BEGIN CERTIFICATE"),
        (certificate() + private_key(), f"{BUNDLE}, which holds a private key: the file would be readable in S3 and"),
        (revocation_list(), f"{BUNDLE}, which holds X509 CRL"),
        (certificate().replace("MII", "AAA", 1), f"{BUNDLE}, which holds a certificate that cannot be read"),
        (certificate() * 26, f"{BUNDLE}, which has 26 certificates, but a trust store takes 25"),
        (certificate(authority=False), f"{CLIENTS} is not one of an authority (CA:TRUE)"),
        (certificate(authority=None), f"{CLIENTS} is not one of an authority (CA:TRUE)"),
        (certificate(until=NOW - datetime.timedelta(days=1)), f"{CLIENTS} expired on "),
        (certificate(until=NOW + 3 * YEAR), f"{CLIENTS} is valid from "),
        (certificate(of=rsa_key(1024)), f"{CLIENTS} has an RSA key of 1024 bits; AWS takes 2048 to 8192"),
        (
            certificate(of=key(ec.SECP256K1)),
            f"{CLIENTS} has a key on secp256k1; AWS takes secp256r1, secp384r1, secp521r1",
        ),
        (certificate(hashed=hashes.SHA224()), f"{CLIENTS} is signed with sha224; AWS takes sha256, sha384, sha512"),
    ],
    ids=[
        *("DER", "key", "list", "broken", "many", "leaf", "silent", "expired", "not yet", "RSA", "curve", "hash"),
    ],
)
def test_a_bundle_that_aws_refuses_or_that_lets_nobody_in_is_refused(text: str, reason: str) -> None:
    (found,) = refused(VERIFY, {"ca.pem": text})
    assert found.startswith(reason)


def test_each_certificate_of_a_bundle_is_named_by_its_place() -> None:
    bundle = certificate() + certificate("old", until=NOW - YEAR) + certificate("leaf", authority=False)
    assert [reason.split(": is ")[1].split(",")[1] for reason in refused(VERIFY, {"ca.pem": bundle})] == [
        " certificate 2 (CN=old)",
        " certificate 3 (CN=leaf)",
    ]


def test_a_bundle_of_25_certificates_with_every_key_that_aws_takes_is_right() -> None:
    keys = [key(), key(ec.SECP384R1), key(ec.SECP521R1), rsa_key(2048)]
    bundle = "".join(certificate(f"ca-{number}", of=keys[number % 4]) for number in range(25))
    assert plan(VERIFY, {"ca.pem": bundle}).trust_store


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("-", "is revoked.pem, which is not a PEM file: it has no line BEGIN X509 CRL"),
        (certificate(), "is revoked.pem, which holds CERTIFICATE"),
        (revocation_list() * 2, "is revoked.pem, which holds 2 lists"),
        (revocation_list("others"), "is revoked.pem of CN=others, which no certificate of caBundle has signed"),
        (revocation_list(of=key(ec.SECP384R1)), "is revoked.pem of CN=clients, which no certificate of caBundle has"),
        (
            revocation_list().replace("MII", "AAA", 1).replace("MIG", "AAA", 1),
            "is revoked.pem, which holds a list that",
        ),
        ("x" * 1_048_577, "is revoked.pem of 1,048,577 bytes, but Pulumi's state keeps no list above 1,048,576"),
    ],
    ids=["none", "certificate", "two", "other name", "other key", "broken", "large"],
)
def test_a_revocation_list_is_one_of_the_bundle_s_authorities(text: str, reason: str) -> None:
    settings = {**VERIFY, "revocationLists": {"clients": "revoked.pem"}}
    (found,) = refused(settings, {"ca.pem": certificate(), "revoked.pem": text})
    assert found.startswith(f"{LISTS}.clients: {reason}")


def test_an_object_of_s3_has_room_for_the_tags_of_the_stack() -> None:
    tags = {f"tag-{number}": "x" for number in range(10)}
    assert refused(VERIFY, {"ca.pem": certificate()}, tags=tags) == [
        "loadBalancer.mutualTls: puts files into S3, where an object has 10 tags: the stack's 10 and its Name"
    ]
    assert plan(VERIFY, {"ca.pem": certificate()}, tags=dict(list(tags.items())[:9])).trust_store


def test_a_key_that_is_neither_rsa_nor_ecdsa_is_refused() -> None:
    (found,) = refused(VERIFY, {"ca.pem": _ed25519()})
    assert found == f"{CLIENTS} has a key that is neither RSA nor ECDSA"


@pytest.mark.parametrize(
    ("wanted", "mode", "reason"),
    [
        ("required", "off", "is required, but mutual TLS of stack prod is off: clients without one get in"),
        ("required", "passthrough", "is required, but mutual TLS of stack prod is passthrough: nothing verifies them"),
        ("required", "verify", ""),
        ("unwanted", "off", ""),
        (
            "unwanted",
            "passthrough",
            "is unwanted, but mutual TLS of stack prod is passthrough: it asks every client",
        ),
        ("unwanted", "verify", "is unwanted, but mutual TLS of stack prod is verify: it asks every client for a"),
        (None, "verify", ""),
    ],
)
def test_a_connection_is_on_a_shard_that_asks_what_it_relies_on(wanted: str | None, mode: str, reason: str) -> None:
    entry = {"slot": 0, "owner": "team", "backends": [{"stack": "shop"}], "routes": [{"hosts": ["a.example.com"]}]}
    connection = Connection.model_validate_json(json.dumps(entry | {"clientCertificates": wanted}))
    found = list(check_connections({"shop": connection}, mode, project="central-ingress", shard="prod"))
    assert [problem.where for problem in found] == (["connections.shop.clientCertificates"] if reason else [])
    assert all(problem.reason.startswith(reason) for problem in found)


def _ed25519() -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509.oid import NameOID

    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "clients")])
    builder = x509.CertificateBuilder(subject, subject, ed25519.Ed25519PrivateKey.generate().public_key(), 7)
    builder = builder.not_valid_before(NOW - YEAR).not_valid_after(NOW + YEAR)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return builder.sign(key(), hashes.SHA256()).public_bytes(Encoding.PEM).decode()
