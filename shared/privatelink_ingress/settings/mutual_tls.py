"""Settings of mutual TLS: whether clients show certificates of their own, and who checks them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from privatelink_ingress.settings.fields import InvalidSetting, Settings, matching

MutualTlsMode = Literal["off", "verify", "passthrough"]

PemFile = Annotated[
    str,
    matching(
        r"(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*/){0,4}[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}",
        "the path of a PEM file below the folder of the stack file, such as client-ca.pem",
    ),
]

ListName = Annotated[
    str, matching(r"[a-z](?:-?[a-z0-9]){0,29}", "1-30 lower-case letters, digits and single hyphens, a letter first")
]

REVOCATION_LISTS = 15
"""A changed list is added before the old one is removed, and a trust store holds 30:
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html#trust-stores-quotas"""

FORGED_CERTIFICATES = "forged-certificates"
"""The firewall's rule that stops headers about client certificates where the load balancer asks for none."""

EXPIRY_TAG, EXPIRED_ACCEPTED = "ExpiredClientCertificates", "accepted"
"""Tag of a listener that accepts expired certificates, so that whoever reads it sees that somebody decided so."""


class MutualTls(Settings):
    """Client certificates of the HTTPS listener, and so of every host of the load balancer."""

    mode: MutualTlsMode = "off"
    """verify refuses, while TLS is negotiated, a client without a certificate of `caBundle`. passthrough verifies
    nothing: it hands whatever chain a client shows to the service, which has to verify it."""
    ca_bundle: PemFile | None = None
    """Of verify alone, which needs it: a PEM file with the certificates of all authorities that may issue clients'."""
    revocation_lists: Annotated[dict[ListName, PemFile], Field(default_factory=dict, max_length=REVOCATION_LISTS)]
    """Of verify alone: PEM files with certificate revocation lists of those authorities, by a name that stays."""
    advertise_trust_store_ca_names: bool = False
    """Of verify alone. True tells each client which authorities are trusted, so that it can choose a certificate."""
    ignore_client_certificate_expiry: bool = False
    """Of verify alone. True also lets clients in whose certificate has expired."""

    @model_validator(mode="after")
    def _options_are_of_use(self) -> Self:
        if self.mode == "verify":
            if self.ca_bundle is None:
                remedy = "Write caBundle: the PEM file of the authorities, next to the stack file."
                raise InvalidSetting("is verify, which trusts nobody without caBundle", remedy, at=("mode",))
            return self
        for name, field in type(self).model_fields.items():
            if name != "mode" and getattr(self, name):
                key = str(field.alias)
                nothing = "is off" if self.mode == "off" else "is passthrough, in which nothing verifies a certificate"
                raise InvalidSetting(
                    f"has no effect while mode {nothing}", f"Write mode: verify, or remove {key}.", at=(key,)
                )
        return self

    @property
    def files(self) -> dict[str, str]:
        """The files that it names, by their keys."""
        bundle = {"caBundle": self.ca_bundle} if self.ca_bundle else {}
        return bundle | {f"revocationLists.{name}": file for name, file in self.revocation_lists.items()}
