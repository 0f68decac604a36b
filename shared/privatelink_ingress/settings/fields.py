"""Types of single values in a stack file, each with the rule that AWS or this system sets for it."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from privatelink_ingress import regions


class InvalidSetting(ValueError):
    """A value that breaks a rule of its key; validators raise it, and the user sees it as a problem."""

    def __init__(self, reason: str, remedy: str = "", *, at: tuple[str | int, ...] = ()) -> None:
        """`at` is the wrong key below the validated one, for rules over several keys."""
        super().__init__(f"{reason}. {remedy}".removesuffix(". "))
        self.reason, self.remedy, self.at = reason, remedy, at


class Settings(BaseModel):
    """Base of all settings: camelCase keys, immutable, no unknown keys, no conversion between types."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, strict=True, str_strip_whitespace=True
    )


def quoted(value: str) -> str:
    """A wrong text as a message repeats it; a longer one would hide the reason."""
    return repr(value) if len(value) <= _SHOWN else f"{value[:_SHOWN]!r}… of {len(value):,} characters"


_SHOWN = 200


def matching(pattern: str, meaning: str, *, letters: Literal["ascii", "any"] = "ascii") -> AfterValidator:
    r"""A rule for text: all of it matches `pattern`, which `meaning` says in words.

    `\d` and `\w` stand for ASCII digits and letters, since AWS takes no others in names and ARNs; with `letters="any"`
    for those of every language, which AWS takes in tags.
    """
    compiled = re.compile(pattern, re.ASCII if letters == "ascii" else 0)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            # IAM matches no wildcards in a principal, and a role or policy is one: IAM guide, Principal element.
            wild = value.startswith("arn:") and not {"*", "?"}.isdisjoint(value)
            raise InvalidSetting(
                f"is {quoted(value)}" + (", which has a wildcard" if wild else ""), f"Write {meaning}."
            )
        return value

    return AfterValidator(check)


def _all_different(values: tuple[Any, ...]) -> tuple[Any, ...]:
    for index, value in enumerate(values):
        if value in values[:index]:
            shown = repr(value) if isinstance(value, str) else "an entry before it"
            raise InvalidSetting(f"repeats {shown}", "Write it once.", at=(index,))
    return values


def _names_different(values: tuple[str, ...]) -> tuple[str, ...]:
    for index, value in enumerate(values):
        if other := next((other for other in values[:index] if other.lower() == value.lower()), None):
            reason = f"repeats {other!r}" + ("" if other == value else " in other letters: case does not count")
            raise InvalidSetting(reason, "Write it once.", at=(index,))
    return values


UNIQUE = AfterValidator(_all_different)
"""A rule for a list: no entry twice, since AWS refuses a repeated entry, or its resource's name would be taken."""

PARTITION = f"({'|'.join(regions.PARTITIONS)})"

UNIQUE_NAMES = AfterValidator(_names_different)
"""`UNIQUE` for host and domain names, in which upper and lower case are the same (RFC 4343)."""

AccountId = Annotated[str, matching(r"\d{12}", "the 12 digits of an AWS account, in quotes")]

ConnectionName = Annotated[
    str, matching(r"[a-z](?:-?[a-z0-9]){0,29}", "1-30 lower-case letters, digits and single hyphens, a letter first")
]
"""Unique for the whole edge. 30 characters leave room for suffixes in names of AWS that end at 63."""

Owner = Annotated[
    str, matching(r"\w[\w .@/+=:-]{0,126}", "a team's name or address, as a tag may hold it", letters="any")
]

ExternalId = Annotated[
    str,
    # ExternalId of AssumeRole, STS API.
    matching(r"[\w+=,.@:/-]{2,1224}", "2-1224 letters, digits and the signs + = , . @ : / - _"),
]

ZoneId = Annotated[
    str, matching(r"[a-z]{3,20}\d-az[1-9]", "an Availability Zone id such as euw1-az1 (not a name such as eu-west-1a)")
]

Region = Annotated[str, matching(regions.PATTERN, "the name of a Region, such as eu-west-1")]

EndpointServiceName = Annotated[
    str,
    matching(
        rf"com\.amazonaws\.vpce\.{regions.PATTERN}\.vpce-svc-[0-9a-f]+",
        "the name of an endpoint service, such as com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0",
    ),
]

HealthPath = Annotated[str, matching(r"/[A-Za-z0-9._~/-]*", "a path that begins with /, without a query")]

_GRPC_CODE = r"[1-9]?\d"

GrpcCodes = Annotated[
    str,
    # Matcher of the ELBv2 API, GrpcCode: values and ranges of values from 0 to 99.
    matching(
        rf"{_GRPC_CODE}(-{_GRPC_CODE})?(,{_GRPC_CODE}(-{_GRPC_CODE})?)*",
        'gRPC status codes from 0 to 99, such as "0", "0,12" or "0-12", in quotes',
    ),
]

ParameterReference = Annotated[
    str,
    matching(
        rf"(arn:{PARTITION}:ssm:{regions.PATTERN}:\d{{12}}:parameter)?(/[A-Za-z0-9_.-]+){{1,15}}",
        "a parameter's name such as /central-ingress/connections/shop, or the ARN of one in another account",
    ),
]
"""A name has at most 15 levels:
https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html"""

StackNameSetting = Annotated[
    str, matching(r"([\w.-]+/[\w.-]+/)?[\w.-]+", "a stack's name such as shop, or <organization>/<project>/<stack>")
]

HostedZoneId = Annotated[str, matching(r"Z[A-Z0-9]{4,31}", "the id of a Route 53 hosted zone, such as Z0123456789ABC")]

Digest = Annotated[str, matching(r"sha256:[0-9a-f]{64}", "an image digest, sha256: and 64 hexadecimal digits")]

Host = Annotated[
    str,
    # HostHeaderConditionConfig of the ELBv2 API: at most 128 characters, a dot, letters only after the last dot.
    # A label of DNS has at most 63 characters (RFC 1035) and begins and ends with a letter or digit (RFC 1123), so no
    # request has another one.
    matching(
        r"(?=.{3,128}\Z)(?!.*[^.]{64})(?!-)(?!.*(-\.|\.-))[A-Za-z0-9*?-]+(\.[A-Za-z0-9*?-]+)*\.[A-Za-z]+",
        "a host name such as shop.example.com: at most 128 characters, 63 between dots, no hyphen beside a dot; * "
        "and ? are wildcards",
    ),
]

PathPattern = Annotated[
    str,
    # PathPatternConditionConfig of the ELBv2 API: at most 128 characters, A-Z a-z 0-9 and these signs.
    matching(r"/[A-Za-z0-9_\-.$/~\"'@:+&*?]{0,127}", "a path of at most 128 characters that begins with /, such as /*"),
]

DOMAIN = r"(?=.{1,253}\Z)(\*\.)?(?!-)[A-Za-z0-9-]{1,63}(?<!-)(\.(?!-)[A-Za-z0-9-]{1,63}(?<!-))*\.[A-Za-z]{2,63}"
"""DomainName of RequestCertificate, ACM API: at most 253 characters; * only as the whole first label."""

DomainName = Annotated[
    str, matching(DOMAIN, "a domain name such as shop.example.com, or *.example.com for all names right below it")
]

Environment = Annotated[
    str, matching(r"[\w .:/=+@-]{1,64}", "1-64 letters, digits, spaces and the signs . : / = + @ - _", letters="any")
]


class Zones(Settings):
    """Which Availability Zones a VPC spans: a number of them, or exactly which."""

    zones: Annotated[int, Field(ge=2, le=6)] | None = None
    """The number of Availability Zones; 3 when neither this nor `zoneIds` is set."""
    zone_ids: Annotated[tuple[ZoneId, ...], Field(min_length=2, max_length=6), UNIQUE] | None = None
    """Exactly these zones, by id. Ids mean the same zone in every account; names do not."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.zones is not None and self.zone_ids is not None:
            raise InvalidSetting("is set beside zoneIds", "Keep one of the two.", at=("zones",))
        return self


def _whole(value: Any) -> Any:
    # For a literal, 1, 1.0 and true are the same.
    if isinstance(value, bool | float | str):
        shown = json.dumps(value) if isinstance(value, bool | float) else quoted(value)
        raise InvalidSetting(f"is {shown}, but must be a whole number", "Write a whole number, without quotes.")
    return value


# What CloudWatch Logs accepts: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RetentionDays = Annotated[
    Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
    BeforeValidator(_whole),
]
