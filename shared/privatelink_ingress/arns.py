"""Amazon Resource Names, taken apart: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html."""

from __future__ import annotations

import dataclasses
import re


@dataclasses.dataclass(frozen=True, kw_only=True)
class Arn:
    """`arn:<partition>:<service>:<region>:<account>:<resource>`."""

    partition: str
    service: str
    region: str
    """Empty for global resources, such as roles; so is the account of a bucket."""
    account_id: str
    resource: str
    """All that follows the account: `role/team/deployer`, `log-group:shop:*`."""

    @classmethod
    def parse(cls, text: str) -> Arn:
        """The parts of an ARN.

        Raises:
            ValueError: when the text is not an ARN.
        """
        prefix, *parts = text.split(":", 5)
        if prefix != "arn" or len(parts) != 5:
            raise ValueError(f"{text!r} is not an ARN")
        partition, service, region, account_id, resource = parts
        return cls(partition=partition, service=service, region=region, account_id=account_id, resource=resource)

    @property
    def name(self) -> str:
        """The resource's name, without its type and path: `deployer` of `role/team/deployer`."""
        return re.split("[:/]", self.resource)[-1]

    def __str__(self) -> str:
        return f"arn:{self.partition}:{self.service}:{self.region}:{self.account_id}:{self.resource}"
