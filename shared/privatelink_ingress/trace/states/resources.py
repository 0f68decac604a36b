"""The resources of several exported states, by type."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any

from privatelink_ingress.arns import Arn
from privatelink_ingress.problems import Problem, UsageError
from privatelink_ingress.stackfiles.exports import Export, is_encrypted, opened

UNREADABLE = "The states cannot be read"


class Encrypted(Exception):
    """An output is a secret that the export does not show."""

    def __init__(self, urn: str, key: str) -> None:
        super().__init__(urn, key)
        self.urn, self.key = urn, key


class Outputs(Mapping[str, Any]):
    """A resource's outputs, with its `id`."""

    def __init__(self, resource: Mapping[str, Any]) -> None:
        """As the export has them."""
        self._urn = str(resource.get("urn", ""))
        self._values = {**(resource.get("outputs") or {}), "id": resource.get("id") or ""}

    def __getitem__(self, key: str) -> Any:
        """An output, with its secrets.

        Raises:
            KeyError: the resource has no such output.
            Encrypted: the export does not show it.
        """
        value = self._values[key]
        if is_encrypted(value):
            raise Encrypted(self._urn, key)
        return opened(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Resources:
    """What AWS had of each resource when its stack was deployed or refreshed last."""

    def __init__(self, exports: Iterable[Export]) -> None:
        """Leave out what is due to be deleted."""
        self._by_type: dict[str, list[Outputs]] = defaultdict(list)
        for export in exports:
            for resource in export.resources:
                if not resource.get("delete"):
                    self._by_type[resource["type"]].append(Outputs(resource))

    def of(self, type_: str) -> list[Outputs]:
        """Those of a type, in the order of the states."""
        return self._by_type[type_]

    def by(self, type_: str, key: str) -> dict[str, list[Outputs]]:
        """Those of a type, by the value of an output."""
        found: dict[str, list[Outputs]] = defaultdict(list)
        for outputs in self.of(type_):
            found[outputs.get(key, "")].append(outputs)
        return found


def place(outputs: Outputs) -> tuple[str, str]:
    """Account and Region, from the resource's ARN."""
    arn = Arn.parse(outputs["arn"])
    return arn.account_id, arn.region


@contextlib.contextmanager
def reading(exports: Sequence[Export]) -> Generator[None]:
    """Refuse states in which a resource lacks what the provider writes, or hides it.

    Raises:
        UsageError: with the reason and what to do.
    """
    names = ", ".join(one.stack for one in exports)
    try:
        yield
    except Encrypted as hidden:
        reason = f"{hidden.urn} has an encrypted output, {hidden.key}, on which the path of a request depends"
        remedy = "Export the stack with `pulumi stack export --show-secrets`, and delete the file afterwards."
        raise UsageError(UNREADABLE, [Problem(names, reason, remedy)]) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"a resource does not have the form that this version writes ({type(error).__name__}: {error})"
        remedy = "Run `pulumi refresh` on each stack, then export it again."
        raise UsageError(UNREADABLE, [Problem(names, reason, remedy)]) from None
