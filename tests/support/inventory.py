"""Everything that the emulated AWS holds, in every service, account and Region, whether or not a state knows of it."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.utilities.tagging_service import TaggingService

from tests.support.engine import REGION

Thing = tuple[str, ...]
"""Account, Region, service, collection of moto, and keys in it: `("222222222222", REGION, "ec2", "vpcs", "vpc-1")`."""

ACCOUNT_OF_MOTO = "123456789012"
"""Where moto puts what it looks up for itself; no session here belongs to it."""

BOOKKEEPING = {
    ("ec2", "launch_template_insert_order"): "ids of templates in the order of creation, those of deleted ones too",
    ("ec2", "tags"): "AWS deletes tags with their resource; moto keeps them",
    ("iam", "access_keys"): "by id, those of sessions too, which expire; a user's keys are with the user",
    ("route53", "rr_changes"): "the log of changes of a zone; its records are in `rrsets`",
    ("sts", "assumed_roles"): "the sessions themselves",
}
"""Collections of moto whose entries are not resources of an account, by service and name, with the reason."""

NOT_LEFT: Mapping[str, Callable[[Any], bool]] = {
    # EC2 user guide, "Terminate Amazon EC2 instances": a terminated instance stays visible for a while.
    "moto.ec2.models.instances.Reservation": lambda one: all(each.state == "terminated" for each in one.instances),
    # KMS CreateAlias: alias/aws/ is reserved for AWS managed keys, which the account has for good and cannot delete.
    "moto.kms.models.Key": lambda one: any(alias.startswith("alias/aws/") for alias in one.aliases),
}
"""By class of moto: which objects AWS has already ended, or manages itself, so that nobody has to delete them."""

LISTED = {"Bucket": ("aws", "s3", "buckets"), "LogGroup": (REGION, "logs", "groups")}
"""Where the things are held that `teardown` lists, by the type that it prints."""


def held(*accounts: str) -> frozenset[Thing]:
    """Each resource, and each entry of a collection of its own: the records of a hosted zone, the policies of a role.

    Each of `accounts` first gets what AWS puts into a new account, in every service that is loaded.
    """
    loaded = [module for name, module in list(sys.modules.items()) if name.startswith("moto.")]
    services = {value for module in loaded for value in vars(module).values() if isinstance(value, BackendDict)}
    for service, account, region in itertools.product(services, accounts, (REGION, "aws")):
        if region in service[account]:
            _ = service[account][region]
    return frozenset(_all())


def left(before: frozenset[Thing]) -> set[Thing]:
    """What came since and is still there, each with all that it contains."""
    new = held() - before
    return {one for one in new if not any(one[:length] in new for length in range(len(one)))}


def listed(account_id: str, notes: Iterable[str]) -> set[Thing]:
    """What `teardown` says that it leaves in an account: `LogGroup audit: Pulumi leaves it in place.`"""
    names = [note.partition(":")[0].split() for note in notes]
    return {(account_id, *LISTED[kind], name) for kind, name in names}


def _all() -> Iterator[Thing]:
    services: Any = BackendDict
    for service in list(services._instances):
        for account, regions in list(service.items()):
            for region, backend in list(regions.items()) if account != ACCOUNT_OF_MOTO else ():
                for name, value in list(vars(backend).items()):
                    yield from _in(value, (account, region, service.service_name, name))


def _in(value: Any, path: Thing, *, deeper: bool = True) -> Iterator[Thing]:
    """The entries of a collection, and those of the collections of each; of an object, those of its collections."""
    if (path[2], path[-1]) in BOOKKEEPING:
        return
    if isinstance(value, dict):
        for key, one in list(value.items()):
            if isinstance(one, dict | list | set):
                yield from _in(one, (*path, str(key)), deeper=deeper)
            else:
                yield from _entry(one, (*path, str(key)), deeper=deeper)
    elif isinstance(value, list | set):
        for number, one in enumerate(list(value)):
            yield from _entry(one, (*path, _label(one, number)), deeper=deeper)
    elif deeper and _is_model(value):
        for name, collection in list(vars(value).items()):
            if isinstance(collection, dict | list | set):
                yield from _in(collection, (*path, name), deeper=False)


def _entry(one: Any, path: Thing, *, deeper: bool) -> Iterator[Thing]:
    if NOT_LEFT.get(f"{type(one).__module__}.{type(one).__name__}", lambda _: False)(one):
        return
    yield path
    if deeper:
        yield from _in(one, path) if _is_model(one) else ()


def _is_model(value: Any) -> bool:
    """Whether it is an object of moto's that may hold resources. Tags are none: see `BOOKKEEPING`."""
    return type(value).__module__.startswith("moto.") and not isinstance(value, BaseBackend | TaggingService)


def _label(one: Any, number: int) -> str:
    """What tells an entry of a list from the others, wherever it stands."""
    if isinstance(one, dict):
        return json.dumps(one, sort_keys=True, default=str)
    if not _is_model(one):
        return str(one)
    parts = (getattr(one, name, None) for name in ("id", "arn", "name", "type", "set_identifier"))
    return " ".join(part for part in parts if isinstance(part, str)) or f"{type(one).__name__} {number}"
