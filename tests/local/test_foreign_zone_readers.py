"""Hosted zones of two other accounts, on an emulated AWS: readers read them with the roles of the stack files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner, Result

from privatelink_ingress.aws.reads import Account
from privatelink_ingress.cli import doctor, preflight
from privatelink_ingress.cli.accounts import Accounts, Unseen
from privatelink_ingress.cli.app import app
from privatelink_ingress.cli.topologies import System, of_aws, of_request
from privatelink_ingress.local import deploy, iam_policies
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud.route53 import prepare_hosted_zone
from privatelink_ingress.plan.account.deployers import hosted_zones
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.trace import trace
from tests.support import reader_calls
from tests.support.preflight_world import PROJECTS
from tests.support.programs import REPOSITORY

OWNER, OTHER_OWNER, REGION = "333333333333", "444444444444", "eu-west-1"
ZONE, OTHER_ZONE = "Z0123456789EXAMPLE", "Z9876543210EXAMPLE"
ROLE, OTHER_ROLE = (f"arn:aws:iam::{owner}:role/privatelink-ingress/records" for owner in (OWNER, OTHER_OWNER))
PLACE, OTHER_PLACE = f"hosted zone {ZONE} of account {OWNER}", f"hosted zone {OTHER_ZONE} of account {OTHER_OWNER}"
URL = "https://shop.example.com/"


class World:
    """The samples, with their hosted zone in one account and that of a second certificate in another."""

    def __init__(self, cloud: Cloud, root: Path) -> None:
        self.cloud, self.root = cloud, root
        for project in PROJECTS:
            shutil.copytree(REPOSITORY / project, root / project)
        shutil.copy(REPOSITORY / "Pulumi.yaml", root)
        entry = f"    {ZONE}:\n      roleArn: {ROLE}\n      externalId: edge-2c81\n"
        other = f"    {OTHER_ZONE}:\n      roleArn: {OTHER_ROLE}\n"
        self._edit("prod", "  central-ingress:dns:", f"  central-ingress:hostedZoneRoles:\n{entry}{other}")
        certificate = f"    - domains: [example.net]\n      zoneId: {OTHER_ZONE}\n"
        self._edit("prod", "  # By default, five managed rule groups", certificate)
        self._edit("prod-blog", "  central-ingress:connections:", f"  central-ingress:hostedZoneRoles:\n{entry}")
        prepare_hosted_zone(OTHER_OWNER, OTHER_ZONE, "example.net")
        deployment = deploy.Deployment(cloud)
        for stack in deploy.find(root):
            deployment.up(stack)

    def _edit(self, stack: str, before: str, text: str) -> None:
        file = self.root / f"central-ingress/Pulumi.{stack}.yaml"
        old = file.read_text()
        assert old.count(before) == 1
        file.write_text(old.replace(before, text + before))

    def accounts(self, *denied: str, by: str = "no credentials") -> Denying:
        return Denying(self.cloud, denied, by)

    def system(self, *denied: str, by: str = "no credentials") -> System:
        return of_aws(self.root, self.accounts(*denied, by=by))

    def run(self, *options: str) -> Result:
        at = ("--endpoint-url", self.cloud.endpoint_url, "--root", str(self.root))
        return CliRunner().invoke(app, [*options, *at])


class Denying(Accounts):
    """Credentials of all accounts but some, which give none or whose Route 53 refuses every call."""

    def __init__(self, cloud: Cloud, denied: tuple[str, ...], by: str) -> None:
        super().__init__(endpoint_url=cloud.endpoint_url)
        self._denied, self._by, self.roles = denied, by, list[tuple[str, str | None, str | None]]()

    def account(
        self, account_id: str, region: str, role_arn: str | None = None, external_id: str | None = None
    ) -> Account:
        self.roles.append((account_id, role_arn, external_id))
        if account_id not in self._denied:
            return super().account(account_id, region, role_arn, external_id)
        if self._by == "no credentials":
            raise Unseen(f"no credentials for account {account_id} ({role_arn}: AccessDenied)")
        return Refusing(account_id, region)


class Refusing:
    """An account of which every read is refused."""

    def __init__(self, account_id: str, region: str) -> None:
        self.account_id, self.region = account_id, region

    def client(self, service: str) -> Any:
        return self

    def get_hosted_zone(self, **parameters: str) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not authorized"}}, "GetHostedZone")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with Cloud() as cloud:
        yield World(cloud, tmp_path_factory.mktemp("foreign-zones"))


def test_both_zones_are_read_each_with_the_role_of_its_account(world: World):
    accounts = world.accounts()
    system = of_aws(world.root, accounts)
    assert system.unread == ()
    assert {(zone.id, zone.name) for zone in system.topology.hosted_zones} == {
        (ZONE, "example.com"),
        (OTHER_ZONE, "example.net"),
    }
    assert all(zone.servers for zone in system.topology.hosted_zones)
    assert [one for one in accounts.roles if one[0] in (OWNER, OTHER_OWNER)] == [
        (OWNER, ROLE, "edge-2c81"),
        (OTHER_OWNER, OTHER_ROLE, None),
    ]
    followed = trace(URL, system.topology)
    assert (followed.outcome, followed.hops[0].evidence) == (
        "reached",
        "shop.example.com A → central-ingress-prod (zone example.com)",
    )
    scope = doctor.published(world.root, ())
    assert [one for one in doctor.report(scope, system).found if one.severity != "not seen"] == []


def test_a_validation_record_that_is_gone_from_a_zone_of_another_account_is_found(world: World):
    route53 = world.cloud.session(OTHER_OWNER, REGION).client("route53")
    listed = route53.list_resource_record_sets(HostedZoneId=OTHER_ZONE)["ResourceRecordSets"]
    [record] = [one for one in listed if one["Type"] == "CNAME"]

    def change(action: str) -> None:
        changes = [{"Action": action, "ResourceRecordSet": record}]
        route53.change_resource_record_sets(HostedZoneId=OTHER_ZONE, ChangeBatch={"Changes": changes})

    change("DELETE")
    found = doctor.report(doctor.published(world.root, ()), world.system()).found
    change("CREATE")
    assert [(one.problem.where, one.severity) for one in found if one.severity != "not seen"] == [
        ("Certificate", "warning")
    ]


@pytest.mark.parametrize("by", ["no credentials", "a refusal"])
def test_a_zone_that_refuses_is_named_with_its_role_and_the_other_is_read(world: World, by: str):
    system = world.system(OTHER_OWNER, by=by)
    [unread] = system.unread
    assert unread.where == OTHER_PLACE
    assert unread.reason.startswith(f"cannot be read with {OTHER_ROLE}: ")
    assert "AccessDenied" in unread.reason
    assert "Let the reader assume this role, or give a profile of that account (--profile)." in unread.remedy
    assert trace(URL, system.topology).hops[0].verdict == "passes"
    report = doctor.report(doctor.published(world.root, ()), system)
    assert [one for one in report.found if one.severity != "not seen"] == []


def test_with_both_refused_the_request_is_followed_all_the_same(world: World):
    system = world.system(OWNER, OTHER_OWNER)
    assert [one.where for one in system.unread] == [PLACE, OTHER_PLACE]
    followed = trace(URL, system.topology)
    assert (followed.hops[0].verdict, followed.outcome) == ("not seen", "reached")


def test_a_trace_reads_the_zones_before_it_follows_the_request(world: World):
    system = of_request(world.root, world.accounts(), Request.parse(URL))
    assert trace(URL, system.topology).outcome == "reached"
    result = world.run("trace", URL, "--live", "--json")
    first = json.loads(result.stdout)["hops"][0]
    assert (result.exit_code, first["verdict"], result.stderr) == (0, "passes", "")


def test_the_printed_policy_lets_the_reader_assume_the_roles_and_the_documented_one_suffices_there(world: World):
    printed = json.loads(world.run("doctor", "--print-policy").stdout)
    [assume] = [one for one in printed["Statement"] if "sts:AssumeRole" in one["Action"]]
    assert (assume["Action"], assume["Resource"]) == (["sts:AssumeRole"], sorted([ROLE, OTHER_ROLE]))
    with reader_calls.recorded() as requests:
        world.system()
    in_zones = [one for one in requests if "hostedzone/Z" in str(one) and one.action.startswith("route53:")]
    assert {one.action for one in in_zones} == {"route53:GetHostedZone", "route53:ListResourceRecordSets"}
    assert iam_policies.Policies(hosted_zones.policy("aws", [ZONE, OTHER_ZONE])).refused(in_zones) == []


def test_preflight_asks_for_the_delegation_of_both(world: World):
    report = preflight.report(preflight.chosen(world.root, ["prod"]), world.accounts())
    assert [one.problem.reason for one in report.found if one.problem.where == "Delegation"] == [
        f"whether {name} is delegated to zone {zone} was not asked in public DNS"
        for zone, name in ((ZONE, "example.com"), (OTHER_ZONE, "example.net"))
    ]


def test_preflight_names_a_zone_whose_account_gives_no_credentials(world: World):
    report = preflight.report(preflight.chosen(world.root, ["prod"]), world.accounts(OTHER_OWNER))
    [told] = [one.problem for one in report.found if one.severity == "error"]
    assert told.where == "Program"
    assert told.reason.startswith(f"certificates[1].zoneId is {OTHER_ZONE}, which cannot be looked up: ")
    assert f"{OTHER_ROLE} was tried." in told.remedy
