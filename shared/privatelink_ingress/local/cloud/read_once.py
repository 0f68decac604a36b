"""What moto works out again at every request, worked out once: a third of the emulator's time."""

from __future__ import annotations

import functools

import boto3
import moto.eks.utils
from moto import backends
from moto.core import responses, utils

# One for all services: each lists every model that botocore has.
utils.create_loader = functools.cache(utils.create_loader)  # ty: ignore[invalid-assignment]

# At every request: which operations a service has, and which services moto has.
responses.method_names_from_class = functools.cache(responses.method_names_from_class)  # ty: ignore[invalid-assignment]
_services = frozenset(backends.list_of_moto_modules())
backends.list_of_moto_modules = lambda: _services  # ty: ignore[invalid-assignment]

# At every role of a cluster or node group: which partitions AWS has.
moto.eks.utils.Session = functools.cache(boto3.Session)  # ty: ignore[invalid-assignment]
