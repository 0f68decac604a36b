"""PEM files of a trust store: whether AWS takes them, and whether they say what their keys promise.

Requirements: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html#mtls-for-awareness
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from privatelink_ingress.problems import Problem

if TYPE_CHECKING:
    from cryptography import x509

CERTIFICATES = 25
"""CA certificates per trust store ("CA certificates per trust store", Application Load Balancer quotas)."""

CERTIFICATE_BYTES = 16 * 1024
"""Of one CA certificate ("CA certificate size", Application Load Balancer quotas)."""

RSA_BITS = range(2048, 8192 + 1)
CURVES = ("secp256r1", "secp384r1", "secp521r1")
HASHES = ("sha256", "sha384", "sha512")

LIST_BYTES = 1024 * 1024
"""Of one revocation list. AWS takes 50 MB; Pulumi's state keeps the text of each."""

_KIND = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----")


def check_bundle(where: str, file: str, text: str, *, now: datetime.datetime) -> Iterator[Problem]:
    """What is wrong with the bundle `text` of `file`, one problem for each certificate."""
    from cryptography import x509

    if kinds := _kinds(text, "CERTIFICATE", where, file):
        yield from kinds
        return
    try:
        certificates = x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        reason = f"is {file}, which holds a certificate that cannot be read"
        yield Problem(where, reason, f"Compare it with: openssl storeutl -noout -text -certs {file}")
        return
    if len(certificates) > CERTIFICATES:
        reason = f"is {file}, which has {len(certificates)} certificates, but a trust store takes {CERTIFICATES}"
        yield Problem(where, reason, "Leave out the authorities that issue no client certificates.")
    for number, certificate in enumerate(certificates, 1):
        name = f"{file}, certificate {number} ({certificate.subject.rfc4514_string() or 'without a subject'})"
        for reason, remedy in _wrong(certificate, now):
            yield Problem(where, f"is {name}, which {reason}", remedy)


def check_list(where: str, file: str, text: str, bundle: str) -> Iterator[Problem]:
    """What is wrong with the revocation list `text` of `file`, beside the bundle that it belongs to."""
    from cryptography import x509

    if len(text) > LIST_BYTES:
        reason = f"is {file} of {len(text):,} bytes, but Pulumi's state keeps no list above {LIST_BYTES:,}"
        yield Problem(where, reason, "Ask the authority for partitioned lists, or reissue its certificates.")
        return
    if kinds := _kinds(text, "X509 CRL", where, file):
        yield from kinds
        return
    try:
        revoked = x509.load_pem_x509_crl(text.encode())
        authorities = x509.load_pem_x509_certificates(bundle.encode())
    except ValueError:
        yield Problem(
            where,
            f"is {file}, which holds a list that cannot be read",
            f"Compare it with: openssl crl -noout -text -in {file}",
        )
        return
    signed = [one for one in authorities if one.subject == revoked.issuer and _signed(revoked, one)]
    if not signed:
        reason = f"is {file} of {revoked.issuer.rfc4514_string()}, which no certificate of caBundle has signed"
        yield Problem(where, reason, "Remove the list, or add its authority to caBundle.")


def expires(text: str) -> datetime.datetime:
    """When the first certificate of a right bundle expires."""
    from cryptography import x509

    return min(one.not_valid_after_utc for one in x509.load_pem_x509_certificates(text.encode()))


def _kinds(text: str, wanted: str, where: str, file: str) -> list[Problem]:
    """The problems of a text that is no PEM, or one of something else."""
    kinds = _KIND.findall(text)
    if any(kind.endswith("PRIVATE KEY") for kind in kinds):
        reason = f"is {file}, which holds a private key: the file would be readable in S3 and in Pulumi's state"
        remedy = "Remove the key, and replace it everywhere if the file is in a repository."
        return [Problem(where, reason, remedy)]
    if not kinds:
        hint = f"openssl {'crl' if wanted == 'X509 CRL' else 'x509'} -inform der -in {file}"
        return [
            Problem(where, f"is {file}, which is not a PEM file: it has no line BEGIN {wanted}", f"Convert it: {hint}")
        ]
    if others := sorted({kind for kind in kinds if kind != wanted}):
        reason = f"is {file}, which holds {', '.join(others)}"
        return [Problem(where, reason, f"Leave only blocks BEGIN {wanted} in it.")]
    if wanted == "X509 CRL" and len(kinds) > 1:
        return [Problem(where, f"is {file}, which holds {len(kinds)} lists", "Write one entry and one file for each.")]
    return []


def _wrong(certificate: x509.Certificate, now: datetime.datetime) -> Iterator[tuple[str, str]]:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding

    reissue = "Ask its authority for a new one, or leave it out."
    if certificate.version is not x509.Version.v3:
        yield "is not of version 3", reissue
        return
    try:
        authority = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        authority = False
    if not authority:
        yield "is not one of an authority (CA:TRUE)", "Write the certificate of the authority that issued it."
    if certificate.not_valid_after_utc < now:
        yield f"expired on {certificate.not_valid_after_utc:%Y-%m-%d}", "Leave it out: no client of it is let in."
    elif certificate.not_valid_before_utc > now:
        yield f"is valid from {certificate.not_valid_before_utc:%Y-%m-%d} on", "Add it to the bundle then."
    key = certificate.public_key()
    match key:
        case rsa.RSAPublicKey():
            if key.key_size not in RSA_BITS:
                yield f"has an RSA key of {key.key_size} bits; AWS takes {RSA_BITS[0]} to {RSA_BITS[-1]}", reissue
        case ec.EllipticCurvePublicKey():
            if key.curve.name not in CURVES:
                yield f"has a key on {key.curve.name}; AWS takes {', '.join(CURVES)}", reissue
        case _:
            yield "has a key that is neither RSA nor ECDSA", reissue
    hashed = certificate.signature_hash_algorithm
    if hashed is None or hashed.name not in HASHES:
        yield f"is signed with {hashed.name if hashed else 'no hash'}; AWS takes {', '.join(HASHES)}", reissue
    if len(certificate.public_bytes(Encoding.PEM)) > CERTIFICATE_BYTES:
        yield f"is larger than {CERTIFICATE_BYTES:,} bytes", reissue


def _signed(revoked: x509.CertificateRevocationList, authority: x509.Certificate) -> bool:
    try:
        return revoked.is_signature_valid(authority.public_key())  # ty: ignore[invalid-argument-type]
    except TypeError:
        return False
