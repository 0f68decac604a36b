"""What Pulumi's CLI asks S3 and KMS for while it works on a stack in a bucket: one request per action and object.

Written from `pkg/backend/diy` and `pkg/secrets/cloud` of Pulumi 3.274.1, not from the policies under test;
`tests/engine/test_state_access.py` compares it with what the CLI sends.
"""

from __future__ import annotations

import dataclasses

from privatelink_ingress.local.iam_policies import Request


@dataclasses.dataclass(frozen=True, kw_only=True)
class Backend:
    """One account's bucket, and the key of its objects."""

    account: str
    bucket: str
    region: str = "eu-west-1"
    alias: str = "alias/pulumi-state"

    @property
    def url(self) -> str:
        return f"arn:aws:s3:::{self.bucket}"

    def key(self, action: str, alias: str, **context: str) -> Request:
        """A call of KMS on the key with an alias; `via` names the service that makes it for the caller."""
        known: dict[str, str | list[str]] = {"kms:ResourceAliases": [alias]}
        if via := context.get("via"):
            known["kms:ViaService"] = f"{via}.{self.region}.amazonaws.com"
        return Request(f"kms:{action}", f"arn:aws:kms:{self.region}:{self.account}:key/1", known)

    def object(self, action: str, key: str) -> list[Request]:
        """A call of S3 on an object, with what S3 asks of the bucket's key for it."""
        requests = [Request(f"s3:{action}Object", f"{self.url}/{key}")]
        if action in ("Get", "Put"):
            requests.append(self.key({"Get": "Decrypt", "Put": "GenerateDataKey"}[action], self.alias, via="s3"))
        return requests

    def listing(self) -> Request:
        return Request("s3:ListBucket", self.url)

    def opened(self) -> list[Request]:
        """What every command asks before it knows a stack: the layout, and a list that looks for older ones."""
        return [self.listing(), *self.object("Get", ".pulumi/meta.yaml")]

    def referred(self, stack: str, alias: str) -> list[Request]:
        """A StackReference to a stack, `<project>/<stack>`, whose secrets the key with the alias encrypts."""
        return [self.listing(), *self.object("Get", f".pulumi/stacks/{stack}.json"), self.key("Decrypt", alias)]

    def used(self, stack: str, alias: str) -> list[Request]:
        """All commands on a stack: init, up, preview, refresh, destroy, cancel, export, import, history, tags, rm."""
        name = stack.rpartition("/")[2]
        state, history = f".pulumi/stacks/{stack}", f".pulumi/history/{stack}/{name}-1"
        keys = [
            f"{state}.json",
            f"{state}.json.bak",
            f"{state}.pulumi-tags",
            f"{history}.history.json",
            f"{history}.checkpoint.json",
            f".pulumi/backups/{stack}/{name}.1.json",
            f".pulumi/locks/organization/{stack}/1.json",
        ]
        return [
            *self.opened(),
            # Before the CLI deletes an object, it asks whether the object is there.
            *(request for key in keys for action in ("Get", "Put", "Delete") for request in self.object(action, key)),
            self.key("Encrypt", alias),
            self.key("Decrypt", alias),
        ]
