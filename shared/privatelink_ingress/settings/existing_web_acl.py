"""An existing web ACL that a shard ties to its load balancer and does not change."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from privatelink_ingress.arns import Arn
from privatelink_ingress.settings.fields import InvalidSetting, Settings, matching
from privatelink_ingress.settings.limits import FIREWALL_CAPACITY


def _regional(value: str) -> str:
    if ":global/" in value:
        raise InvalidSetting(
            f"is {value!r}, a web ACL of CloudFront, which no load balancer can have",
            "Write the ARN of a regional web ACL.",
        )
    return value


WebAclArn = Annotated[
    str,
    AfterValidator(_regional),
    # https://docs.aws.amazon.com/waf/latest/APIReference/API_WebACL.html
    matching(
        r"arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional/webacl/[\w-]{1,128}/[0-9a-f-]{36}",
        "the ARN of a web ACL: arn:aws:wafv2:<Region>:<account>:regional/webacl/<name>/<id>",
    ),
]


class ExistingWebAcl(Settings):
    """An existing web ACL for this stack's load balancer."""

    arn: WebAclArn
    tied: bool = True
    """False creates the stack's rule group and leaves its own web ACL tied, until the owner has added the group."""
    capacity: Annotated[int, Field(ge=1, le=FIREWALL_CAPACITY)] | None = None
    """Capacity units of the rule group, which AWS never changes; what its rules need, rounded up, when not set."""

    @property
    def name(self) -> str:
        """The web ACL's name."""
        return Arn.parse(self.arn).resource.split("/")[2]
