"""An account's state bucket on the emulated AWS, behind the gate, with the principals that deploy to it."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Generator, Mapping

from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.local.iam_policies import Policies
from tests.support.deployers import POLICY
from tests.support.engine import REGION, World
from tests.support.state_gate import Gate, Principal
from tests.support.state_requests import Backend


@dataclasses.dataclass(frozen=True)
class StateBucket:
    """One account's."""

    world: World
    gate: Gate
    backend: Backend
    bootstrap: StackRun
    """Its bootstrap stack, whose policies and outputs are used."""

    def as_principal(self, name: str, policies: Policies, **context: str) -> dict[str, str]:
        """Environment variables of a principal with these policies, for Pulumi's CLI.

        All of its requests have the `context`.
        """
        arn = f"arn:aws:iam::{self.backend.account}:role/{name}"
        session = self.world.cloud.session(self.backend.account, REGION, arn).environment()
        self.gate.principals[session["AWS_ACCESS_KEY_ID"]] = Principal(name, policies, context)
        return {
            **session,
            "AWS_ENDPOINT_URL_S3": self.gate.url,
            "AWS_ENDPOINT_URL_KMS": self.gate.url,
            "PULUMI_BACKEND_URL": self.bootstrap.exports["backend_url"],
        }

    def as_deployer(self, deployer: str, *more: str, **context: str) -> Mapping[str, str]:
        """The same for `workload`, `edge` or `attached-<stack>`, with its state policies, and further documents."""
        arns = self.bootstrap.exports["state_policy_arns"][deployer]
        documents = [one.inputs["policy"] for one in self.bootstrap.of_type(POLICY) if one.outputs["arn"] in arns]
        return self.as_principal(deployer, Policies(*documents, *more), **context)

    def secrets_provider(self, deployer: str) -> str:
        """What encrypts the secrets of a deployer's stacks."""
        return self.bootstrap.exports["secrets_providers"][deployer]

    def objects(self) -> dict[str, bytes]:
        """The bucket as it is."""
        s3 = self.world.cloud.session(self.backend.account, REGION).client("s3")
        listed = s3.list_objects_v2(Bucket=self.backend.bucket).get("Contents", [])
        return {one["Key"]: s3.get_object(Bucket=self.backend.bucket, Key=one["Key"])["Body"].read() for one in listed}


@contextlib.contextmanager
def state_bucket(world: World, backend: Backend, bootstrap: StackRun) -> Generator[StateBucket]:
    """The bucket and the keys of a bootstrap stack, as it registers them, and the layout of the first login."""
    session = world.cloud.session(backend.account, REGION)
    s3, kms = session.client("s3"), session.client("kms")
    s3.create_bucket(Bucket=backend.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=backend.bucket, Key=".pulumi/meta.yaml", Body=b"version: 1\n")
    aliases = {}
    for alias in bootstrap.of_type("aws:kms/alias:Alias"):
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=alias.inputs["name"], TargetKeyId=key)
        aliases[key] = alias.inputs["name"]
    with Gate(world.cloud.port, backend, aliases) as gate:
        yield StateBucket(world, gate, backend, bootstrap)
