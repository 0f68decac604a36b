"""Certificates and their validation: `aws:acm/…`."""

from __future__ import annotations

from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, AdapterError, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call


def _create_certificate(aws: Aws, inputs: Properties) -> Created:
    if not inputs.get("subjectAlternativeNames"):
        # As the provider does: an empty list is not sent, and ACM would refuse it.
        inputs = {key: value for key, value in inputs.items() if key != "subjectAlternativeNames"}
    answer = call(
        aws,
        "acm",
        "RequestCertificate",
        inputs,
        type_=t.CERTIFICATE,
        rename={"validationOptions": "DomainValidationOptions"},
    )
    arn = answer["CertificateArn"]
    detail = _describe(aws, t.CERTIFICATE, arn)
    return Created(
        arn,
        {
            "arn": arn,
            "domainValidationOptions": [
                {
                    "domainName": option["DomainName"],
                    "resourceRecordName": option["ResourceRecord"]["Name"],
                    "resourceRecordType": option["ResourceRecord"]["Type"],
                    "resourceRecordValue": option["ResourceRecord"]["Value"],
                }
                for option in detail.get("DomainValidationOptions", [])
                if "ResourceRecord" in option
            ],
            "keyAlgorithm": detail["KeyAlgorithm"],
            "status": detail["Status"],
            "subjectAlternativeNames": detail["SubjectAlternativeNames"],
            "type": detail["Type"],
        },
    )


def _delete_certificate(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "acm", "DeleteCertificate", {}, type_=t.CERTIFICATE, extra={"CertificateArn": id_})


def _validate(aws: Aws, inputs: Properties) -> Created:
    """The provider waits up to 75 minutes; here one look suffices, since no record appears later."""
    if leftover := sorted(inputs.keys() - {"certificateArn", "validationRecordFqdns"}):
        raise AdapterError(f"{t.CERTIFICATE_VALIDATION}: input `{leftover[0]}` is not used")
    arn = inputs["certificateArn"]
    detail = _describe(aws, t.CERTIFICATE_VALIDATION, arn)
    records = {
        option["ResourceRecord"]["Name"].rstrip("."): option["ResourceRecord"]["Value"]
        for option in detail.get("DomainValidationOptions", [])
        if "ResourceRecord" in option
    }
    given = inputs.get("validationRecordFqdns")
    if given is not None and (absent := sorted(records.keys() - {name.rstrip(".") for name in given})):
        raise AdapterError(
            f"{t.CERTIFICATE_VALIDATION}: `validationRecordFqdns` lacks {', '.join(absent)}, "
            f"which certificate {arn} is validated by"
        )
    if detail["Status"] != "ISSUED":
        wanted = ", ".join(f"{name} CNAME {value}" for name, value in records.items())
        raise AdapterError(
            f"{t.CERTIFICATE_VALIDATION}: certificate {arn} is {detail['Status']}. "
            f"ACM issues it when these records are in a public hosted zone: {wanted}"
        )
    return Created(str(detail["IssuedAt"]), {"certificateArn": arn})


def _forget(aws: Aws, id_: str, outputs: Properties) -> None:
    """AWS has no resource for a validation, so nothing is deleted."""


def _describe(aws: Aws, type_: str, arn: str) -> dict[str, Any]:
    return call(aws, "acm", "DescribeCertificate", {}, type_=type_, extra={"CertificateArn": arn})["Certificate"]


ADAPTERS: dict[str, Adapter] = {
    t.CERTIFICATE: Adapter(_create_certificate, _delete_certificate),
    t.CERTIFICATE_VALIDATION: Adapter(_validate, _forget),
}
