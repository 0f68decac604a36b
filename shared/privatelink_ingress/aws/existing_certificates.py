"""Asks AWS for existing certificates. No function of the AWS provider finds one by its ARN."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws import credentials
from privatelink_ingress.plan.edge.existing_certificates import FoundCertificate, FoundCertificates
from privatelink_ingress.problems import Problem, UserError

TITLE = "The existing certificates cannot be looked up"


def find(
    arns: Mapping[str, str], *, account_id: str, region: str, role_arn: str | None, external_id: str | None
) -> FoundCertificates:
    """The certificates, with the credentials of the stack's network duty.

    Args:
        arns: By the key of the stack file that holds each.
        account_id: The stack's.
        region: The stack's.
        role_arn: Of the network duty, if it has a role.
        external_id: What that role asks for.

    Raises:
        UserError: with every certificate that cannot be looked up, and AWS's answer.
    """
    found: dict[str, FoundCertificate] = {}
    problems: list[Problem] = []
    try:
        acm = credentials.deploying(account_id, region, role_arn, external_id).client("acm")
    except (BotoCoreError, ClientError, credentials.WrongAccount) as error:
        raise UserError(TITLE, [_unseen(where, arn, error) for where, arn in arns.items()]) from None
    for where, arn in arns.items():
        try:
            detail = acm.describe_certificate(CertificateArn=arn)["Certificate"]
        except (BotoCoreError, ClientError) as error:
            problems.append(_unseen(where, arn, error))
            continue
        listed = (detail["DomainName"], *detail.get("SubjectAlternativeNames", ()))
        found[arn] = FoundCertificate(
            domains=tuple(sorted({name.lower() for name in listed})),
            status=detail["Status"],
            key_algorithm=detail["KeyAlgorithm"].replace("-", "_"),
            not_after=detail.get("NotAfter"),
        )
    if problems:
        raise UserError(TITLE, problems)
    return FoundCertificates(by_arn=found, seen=datetime.datetime.now(datetime.UTC))


def _unseen(where: str, arn: str, error: Exception) -> Problem:
    remedy = (
        "Write the ARN of an existing certificate, and allow the deploying role acm:DescribeCertificate on it: "
        "existingCertificates of the bootstrap stack, under roles.edge or the attached stack's entry there."
    )
    return Problem(where, f"is {arn}, which cannot be looked up: {error}", remedy)
