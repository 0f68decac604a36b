"""How much each role of `bootstrap` may do with foreign resources, and how long its policies are.

    .venv/bin/python -m benchmarks.rights

The requests are those of `tests/support/foreign.py`: every action of AWS's service authorization reference, on each
kind of resource, of each owner that is not the role's stack. The project's evaluator decides, not AWS.
"""

from __future__ import annotations

from privatelink_ingress.plan.account.deployers.packing import POLICY_CHARACTERS
from tests.support import foreign
from tests.support.every_role import ROLES


def main() -> None:
    """Print one line for each kind of role."""
    print(f"{'role':17} {'requests':>9} {'denied':>8} {'look-ups':>9} {'limits':>7} {'policies':>9} {'longest':>8}")
    for name, (account_id, stack, found) in ROLES.items():
        policies = found()
        tried = foreign.of_stack(account_id, stack)
        allowed = [one.request.action for one in tried if policies.allow(one.request)]
        looks = sum(map(foreign.look_up, allowed))
        reach = f"{len(tried):>9} {len(tried) - len(allowed):>8} {looks:>9} {len(allowed) - looks:>7}"
        print(f"{name:17} {reach} {len(policies.documents):>9} {max(map(len, policies.documents)):>8}")
    print(f"IAM takes policies of up to {POLICY_CHARACTERS:,} characters, and 10 of them for each role.")


if __name__ == "__main__":
    main()
