"""Accounts before their first deployment, in an emulated AWS, and the sample stack files, which can be edited."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from privatelink_ingress.cli import preflight
from privatelink_ingress.cli.accounts import Accounts
from privatelink_ingress.cli.image_sources import Ask
from privatelink_ingress.local import deploy, prerequisites
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud.iam_simulation import OPERATOR
from privatelink_ingress.public_dns.resolver import Address, Resolver
from privatelink_ingress.trace.judgements.findings import Diagnosis
from tests.support.dns_server import DnsServer, Names
from tests.support.programs import REPOSITORY
from tests.support.snapshots import Snapshot

WORKLOAD, EDGE, REGION = "111111111111", "222222222222", "eu-west-1"
ZONE = "Z0123456789EXAMPLE"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
PROJECTS = ("eks-service", "central-ingress")


class Before:
    """Both accounts, with the hosted zone and the role of an administrator, and nothing else. It is delegated."""

    def __init__(self, cloud: Cloud, home: Path, server: DnsServer | None = None) -> None:
        """`server` stands in for public DNS; without one, it is not asked."""
        self.cloud, self.home, self.server = cloud, home, server
        for stack in deploy.find(REPOSITORY):
            prerequisites.prepare(cloud, stack.settings, stack.region)
        self.edge, self.workload = (cloud.session(account, REGION) for account in (EDGE, WORKLOAD))
        for session in (self.edge, self.workload):
            session.client("iam").get_role(RoleName=OPERATOR)
        self.snapshot = Snapshot()
        self.root = REPOSITORY
        self.ask: Ask | None = None
        """Asks the sources of images; None asks none."""
        self.undo: list[Callable[[], object]] = []
        """What a test has to take back itself: a snapshot has no IAM."""
        self._delegate()

    @property
    def names(self) -> Names:
        """What public DNS answers."""
        assert self.server
        return self.server.names

    @property
    def resolver(self) -> str:
        """Its address."""
        assert self.server
        return self.server.address

    @property
    def servers(self) -> list[str]:
        """Name servers of the hosted zone."""
        return self.edge.client("route53").get_hosted_zone(Id=ZONE)["DelegationSet"]["NameServers"]

    def _delegate(self) -> None:
        if self.server:
            vars(self.names).update(vars(Names()))
            self.names.set("example.com", "NS", *self.servers)

    def restore(self) -> None:
        """As it was."""
        while self.undo:
            self.undo.pop()()
        for session in (self.edge, self.workload):
            kms = session.client("kms")
            for one in kms.list_keys()["Keys"]:
                kms.enable_key(KeyId=one["KeyId"])
            s3, sns = session.client("s3"), session.client("sns")
            for one in s3.list_buckets()["Buckets"]:  # a snapshot has neither names of buckets nor topics
                s3.delete_bucket(Bucket=one["Name"])
            for one in sns.list_topics()["Topics"]:
                sns.delete_topic(TopicArn=one["TopicArn"])
        self.snapshot.restore()
        for session in (self.edge, self.workload):
            self._administrator(session.client("iam"))
        self.root = REPOSITORY
        self._delegate()

    @staticmethod
    def _administrator(iam: Any) -> None:
        """The operator's role as it was: a snapshot has no IAM."""
        iam.delete_role_permissions_boundary(RoleName=OPERATOR)
        for name in iam.list_role_policies(RoleName=OPERATOR)["PolicyNames"]:
            iam.delete_role_policy(RoleName=OPERATOR, PolicyName=name)
        iam.attach_role_policy(RoleName=OPERATOR, PolicyArn=ADMINISTRATOR)

    def edit(self, file: str, old: str, new: str) -> None:
        """Replace text of a stack file in a copy of the repository."""
        if self.root == REPOSITORY:
            self.root = self.home / f"repository-{len(list(self.home.iterdir()))}"
            for project in PROJECTS:
                shutil.copytree(REPOSITORY / project, self.root / project)
            shutil.copy(REPOSITORY / "Pulumi.yaml", self.root)
        path = self.root / file
        text = path.read_text()
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new))

    @property
    def accounts(self) -> Accounts:
        return Accounts(endpoint_url=self.cloud.endpoint_url)

    def report(self, *stacks: str) -> preflight.Report:
        resolver = Resolver(Address.parse(self.resolver), seconds=0.5) if self.server else None
        scope = preflight.chosen(self.root, stacks)
        return preflight.report(scope, self.accounts, ask=self.ask, resolver=resolver)

    def found(self, *stacks: str) -> list[Diagnosis]:
        """Errors and warnings, where everything can be read."""
        report = self.report(*stacks)
        assert report.unread == ()
        return [one for one in report.found if one.severity != "not seen"]
