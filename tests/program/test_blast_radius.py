"""No connection can hurt another: whatever one entry of a shard does, every other connection stays as it was."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from privatelink_ingress.local.engine.monitor import Registration, StackOutputs
from privatelink_ingress.local.engine.runner import StackRun
from tests.support.edge_services import services
from tests.support.examples import examples
from tests.support.programs import run_edge

GUARD = "pulumi:index:Stash"
CONNECTION = "privatelink-ingress:index:Connection"
NAMES = ("alpha", "beta", "gamma", "delta", "omega")
BACKENDS = tuple(f"{name}{suffix}" for name in NAMES for suffix in ("", "-b"))


def published(name: str, outputs: StackOutputs) -> StackOutputs:
    """The second backend of a connection publishes the same service under the same name, for blue and green."""
    connection = name.rpartition("/")[2].removesuffix("-b")
    same = {"connection_name": connection, "owner": f"team-{connection}"}
    return StackOutputs({**outputs.values, **same})


STACKS = {name: published(name, outputs) for name, outputs in services(*BACKENDS).items()}


@st.composite
def entries(draw: st.DrawFn, name: str, slot: int) -> dict[str, Any]:
    """One connection with its own hosts, any routes, and one backend or two."""
    hosts = draw(
        st.lists(
            st.sampled_from([f"{name}.example.com", f"*.{name}.example.com", f"{name}-api.example.com"]),
            min_size=1,
            max_size=3,
            unique=True,
        )
    )
    paths = draw(
        st.lists(
            st.sampled_from(["/*", "/", "/api/*", "/api/v1/*", "/a/b/c/*", "/feed.xml"]),
            min_size=1,
            max_size=4,
            unique=True,
        )
    )
    entry: dict[str, Any] = {
        "slot": slot,
        "owner": f"team-{name}",
        "backends": [{"stack": name}],
        "routes": [{"hosts": hosts, "paths": paths}],
    }
    if draw(st.booleans()):
        entry["backends"] = [
            {"stack": name, "weight": 3},
            {"stack": f"{name}-b", "position": 1, "weight": draw(st.integers(0, 9))},
        ]
    entry["state"] = draw(st.sampled_from(["active", "active", "maintenance"]))
    entry["certificate"] = {"domains": [f"*.{name}.example.com"]}
    return entry


@st.composite
def shards(draw: st.DrawFn) -> dict[str, Any]:
    """Two to four connections in slots of their own."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=4, unique=True))
    slots = draw(st.lists(st.integers(0, 119), min_size=len(names), max_size=len(names), unique=True))
    return {name: draw(entries(name, slot)) for name, slot in zip(names, slots, strict=True)}


def owner(run: StackRun, registration: Registration) -> str:
    """The connection that a registration is part of: by its parents, or as the stack that the connection reads."""
    by_urn = {other.urn: other for other in run.registrations}
    at: Registration | None = registration
    while at is not None:
        if at.type == CONNECTION:
            return at.name
        at = by_urn.get(at.parent)
    if registration.type == "pulumi:pulumi:StackReference":
        return registration.name.rpartition("/")[2].removesuffix("-b")
    return ""


def picture(run: StackRun, connection: str) -> dict[str, Any]:
    """Everything that the engine would compare, of all that is not part of `connection`."""
    return {
        registration.urn: (
            registration.inputs,
            registration.parent,
            registration.provider,
            # The guard waits for whatever there is: a list in the state, which the engine changes nothing for.
            () if registration.type == GUARD else registration.depends_on,
            registration.protect,
            registration.delete_before_replace,
        )
        for registration in run.registrations
        if registration.type != "pulumi:pulumi:Stack" and owner(run, registration) != connection
    }


def exported(run: StackRun, connection: str) -> dict[str, Any]:
    """Addresses, priorities and names of the other connections."""
    return {name: entry for name, entry in run.exports["connections"].items() if name != connection}


PROPERTY = examples(quick=6, whole=30)


@PROPERTY
@given(shard=shards(), data=st.data())
def test_removing_or_adding_a_connection_leaves_every_other_as_it_was(shard: dict[str, Any], data: st.DataObject):
    removed = data.draw(st.sampled_from(sorted(shard)))
    whole = run_edge(connections=shard, stacks=STACKS)
    rest = run_edge(connections={name: entry for name, entry in shard.items() if name != removed}, stacks=STACKS)
    assert picture(whole, removed) == picture(rest, removed)
    assert exported(whole, removed) == exported(rest, removed)
    assert removed not in {owner(rest, registration) for registration in rest.registrations}


@PROPERTY
@given(shard=shards(), data=st.data())
def test_changing_a_connection_in_any_way_leaves_every_other_as_it_was(shard: dict[str, Any], data: st.DataObject):
    changed = data.draw(st.sampled_from(sorted(shard)))
    after = copy.deepcopy(shard)
    taken = {entry["slot"] for entry in shard.values()}
    slot = data.draw(st.integers(0, 119).filter(lambda free: free not in taken))
    after[changed] = data.draw(entries(changed, slot))
    first, second = run_edge(connections=shard, stacks=STACKS), run_edge(connections=after, stacks=STACKS)
    assert picture(first, changed) == picture(second, changed)
    assert exported(first, changed) == exported(second, changed)
    assert first.exports["connections"][changed] != second.exports["connections"][changed]
