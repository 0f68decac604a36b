"""Certificate authorities, client certificates and revocation lists, issued for a test."""

from __future__ import annotations

import datetime
import functools
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
YEAR = datetime.timedelta(days=365)


@functools.cache
def key(curve: type[ec.EllipticCurve] = ec.SECP256R1) -> ec.EllipticCurvePrivateKey:
    """One key for each curve, for all authorities."""
    return ec.generate_private_key(curve())


@functools.cache
def rsa_key(bits: int) -> rsa.RSAPrivateKey:
    """One RSA key of a size."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def certificate(
    common: str = "clients",
    *,
    authority: bool | None = True,
    of: Any = None,
    until: datetime.datetime = NOW + YEAR,
    hashed: Any = None,
) -> str:
    """A self-signed certificate as PEM; without `authority` it says nothing of whether it is one."""
    held = of or key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(common))
        .issuer_name(_name(common))
        .public_key(held.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - 2 * YEAR)
        .not_valid_after(until)
    )
    if authority is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    return builder.sign(held, hashed or hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def revocation_list(common: str = "clients", *, of: Any = None, serials: tuple[int, ...] = (7,)) -> str:
    """A revocation list of the authority with this name and key, as PEM."""
    builder = (
        x509.CertificateRevocationListBuilder().issuer_name(_name(common)).last_update(NOW).next_update(NOW + YEAR)
    )
    for serial in serials:
        revoked = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOW).build()
        builder = builder.add_revoked_certificate(revoked)
    return builder.sign(of or key(), hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def private_key() -> str:
    """A private key as PEM."""
    return key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
