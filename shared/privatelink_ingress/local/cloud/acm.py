"""Certificates as AWS issues them: after validation, with the requested names and key, and kept while in use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from moto.acm.models import CertBundle, acm_backends
from moto.acm.responses import AWSCertificateManagerResponse
from moto.route53.models import route53_backends

from privatelink_ingress.arns import Arn
from privatelink_ingress.local.cloud.hardening import Params, after, around, before, refuse, undo

MOST_NAMES = 10
"""Of one certificate, until the quota is raised (L-FB94F0B0)."""


@around(CertBundle, "check")
def certificates_are_issued_after_validation(original: Any, certificate: CertBundle) -> None:
    """ACM issues a certificate once the CNAME record of each name is found in DNS, and not before.

    A certificate validated by email waits for a person. The hosted zones of all accounts are the emulated DNS. Source:
    ACM user guide, DNS validation.
    """
    waiting = certificate.type == "AMAZON_ISSUED" and certificate.status == "PENDING_VALIDATION"
    if not waiting or (getattr(certificate, "validation_method", "DNS") == "DNS" and not missing_records(certificate)):
        original(certificate)


def prepare_certificate(arn: str, names: Sequence[str]) -> None:
    """An issued certificate under this ARN, for these names; one that exists stays as it is."""
    place = Arn.parse(arn)
    held = acm_backends[place.account_id][place.region]._certificates
    if arn not in held and names:
        held[arn] = CertBundle.generate_cert(names[0], place.account_id, place.region, sans=list(names))
        held[arn].arn, held[arn].status, held[arn].type = arn, "ISSUED", "IMPORTED"


def missing_records(certificate: CertBundle) -> list[str]:
    """Names of the validation records that no public hosted zone holds with the right value."""
    options = certificate.describe()["Certificate"].get("DomainValidationOptions", [])
    wanted = {(option["ResourceRecord"]["Name"], option["ResourceRecord"]["Value"]) for option in options}
    present = {
        (_absolute(record.name), _absolute(value))
        for account in list(route53_backends.values())
        for backend in list(account.values())
        for zone in backend.zones.values()
        if not zone.private_zone
        for record in zone.rrsets
        if record.type == "CNAME"
        for value in record.records
    }
    return sorted(name for name, value in wanted if (_absolute(name), _absolute(value)) not in present)


@before(AWSCertificateManagerResponse, "request_certificate")
def first_name_is_short(request: Any, params: Params) -> None:
    """The first name has at most 64 characters, since it becomes the common name (RequestCertificate, DomainName)."""
    if len(params["DomainName"]) > 64:
        message = f"The first domain name can be no longer than 64 characters: {params['DomainName']}"
        refuse("ValidationException", message)
    names = (params["DomainName"], *(params.get("SubjectAlternativeNames") or ()))
    if len(set(names)) > MOST_NAMES:
        refuse("LimitExceededException", f"Your domain count must be {MOST_NAMES} or less")


@undo(AWSCertificateManagerResponse, "request_certificate")
def no_certificate(request: Any, params: Params, response: Any) -> None:
    """After a failed effect."""
    request.acm_backend.delete_certificate(response.result["CertificateArn"])


@after(AWSCertificateManagerResponse, "request_certificate")
def request_is_remembered(request: Any, params: Params, response: Any) -> Any:
    """A certificate has the validation method, the key algorithm and the order of names of its request.

    Without a method it is validated by email. Source: API reference, RequestCertificate.
    """
    certificate: Any = request.acm_backend._certificates[response.result["CertificateArn"]]
    certificate.validation_method = params.get("ValidationMethod") or "EMAIL"
    certificate.key_algorithm = (params.get("KeyAlgorithm") or "RSA_2048").replace("-", "_")
    names = [params["DomainName"], *(params.get("SubjectAlternativeNames") or ())]
    certificate.sans = list(dict.fromkeys(names))
    return response


@after(AWSCertificateManagerResponse, "describe_certificate")
def description_follows_the_request(request: Any, params: Params, response: Any) -> Any:
    """Validation options come in the order of the names, with the requested method.

    Issue dates appear once it is issued. Source: API reference, CertificateDetail.
    """
    detail = response.result["Certificate"]
    certificate: Any = request.acm_backend._certificates[detail["CertificateArn"]]
    if certificate.type != "AMAZON_ISSUED":
        return response
    detail["KeyAlgorithm"] = certificate.key_algorithm
    options = sorted(detail["DomainValidationOptions"], key=lambda o: certificate.sans.index(o["DomainName"]))
    detail["DomainValidationOptions"] = options
    for option in options:
        option["ValidationMethod"] = certificate.validation_method
        if certificate.validation_method == "EMAIL":
            option.pop("ResourceRecord")
    if certificate.status != "ISSUED":
        for key in ("IssuedAt", "NotBefore", "NotAfter", "Serial", "Issuer"):
            detail.pop(key, None)
    return response


@before(AWSCertificateManagerResponse, "delete_certificate")
def certificate_is_not_in_use(request: Any, params: Params) -> None:
    """A certificate that a load balancer uses stays (API reference, DeleteCertificate: ResourceInUseException)."""
    arn = params["CertificateArn"]
    certificate = acm_backends[request.current_account][request.region]._certificates.get(arn)
    if certificate and certificate.in_use_by:
        refuse("ResourceInUseException", f"Certificate {arn} in account {request.current_account} is in use.")


def _absolute(name: str) -> str:
    return f"{name.rstrip('.')}.".lower()
