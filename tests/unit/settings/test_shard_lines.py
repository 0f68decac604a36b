"""What an attached stack may not have is refused with lines that its shard's file takes as they are."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from privatelink_ingress.settings.alarms import Alarms, ShardAlarms
from privatelink_ingress.settings.attached import SHARD_KEYS, load_edge
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.explain import keys
from privatelink_ingress.settings.load import SettingsError

ENTRY: dict[str, Any] = {
    "slot": 1,
    "owner": "team-blog",
    "backends": [{"stack": "blog"}],
    "routes": [{"hosts": ["blog.example.com", "*.blog.example.com"]}],
}
COMMON = {"accountId": "222222222222", "owner": "platform"}
REQUIRED = {"certificates": [{"domains": ["*.example.com"]}], "dns": {"zoneId": "Z0123456789EXAMPLE"}}

OF_THE_SHARD: dict[str, Any] = {
    "network": {"cidr": "10.40.0.0/16", "publicPrefix": 24},
    "loadBalancer": {
        "idleTimeout": 120,
        "responseHeaders": {"frameOptions": "DENY"},
        "allowedCidrs": ["192.0.2.0/24"],
        "mutualTls": {"mode": "verify", "caBundle": "ca.pem", "revocationLists": {"partners": "crl.pem"}},
    },
    "certificates": [{"domains": ["*.example.org", "example.org"], "zoneId": "Z0ORG"}, {"domains": ["a.example.com"]}],
    "dns": {"zoneId": "Z1OTHER"},
    "firewall": {"rateLimit": 900, "hosts": {"a.example.com": {"largeBodies": "allow"}}},
    "logs": {"bucket": "logs-of-the-edge", "cloudwatch": False},
    "limits": {"rules": 150},
    "contractPrefix": "/central-ingress/shards",
}
OF_ITS_ALARMS: dict[str, Any] = {
    "key": "alias/alarms",
    "balancerErrorPercent": 2.5,
    "blockedPercent": 30,
    "quotaPercent": 70,
}
OF_ITS_FIREWALL = {"largeBodies": "allow", "exempt": [{"group": "AWSManagedRulesCommonRuleSet", "paths": ["/a*"]}]}


def settings_of_the_shard(**values: Any) -> EdgeSettings:
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
    found = load_edge(texts, project="central-ingress", stack="prod", region="eu-west-1")
    assert isinstance(found, EdgeSettings)
    return found


def pasted(**refused: Any) -> EdgeSettings:
    """The settings of a shard's file after the lines of the refusal were pasted where it says."""
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in refused.items()}
    attached = COMMON | {"edgeStack": "org/central-ingress/prod", "connections": json.dumps({"blog": ENTRY})} | texts
    with pytest.raises(SettingsError) as caught:
        load_edge(attached, project="central-ingress", stack="prod-blog", region="eu-west-1")
    (problem,) = caught.value.problems
    instruction, _, lines = problem.remedy.partition(":\n      ")
    if problem.where == "certificates":
        _, _, instruction = instruction.rpartition("\n    ")
    file, _, parent = instruction.partition(", under ")
    assert file == "Move it to central-ingress/Pulumi.prod.yaml"
    # As an editor pastes them: below the parent, which the file gets where it lacks it.
    written = yaml.safe_load("\n".join(line.removeprefix("      ") for line in lines.split("\n")))
    if parent != "config":
        for key in reversed(parent.removeprefix("central-ingress:").split(".")):
            written = {key: written}
        written = {f"central-ingress:{key}": value for key, value in written.items()}
    return settings_of_the_shard(
        **COMMON, **REQUIRED | {key.removeprefix("central-ingress:"): value for key, value in written.items()}
    )


def test_every_key_of_a_shard_alone_has_a_case_here() -> None:
    assert OF_THE_SHARD.keys() == set(SHARD_KEYS)
    assert OF_ITS_ALARMS.keys() == keys(ShardAlarms).keys() - keys(Alarms).keys()


@pytest.mark.parametrize("key", SHARD_KEYS)
def test_the_lines_for_a_key_of_the_load_balancer_are_ones_that_the_shards_file_takes(key: str) -> None:
    value = OF_THE_SHARD[key]
    assert pasted(**{key: value}) == settings_of_the_shard(**COMMON, **REQUIRED | {key: value})


@pytest.mark.parametrize("key", OF_ITS_ALARMS)
def test_the_line_for_an_alarm_of_the_load_balancer_is_one_that_the_shards_file_takes(key: str) -> None:
    alarms = {key: OF_ITS_ALARMS[key]}
    assert pasted(alarms=alarms) == settings_of_the_shard(**COMMON, **REQUIRED, alarms=alarms)


def test_the_lines_for_a_connections_firewall_are_ones_that_the_shards_file_takes() -> None:
    hosts = dict.fromkeys(ENTRY["routes"][0]["hosts"], OF_ITS_FIREWALL)
    entries = {"blog": ENTRY | {"firewall": OF_ITS_FIREWALL}}
    assert pasted(connections=entries) == settings_of_the_shard(**COMMON, **REQUIRED, firewall={"hosts": hosts})


def test_an_unusual_value_stays_what_it_was() -> None:
    page = {"notFoundPage": {"text": "Déjà: # vu\n'\"\\"}}
    assert pasted(loadBalancer=page) == settings_of_the_shard(**COMMON, **REQUIRED, loadBalancer=page)
