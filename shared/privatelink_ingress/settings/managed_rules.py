"""AWS's managed rule groups that a web ACL may have: their rules, capacity and newest version.

Read in November 2026 in the developer guide of AWS WAF: each group's page below
https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html, and the changelog there. AWS
ignores the override of a rule that a group lacks, so a name that is not in these lists is refused here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal

ManagedGroup = Literal[
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesAnonymousIpList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
    "AWSManagedRulesLinuxRuleSet",
    "AWSManagedRulesUnixRuleSet",
    "AWSManagedRulesWindowsRuleSet",
    "AWSManagedRulesPHPRuleSet",
    "AWSManagedRulesWordPressRuleSet",
    "AWSManagedRulesAdminProtectionRuleSet",
    "AWSManagedRulesAntiDDoSRuleSet",
    "AWSManagedRulesATPRuleSet",
    "AWSManagedRulesACFPRuleSet",
    "AWSManagedRulesBotControlRuleSet",
]

COMMON: ManagedGroup = "AWSManagedRulesCommonRuleSet"
BOTS: ManagedGroup = "AWSManagedRulesBotControlRuleSet"
LOGINS: ManagedGroup = "AWSManagedRulesATPRuleSet"
REGISTRATIONS: ManagedGroup = "AWSManagedRulesACFPRuleSet"
FLOODS: ManagedGroup = "AWSManagedRulesAntiDDoSRuleSet"

BODY_RULE = "SizeRestrictions_BODY"
"""The common group's rule for a body of which WAF does not see all."""

BODY_LIMIT = 8 * 1024
"""Bytes of a body that WAF reads at an Application Load Balancer. No setting of AWS raises it:
https://docs.aws.amazon.com/waf/latest/developerguide/limits.html"""

RuleAction = Literal["block", "count", "challenge", "captcha"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Catalogued:
    """One managed rule group."""

    key: str
    """Its name in rules and metrics of ours."""
    capacity: int
    """In web ACL capacity units."""
    rules: Mapping[str, RuleAction]
    """What each rule does on a match, unless it is overridden."""
    label_namespace: str | None = None
    """Start of the labels that its rules add; None where they are not one for each rule."""
    newest: str = ""
    """The newest static version when the list was read; empty where AWS has none, or where it was not read."""
    baseline: bool = False
    """Whether every web ACL has it, unless the stack file says otherwise."""
    fee: Literal["bot-control", "account-takeover", "account-creation", "anti-ddos"] | None = None
    """The item of `plan/capacity/prices.py` that AWS charges for it beside the price of a rule."""


def _all(action: RuleAction, *rules: str) -> dict[str, RuleAction]:
    return dict.fromkeys(rules, action)


def _blocking(*rules: str) -> dict[str, RuleAction]:
    return _all("block", *rules)


def _each(rule: str, *parts: str) -> tuple[str, ...]:
    return tuple(f"{rule}_{part}" for part in parts)


def _reuse(level: str) -> tuple[str, ...]:
    return tuple(f"TGT_TokenReuse{by}{level}" for by in ("Ip", "Country", "Asn"))


_CATEGORIES = tuple(
    f"Category{name}"
    for name in (
        *("Advertising", "Archiver", "ContentFetcher", "EmailClient", "HttpLibrary", "LinkChecker", "Miscellaneous"),
        *("Monitoring", "PagePreview", "ScrapingFramework", "SearchEngine", "Security", "Seo", "SocialMedia"),
        *("Webhooks", "AI"),
    )
)
_SIGNALS = tuple(f"Signal{name}" for name in ("AutomatedBrowser", "KnownBotDataCenter", "NonBrowserUserAgent"))
_BROWSERS = tuple(
    f"TGT_Signal{name}" for name in ("AutomatedBrowser", "BrowserAutomationExtension", "BrowserInconsistency")
)
_COORDINATED = tuple(f"TGT_ML_CoordinatedActivity{level}" for level in ("Medium", "High"))

GROUPS: Mapping[ManagedGroup, Catalogued] = {
    "AWSManagedRulesAntiDDoSRuleSet": Catalogued(
        key="anti-ddos",
        capacity=50,
        rules={"ChallengeAllDuringEvent": "challenge", "ChallengeDDoSRequests": "challenge", "DDoSRequests": "block"},
        fee="anti-ddos",
    ),
    "AWSManagedRulesAmazonIpReputationList": Catalogued(
        key="ip-reputation",
        capacity=25,
        rules=_blocking("AWSManagedIPReputationList", "AWSManagedReconnaissanceList")
        | {"AWSManagedIPDDoSList": "count"},
        label_namespace="amazon-ip-list",
        baseline=True,
    ),
    "AWSManagedRulesAnonymousIpList": Catalogued(
        key="anonymous-ip",
        capacity=50,
        rules=_blocking("AnonymousIPList", "HostingProviderIPList"),
        label_namespace="anonymous-ip-list",
        baseline=True,
    ),
    "AWSManagedRulesCommonRuleSet": Catalogued(
        key="common",
        capacity=700,
        rules=_blocking(
            "NoUserAgent_HEADER",
            "UserAgent_BadBots_HEADER",
            *_each("SizeRestrictions", "QUERYSTRING", "Cookie_HEADER", "BODY", "URIPATH"),
            *_each("EC2MetaDataSSRF", "BODY", "COOKIE", "URIPATH", "QUERYARGUMENTS"),
            *_each("GenericLFI", "QUERYARGUMENTS", "URIPATH", "BODY"),
            *_each("RestrictedExtensions", "URIPATH", "QUERYARGUMENTS"),
            *_each("GenericRFI", "QUERYARGUMENTS", "BODY", "URIPATH"),
            *_each("CrossSiteScripting", "COOKIE", "QUERYARGUMENTS", "BODY", "URIPATH"),
        ),
        label_namespace="core-rule-set",
        newest="Version_1.23",
        baseline=True,
    ),
    "AWSManagedRulesKnownBadInputsRuleSet": Catalogued(
        key="known-bad-inputs",
        capacity=200,
        rules=_blocking(
            *_each("JavaDeserializationRCE", "HEADER", "BODY", "URIPATH", "QUERYSTRING"),
            "Host_localhost_HEADER",
            "PROPFIND_METHOD",
            "ExploitablePaths_URIPATH",
            *_each("Log4JRCE", "HEADER", "QUERYSTRING", "BODY", "URIPATH"),
            "ReactJSRCE_BODY",
        ),
        label_namespace="known-bad-inputs",
        newest="Version_1.26",
        baseline=True,
    ),
    "AWSManagedRulesSQLiRuleSet": Catalogued(
        key="sql-injection",
        capacity=200,
        rules=_blocking(
            *_each("SQLi", "QUERYARGUMENTS", "BODY", "COOKIE", "URIPATH"),
            *_each("SQLiExtendedPatterns", "QUERYARGUMENTS", "BODY"),
        ),
        label_namespace="sql-database",
        newest="Version_2.5",
        baseline=True,
    ),
    "AWSManagedRulesLinuxRuleSet": Catalogued(
        key="linux",
        capacity=200,
        rules=_blocking(*_each("LFI", "URIPATH", "QUERYSTRING", "HEADER")),
        label_namespace="linux-os",
    ),
    "AWSManagedRulesUnixRuleSet": Catalogued(
        key="posix",
        capacity=100,
        rules=_blocking(*_each("UNIXShellCommandsVariables", "QUERYSTRING", "BODY", "HEADER")),
        label_namespace="posix-os",
        newest="Version_3.2",
    ),
    "AWSManagedRulesWindowsRuleSet": Catalogued(
        key="windows",
        capacity=200,
        rules=_blocking(
            *_each("WindowsShellCommands", "COOKIE", "QUERYARGUMENTS", "BODY"),
            *_each("PowerShellCommands", "COOKIE", "QUERYARGUMENTS", "BODY"),
        ),
        label_namespace="windows-os",
        newest="Version_2.5",
    ),
    "AWSManagedRulesPHPRuleSet": Catalogued(
        key="php",
        capacity=100,
        rules=_blocking(*_each("PHPHighRiskMethodsVariables", "HEADER", "QUERYSTRING", "BODY")),
        label_namespace="php-app",
        newest="Version_2.2",
    ),
    "AWSManagedRulesWordPressRuleSet": Catalogued(
        key="wordpress",
        capacity=100,
        rules=_blocking("WordPressExploitableCommands_QUERYSTRING", "WordPressExploitablePaths_URIPATH"),
        label_namespace="wordpress-app",
    ),
    "AWSManagedRulesAdminProtectionRuleSet": Catalogued(
        key="admin-pages",
        capacity=100,
        rules=_blocking("AdminProtection_URIPATH"),
        label_namespace="admin-protection",
    ),
    "AWSManagedRulesATPRuleSet": Catalogued(
        key="account-takeover",
        capacity=50,
        rules=_blocking(
            "UnsupportedCognitoIDP",
            "VolumetricIpHigh",
            "VolumetricSession",
            *(f"Attribute{name}Traversal" for name in ("Username", "Password")),
            *("AttributeCompromisedCredentials", "AttributeLongSession"),
            "TokenRejected",
            "SignalMissingCredential",
        ),
        fee="account-takeover",
    ),
    # Its rules about responses work at CloudFront distributions alone.
    "AWSManagedRulesACFPRuleSet": Catalogued(
        key="account-creation",
        capacity=50,
        rules=_blocking("UnsupportedCognitoIDP")
        | _all("challenge", "AllRequests")
        | _blocking("RiskScoreHigh", "SignalCredentialCompromised")
        | _all("captcha", "SignalClientHumanInteractivityAbsentLow")
        | _blocking("AutomatedBrowser")
        | _all("captcha", "BrowserInconsistency", "VolumetricIpHigh")
        | _blocking(
            *("VolumetricSessionHigh", "AttributeUsernameTraversalHigh"),
            *("VolumetricPhoneNumberHigh", "VolumetricAddressHigh"),
        )
        | _all("captcha", "VolumetricAddressLow")
        | _blocking("VolumetricSessionTokenReuseIp"),
        fee="account-creation",
    ),
    "AWSManagedRulesBotControlRuleSet": Catalogued(
        key="bots",
        capacity=50,
        rules=_blocking(*_CATEGORIES, *_SIGNALS, "TGT_VolumetricSessionMaximum", *_reuse("High"))
        | _all("challenge", "TGT_VolumetricIpTokenAbsent", "TGT_ML_CoordinatedActivityLow")
        | _all("captcha", "TGT_VolumetricSession", *_BROWSERS, *_COORDINATED, *_reuse("Medium"))
        | _all("count", "TGT_TokenAbsent", *_reuse("Low")),
        newest="Version_6.1",
        fee="bot-control",
    ),
}
"""In the order of evaluation: what needs every request first, what AWS charges by the request last."""
