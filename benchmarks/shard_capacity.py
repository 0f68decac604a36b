"""How full a shard gets: capacity units of its web ACL, quotas of its load balancer, and what a connection costs.

    .venv/bin/python -m benchmarks.shard_capacity

Counted from settings, as `capacity` and `cost` do.
"""

from __future__ import annotations

import json

from privatelink_ingress.plan.capacity import quotas, usage
from privatelink_ingress.plan.capacity.bills import Bill
from privatelink_ingress.plan.capacity.cost import Traffic, connection_cost
from privatelink_ingress.plan.capacity.prices import CURRENCY
from privatelink_ingress.plan.capacity.usage import Needs
from privatelink_ingress.plan.edge.alarms.connections import needed_metrics
from privatelink_ingress.plan.edge.firewall.web_acl import FirewallPlan, of_shard
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.limits import FIREWALL_BASE_CAPACITY, FIREWALL_CAPACITY, Limits
from privatelink_ingress.settings.managed_rules import GROUPS

ZONES = 3
TRAFFIC = Traffic(gb=500, million_requests=20)


def main() -> None:
    """Print the three tables."""
    _capacity()
    _quotas()
    _cost()


def web_acl(*groups: str) -> FirewallPlan:
    """The web ACL of a stack file without `firewall`, or with these groups added."""
    settings = {
        "accountId": "222222222222",
        "owner": "team-platform",
        "dns": {"zoneId": "Z0123456789EXAMPLE"},
        "certificates": [{"domains": ["*.example.com"]}],
        "firewall": {"groups": dict.fromkeys(groups, "block")},
    }
    return of_shard(EdgeSettings.model_validate_json(json.dumps(settings)), name="")


def _capacity() -> None:
    default = web_acl()
    print(f"{'capacity units of the web ACL':50} {'units':>6} {'total':>6}")
    for rule in default.rules:
        print(f"  {rule.key:48} {rule.capacity:>6}")
    print(f"{'default':50} {'':6} {default.capacity:>6}")
    for group in sorted(name for name, group in GROUPS.items() if not group.baseline):
        found = web_acl(group).capacity
        print(f"{'  + ' + group:50} {found - default.capacity:>6} {found:>6}")
    every = web_acl(*GROUPS).capacity
    print(f"{'all groups':50} {every - default.capacity:>6} {every:>6}")
    print(f"The price of a request covers {FIREWALL_BASE_CAPACITY:,} units; AWS takes {FIREWALL_CAPACITY:,} at most.\n")


def _quotas() -> None:
    limits, used = quotas.effective(Limits()), usage.combine([{"firewallCapacity": web_acl().capacity}])
    columns = {
        "one backend": Needs(),
        "two backends": Needs(backends=2),
        "own certificate": Needs(certificates=1),
        "HTTP and gRPC": Needs(protocols=2, rules=2),
    }
    full = {title: _full(needs, used, limits) for title, needs in columns.items()}
    print(f"{'a full shard, in three zones':28} {'limit':>6} " + " ".join(f"{title:>15}" for title in columns))
    print(f"{'connections':28} {'':6} " + " ".join(f"{count:>15}" for count, _, _ in full.values()))
    for key, quota in quotas.QUOTAS.items():
        if quota.per == "shard":
            cells = (f"{usages[key]:>14}{'*' if key == first else ' '}" for _, first, usages in full.values())
            print(f"{quota.name:28} {limits[key]:>6} " + " ".join(cells))
    print("* is exhausted first.\n")


def _full(needs: Needs, used: usage.Usage, limits: usage.Usage) -> tuple[int, str, usage.Usage]:
    """How many such connections fit, the quota that is exhausted then, and what they use."""
    step = needs.usage(ZONES)
    key, count = usage.first_exhausted(used, limits, step)
    return count, key, usage.combine([used, *([step] * count)])


def _cost() -> None:
    regions = ("us-east-1", "eu-central-1")
    metrics = needed_metrics(Needs(), zones=ZONES)
    bills = [connection_cost(region, zones=ZONES, traffic=TRAFFIC, alarm_metrics=metrics) for region in regions]
    title = f"a connection's month, in {CURRENCY}"
    print(f"{title:36} " + " ".join(f"{region:>14}" for region in regions))
    for index, line in enumerate(bills[0].lines):
        print(f"{line.what:36} " + " ".join(f"{bill.lines[index].usd:>13.2f}{_mark(bill, index)}" for bill in bills))
    print(f"{'together':36} " + " ".join(f"{bill.usd:>13.2f} " for bill in bills))
    print(f"{TRAFFIC.gb:g} GB and {TRAFFIC.million_requests:g} million requests. ~ marks the price of another Region.")


def _mark(bill: Bill, index: int) -> str:
    return "~" if bill.lines[index].estimate else " "


if __name__ == "__main__":
    main()
