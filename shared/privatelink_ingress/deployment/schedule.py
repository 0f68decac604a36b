"""Runs several stacks at once, each after those that it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from privatelink_ingress.fleet.outcomes import Outcome, not_started


def run(
    labels: Sequence[str],
    needs: Mapping[str, frozenset[str]],
    action: Callable[[str], Outcome],
    *,
    parallel: int,
    interrupt: Callable[[], None],
    on_end: Callable[[Outcome], None],
) -> list[Outcome]:
    """The outcome of each label, in their order.

    Args:
        labels: What to run.
        needs: By label, those that must succeed first.
        action: Runs one label in a thread of its own. It raises nothing.
        parallel: How many run at once.
        interrupt: Called for each Ctrl-C: has the running ones end early. No further one starts.
        on_end: Told of each outcome as it is known.
    """
    outcomes: dict[str, Outcome] = {}
    running: dict[Future[Outcome], str] = {}
    interrupted = False

    def ended(outcome: Outcome) -> None:
        outcomes[outcome.label] = outcome
        on_end(outcome)

    with ThreadPoolExecutor(max_workers=parallel, thread_name_prefix="stack") as workers:
        while True:
            try:
                for label in labels:
                    if label in outcomes or label in running.values():
                        continue
                    states = {need: outcomes[need].state for need in needs[label] if need in outcomes}
                    if lacking := [need for need, state in states.items() if state != "succeeded"]:
                        ended(not_started(label, lacking))
                    elif interrupted:
                        ended(Outcome(label=label, state="not started"))
                    elif len(states) == len(needs[label]) and len(running) < parallel:
                        running[workers.submit(action, label)] = label
                if not running:
                    break
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    del running[future]
                    ended(future.result())
            except KeyboardInterrupt:
                interrupted = True
                interrupt()
    return [outcomes[label] for label in labels]
