"""Updates of web ACLs: moto keeps what a request leaves out."""

from __future__ import annotations

from typing import Any

from moto.wafv2.models import FakeWebACL

from privatelink_ingress.local.cloud.hardening import around

OPTIONAL = ("custom_response_bodies", "captcha_config", "challenge_config", "token_domains", "association_config")


@around(FakeWebACL, "update")
def an_update_replaces_the_whole_configuration(
    original: Any, acl: Any, default_action: Any, rules: Any, description: Any, visibility_config: Any, *optional: Any
) -> None:
    """The request replaces all that can be changed, rules too (API reference, UpdateWebACL)."""
    original(acl, default_action, rules or [], description, visibility_config, *optional)
    acl.description = description
    for name, value in zip(OPTIONAL, optional, strict=True):
        setattr(acl, name, value)
