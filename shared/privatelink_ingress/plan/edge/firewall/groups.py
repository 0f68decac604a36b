"""Managed groups of the web ACL, and the rules that decide on what a group only counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from privatelink_ingress.plan.edge.firewall import scopes
from privatelink_ingress.plan.edge.firewall.changes import Changes
from privatelink_ingress.plan.edge.firewall.scopes import Scope
from privatelink_ingress.plan.edge.firewall.statements import Action, Label, ManagedRules, Statement
from privatelink_ingress.settings.firewall import Firewall, GroupSettings, Registration
from privatelink_ingress.settings.managed_labels import label
from privatelink_ingress.settings.managed_rules import (
    BODY_RULE,
    BOTS,
    COMMON,
    FLOODS,
    GROUPS,
    LOGINS,
    REGISTRATIONS,
    ManagedGroup,
)

_PAYLOADS = {"form": "FORM_ENCODED", "json": "JSON"}


def plan_groups(firewall: Firewall, changes: Sequence[Changes]) -> Iterator[tuple[str, Action, Statement]]:
    """Key, action and statement of each group in the web ACL's order, each followed by its deciding rules."""
    for name, known in GROUPS.items():
        if not known.baseline and name not in firewall.groups:
            continue
        group = firewall.groups.get(name, GroupSettings())
        exempt = dict(_exempt(name, changes))
        whole = exempt.pop("", Scope())
        # A rule with an exemption only counts and adds its label, and a rule after the group decides by the label: so
        # the exemption costs nothing of the rest of the group.
        overrides: dict[str, Action] = dict.fromkeys((*exempt, *group.count), "count")
        if firewall.block_page and group.action == "block":
            blocking = [rule for rule, does in known.rules.items() if does == "block"]
            overrides = {**dict.fromkeys(blocking, "block"), **overrides}
        statement = ManagedRules(
            group=name,
            version=group.version,
            overrides={rule: overrides[rule] for rule in known.rules if rule in overrides},
            scope=scopes.together(whole.outside()) if whole else None,
            configuration=_configuration(name, group),
        )
        yield known.key, group.action, statement
        for rule, scope in exempt.items():
            key = "body-size" if rule == BODY_RULE else f"{known.key}-{rule}"
            action = "count" if group.action == "count" else known.rules[rule]
            yield key, action, scopes.together([Label(label=label(name, rule) or ""), *scope.outside()])


def _exempt(group: ManagedGroup, changes: Sequence[Changes]) -> Iterator[tuple[str, Scope]]:
    """The requests that each rule of the group lets pass; those of the group as a whole under the empty name."""
    found: dict[str, Scope] = {BODY_RULE: Scope()} if group == COMMON else {}
    for change in changes:
        if group == COMMON and change.firewall.large_bodies == "allow":
            found[BODY_RULE] |= change.scope(change.firewall.large_body_paths)
        for exemption in change.firewall.exempt:
            for rule in (exemption.rules or ("",)) if exemption.group == group else ():
                found[rule] = found.get(rule, Scope()) | change.scope(exemption.paths)
    return ((rule, found[rule]) for rule in ("", *GROUPS[group].rules) if rule in found)


def _registration(form: Registration) -> Mapping[str, object]:
    single = {"email_field": form.email, "username_field": form.username, "password_field": form.password}
    several = {"phone_number_fields": form.phone_numbers, "address_fields": form.addresses}
    return {
        "creation_path": form.path,
        "registration_page_path": form.page,
        "request_inspection": {
            "payload_type": _PAYLOADS[form.payload],
            **{key: _field(name) for key, name in single.items() if name},
            **{key: {"identifiers": list(names)} for key, names in several.items() if names},
        },
    }


def _field(name: str) -> Mapping[str, str]:
    return {"identifier": name}


def _configuration(name: ManagedGroup, group: GroupSettings) -> Mapping[str, object] | None:
    """What AWS asks of a group that needs more than a name, as the provider has it."""
    if name == BOTS:
        return {"aws_managed_rules_bot_control_rule_set": {"inspection_level": (group.inspection or "common").upper()}}
    if name == LOGINS and group.login:
        inspected = {
            "payload_type": _PAYLOADS[group.login.payload],
            "username_field": _field(group.login.username),
            "password_field": _field(group.login.password),
        }
        return {"aws_managed_rules_atp_rule_set": {"login_path": group.login.path, "request_inspection": inspected}}
    if name == REGISTRATIONS and group.registration:
        return {"aws_managed_rules_acfp_rule_set": _registration(group.registration)}
    if name == FLOODS:
        challenge: dict[str, object] = {"usage_of_action": "DISABLED" if group.challenge is False else "ENABLED"}
        if group.challenge_exempt:
            challenge["exempt_uri_regular_expressions"] = [{"regex_string": one} for one in group.challenge_exempt]
        return {"aws_managed_rules_anti_ddos_rule_set": {"client_side_action_config": {"challenge": challenge}}}
    return None
