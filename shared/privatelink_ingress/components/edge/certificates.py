"""Certificates of the HTTPS listener, the edge's and the connections'."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.plan.edge.certificates import CertificatePlan, CertificatesPlan, ValidationPlan

_VALIDATION_TTL = 300
"""Seconds."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class CertificatesArgs:
    """What to build."""

    plan: CertificatesPlan
    zone_providers: Mapping[str, aws.Provider]
    """Of hosted zones that belong to other accounts, by zone id."""
    tags: Mapping[str, str]


class Certificates(Component):
    """Issued and validated, or adopted."""

    arns: Mapping[str, Output[str]]
    """By key in the order of the plan, each once it is valid."""

    def __init__(self, name: str, args: CertificatesArgs, opts: ResourceOptions | None = None) -> None:
        """Certificates, then their validation records, then the wait until ACM has validated them."""
        super().__init__(name, opts)
        plan = args.plan
        self._zone_providers = args.zone_providers
        self._issued = {
            certificate.key: self._certificate(certificate, args.tags)
            for certificate in plan.certificates
            if certificate.arn is None
        }
        self._records = {validation.key: self._record(validation) for validation in plan.validations}
        self.arns = {certificate.key: self._arn(certificate) for certificate in plan.certificates}
        self.publish()

    def _certificate(self, plan: CertificatePlan, tags: Mapping[str, str]) -> aws.acm.Certificate:
        return aws.acm.Certificate(
            f"{self._name}-{plan.key}",
            domain_name=plan.domains[0],
            subject_alternative_names=plan.domains[1:],
            validation_method="DNS",
            tags=self.named(plan.key, tags),
            opts=self.child(),
        )

    def _record(self, plan: ValidationPlan) -> aws.route53.Record:
        options = self._issued[plan.certificate].domain_validation_options
        # ACM lists one option per domain, in no promised order.
        option = options.apply(lambda listed: next(option for option in listed if option.domain_name == plan.domain))
        return aws.route53.Record(
            f"{self._name}-{plan.key}",
            zone_id=plan.zone_id,
            name=option.apply(lambda option: option.resource_record_name),
            type=option.apply(lambda option: option.resource_record_type),
            records=option.apply(lambda option: [str(option.resource_record_value)]),
            ttl=_VALIDATION_TTL,
            opts=self.child(provider=self._zone_providers.get(plan.zone_id)),
        )

    def _arn(self, plan: CertificatePlan) -> Output[str]:
        if plan.arn is not None:
            return Output.from_input(plan.arn)
        return aws.acm.CertificateValidation(
            f"{self._name}-{plan.key}",
            certificate_arn=self._issued[plan.key].arn,
            validation_record_fqdns=[self._records[key].fqdn for key in plan.validations] or None,
            opts=self.child(),
        ).certificate_arn
