"""`orphans` on the emulated AWS: what it finds by tag, what it prints to run, and that it only reads."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from privatelink_ingress.cli import orphans as command
from privatelink_ingress.cli.accounts import Accounts
from privatelink_ingress.cli.app import app
from privatelink_ingress.fleet.exported_state import state_of
from privatelink_ingress.fleet.orphans import compare
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.engine import state
from privatelink_ingress.stackfiles import exports
from tests.support.aws_commands import run

ROOT = Path(__file__).parents[2]
WORKLOAD, EDGE, REGION = "111111111111", "222222222222", "eu-west-1"


class Deployed:
    """All sample stacks on one emulated AWS, and their states as exported files."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self.cloud, self.folder = cloud, folder
        deployment = deploy.Deployment(cloud)
        self.exports = {stack.label: state.export(deployment.up(stack)) for stack in deploy.find(ROOT)}

    def orphans(self, *words: str, without: str = "", pending: str = "") -> Result:
        """The command's answer, with resources named `without` missing in the states, or as pending creates there."""
        files = []
        for label, export in self.exports.items():
            changed = json.loads(json.dumps(export))
            deployment = changed["deployment"]
            custom = [one for one in deployment["resources"] if one["type"].startswith("aws:")]
            gone = [one for one in custom if one["urn"].endswith(f"::{without or pending}")]
            deployment["resources"] = [
                independent_of({each["urn"] for each in gone}, one)
                for one in deployment["resources"]
                if one not in gone
            ]
            if pending:
                deployment["pending_operations"] = [{"type": "creating", "resource": one} for one in gone]
            file = self.folder / f"{label.replace('/', '.')}.json"
            file.write_text(json.dumps(changed))
            files += ["--state", str(file)]
        arguments = ["orphans", "--root", str(ROOT), "--endpoint-url", self.cloud.endpoint_url, *files, *words]
        return CliRunner().invoke(app, arguments, catch_exceptions=False)


def independent_of(urns: set[str], resource: dict[str, Any]) -> dict[str, Any]:
    """A resource that does not refer to these: a state has no resource without those that it depends on."""
    kept = {key: value for key, value in resource.items() if key != "propertyDependencies"}
    return kept | {"dependencies": [urn for urn in resource.get("dependencies", ()) if urn not in urns]}


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with Cloud() as cloud:
        yield Deployed(cloud, tmp_path_factory.mktemp("states"))


def test_whole_states_leave_no_orphan(deployed: Deployed) -> None:
    result = deployed.orphans("--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["orphans"], found["pending"], found["not_compared"]) == (0, [], [], [])


TAGGED = (
    "Vpc",
    "Subnet",
    "SecurityGroup",
    "SecurityGroupIngressRule",
    "SecurityGroupEgressRule",
    "VpcEndpoint",
    "FlowLog",
)
TAGGED += ("LoadBalancer", "Listener", "ListenerRule", "TargetGroup", "Certificate", "LogGroup", "Bucket", "Role")


@pytest.mark.parametrize("kind", TAGGED)
def test_a_resource_that_no_state_has_is_an_orphan(deployed: Deployed, kind: str) -> None:
    resources = deployed.exports["central-ingress/prod"]["deployment"]["resources"]
    one = next(r for r in resources if r["type"].startswith("aws:") and r["type"].endswith(f":{kind}"))
    found = json.loads(deployed.orphans("--json", without=one["urn"].rpartition("::")[2]).stdout)["orphans"]
    assert [each["stack"] for each in found if each["type"] == one["type"]] == ["central-ingress/prod"]


def test_an_orphan_that_fits_a_pending_create_can_be_adopted_or_deleted(deployed: Deployed) -> None:
    result = deployed.orphans("--json", pending="shop-nodes")
    [group] = [one for one in json.loads(result.stdout)["orphans"] if one["type"].endswith(":NodeGroup")]
    assert result.exit_code == 1
    [adopt] = group["adopt"]
    name = group["delete"].split()[6]
    assert adopt.startswith(
        f"pulumi -C eks-service import aws:eks/nodeGroup:NodeGroup shop-nodes shop:{name} --stack shop"
    )
    assert " --parent 'parent=urn:pulumi:shop::eks-service::" in adopt
    assert adopt.endswith("::pulumi:providers:aws::eks --protect=false --generate-code=false")
    assert group["delete"].startswith("aws eks delete-nodegroup --cluster-name shop --nodegroup-name ")


def untagged(deployed: Deployed, kind: str, **how: str) -> list[dict[str, Any]]:
    """The orphans of a type without tags, when the edge's state does not have `without` or has `pending`."""
    found = json.loads(deployed.orphans("--json", **how).stdout)["orphans"]
    return [one for one in found if one["type"].endswith(f":{kind}")]


@pytest.mark.parametrize("how", ["without", "pending"])
def test_a_saved_query_is_found_by_its_name_and_our_log_group(deployed: Deployed, how: str) -> None:
    logs = deployed.cloud.session(EDGE, REGION).client("logs")
    named = "central-ingress-prod/firewall-would-block"
    [ours] = logs.describe_query_definitions(queryDefinitionNamePrefix=named)["queryDefinitions"]
    own = {"name": "team/slow-requests", "queryString": "fields @message", "logGroupNames": ours["logGroupNames"]}
    id_ = logs.put_query_definition(**own)["queryDefinitionId"]
    [orphan] = untagged(deployed, "QueryDefinition", **{how: "edge-firewall-would-block"})
    logs.delete_query_definition(queryDefinitionId=id_)
    arn = f"arn:aws:logs:{REGION}:{EDGE}:query-definition:{ours['queryDefinitionId']}"
    assert (orphan["stack"], orphan["arn"]) == ("central-ingress/prod", arn)
    assert orphan["delete"].startswith(
        f"aws logs delete-query-definition --query-definition-id {ours['queryDefinitionId']} "
    )
    adopt = [f"import aws:cloudwatch/queryDefinition:QueryDefinition edge-firewall-would-block {arn} --stack prod"]
    assert [command.partition(" -C central-ingress ")[2][: len(adopt[0])] for command in orphan["adopt"]] == (
        adopt if how == "pending" else []
    )


def test_a_policy_of_our_role_is_an_orphan_only_as_the_result_of_a_pending_create(deployed: Deployed) -> None:
    name = "edge-network-flow-logs"
    assert untagged(deployed, "RolePolicy", without=name) == []
    [orphan] = untagged(deployed, "RolePolicy", pending=name)
    role, _, policy = orphan["arn"].partition(":")
    assert orphan["delete"] == (
        f"aws iam delete-role-policy --role-name {role} --policy-name {policy} --region {REGION}"
    )
    iam = deployed.cloud.session(EDGE, REGION).client("iam")
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == [policy]


def test_pending_creates_of_one_type_are_told_apart(deployed: Deployed) -> None:
    """As on the engine, a pending create has the name that the provider chose, and that name has no import."""
    everything = command.stacks(ROOT)
    accounts = Accounts(profiles=(), endpoint_url=deployed.cloud.endpoint_url)
    found, *_ = command.in_aws([everything[label] for label in deployed.exports], accounts)
    adopted = set()
    for label, export in deployed.exports.items():
        deployment = export["deployment"]
        for type_ in {one["type"] for one in deployment["resources"] if one["type"].startswith("aws:")}:
            creates = [named(one) for one in deployment["resources"] if one["type"] == type_]
            operations = [{"type": "creating", "resource": one} for one in creates]
            document = {"deployment": deployment | {"pending_operations": operations}}
            whole = state_of(exports.parse(document, source=label, failed="failed"))
            state = dataclasses.replace(whole, known=frozenset(pair for pair in whole.known if pair[0] != type_))
            urns = {one["id"]: one["urn"].rpartition("::")[2] for one in creates}
            for orphan in compare(found, [state]).orphans:
                if orphan.adopt and orphan.type == type_:
                    [words] = [one.words for one in orphan.adopt]
                    ids = {words[3], orphan.arn, orphan.arn.rpartition(":")[2], orphan.arn.rpartition("/")[2]}
                    assert words[2] in {urns[id_] for id_ in ids & urns.keys()}
                    adopted.add(type_.rpartition(":")[2])
    assert {"Addon", "Repository", "Subnet", "QueryDefinition", "SecurityGroupIngressRule", "WebAcl"} <= adopted


def named(resource: dict[str, Any]) -> dict[str, Any]:
    chosen = {"name": resource["id"], "__defaults": ["name"]} if resource["type"].endswith(":Role") else {}
    return resource | {"inputs": resource["inputs"] | chosen}


def test_an_attachment_that_aws_no_longer_has_is_read_again(deployed: Deployed) -> None:
    scaling = deployed.cloud.session(WORKLOAD, REGION).client("autoscaling")
    resources = deployed.exports["eks-service/shop"]["deployment"]["resources"]
    [one] = [one for one in resources if one["type"].endswith(":Attachment")]
    inputs = one["inputs"]
    place = {
        "AutoScalingGroupName": inputs["autoscalingGroupName"],
        "TargetGroupARNs": [inputs["lbTargetGroupArn"]],
    }
    assert json.loads(deployed.orphans("--json").stdout)["last"] == []
    scaling.detach_load_balancer_target_groups(**place)
    found = json.loads(deployed.orphans("--json").stdout)["last"]
    scaling.attach_load_balancer_target_groups(**place)
    assert found == [f"pulumi -C eks-service refresh --stack shop --target '{one['urn']}'"]


def test_for_people_each_orphan_has_its_commands_below_it(deployed: Deployed) -> None:
    lines = deployed.orphans(pending="edge-https").stdout.splitlines()
    [place] = [
        number for number, text in enumerate(lines) if text.startswith("central-ingress/prod: Listener arn:aws:")
    ]
    assert lines[place].endswith(" is in no state")
    assert lines[place + 1].startswith("  → pulumi -C ")
    assert lines[place + 2].startswith("  or aws elbv2 delete-listener --listener-arn arn:aws:")


def pending(deployed: Deployed, kind: str) -> dict[str, Any]:
    """The pending creates without an orphan, when the one of this type of the attached stack is pending."""
    resources = deployed.exports["central-ingress/prod-blog"]["deployment"]["resources"]
    [urn] = [one["urn"] for one in resources if one["type"].endswith(f":{kind}")][:1]
    found = json.loads(deployed.orphans("--json", pending=urn.rpartition("::")[2]).stdout)
    return {one["type"].rpartition(":")[2]: one["settle"] for one in found["pending"]}


def test_a_pending_record_is_looked_for_by_the_id_that_its_inputs_tell(deployed: Deployed) -> None:
    command = pending(deployed, "Record")["Record"]
    assert command.startswith("pulumi -C central-ingress import aws:route53/record:Record blog-blog.example.com ")
    assert "_blog.example.com_A --stack prod-blog --parent 'parent=urn:" in command


def test_a_pending_create_that_aws_has_no_result_of_is_forgotten(deployed: Deployed) -> None:
    result = deployed.orphans("--json", pending="blog-0-http-80-0-euw1-az1")
    found = json.loads(result.stdout)
    assert [(one["type"].rpartition(":")[2], one["settle"]) for one in found["pending"]] == [
        ("TargetGroupAttachment", "")
    ]
    assert found["last"] == ["pulumi -C central-ingress refresh --stack prod-blog --clear-pending-creates"]
    assert result.exit_code == 1


def test_the_command_that_forgets_pending_creates_comes_last_and_for_deleted_orphans_too(deployed: Deployed) -> None:
    lines = deployed.orphans(pending="blog-0-0").stdout.splitlines()
    assert lines[-2] == "When all of the above is settled, bring the state up to date with what the run had started:"
    assert lines[-1].endswith("refresh --stack prod-blog --clear-pending-creates")


def test_missing_rights_are_named(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    from botocore.exceptions import ClientError

    from privatelink_ingress.aws import inventory

    def refused(client: Any, operation: str, key: str, **parameters: Any) -> list[Any]:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetResources")

    monkeypatch.setattr(inventory, "read", refused)
    result = deployed.orphans()
    assert result.exit_code == 2
    said = " ".join(result.stderr.split())
    assert (
        "account 111111111111, eu-west-1: cannot be read: ec2:DescribeSecurityGroupRules in account 111111111111"
        in said
    )
    assert ", ".join(inventory.ACTIONS) in said
    assert inventory.ACTIONS == (
        "tag:GetResources",
        "ec2:DescribeTags",
        "ec2:DescribeSecurityGroupRules",
        "iam:GetAccountAuthorizationDetails",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeInternetGateways",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeVpcs",
        "ec2:DescribeVpcEndpointConnectionNotifications",
        "logs:DescribeQueryDefinitions",
        "autoscaling:DescribeAutoScalingGroups",
        "route53:ListQueryLoggingConfigs",
    )


def test_a_stack_that_no_file_is_of_is_refused(deployed: Deployed) -> None:
    result = deployed.orphans("prods")
    assert result.exit_code == 2
    assert "prods: no stack file has this name" in result.stderr


def test_an_orphan_is_gone_after_its_printed_command(deployed: Deployed) -> None:
    logs = deployed.cloud.session(EDGE, REGION).client("logs")
    logs.create_log_group(
        logGroupName="left", tags={"ManagedBy": "privatelink-ingress", "Stack": "central-ingress/prod"}
    )
    [orphan] = [one for one in json.loads(deployed.orphans("--json").stdout)["orphans"] if "left" in one["arn"]]
    assert (orphan["type"], orphan["holds_data"]) == ("aws:cloudwatch/logGroup:LogGroup", True)
    assert orphan["delete"] == "aws logs delete-log-group --log-group-name left --region eu-west-1"
    run(orphan["delete"], deployed.cloud.session(EDGE, REGION))
    assert "left" not in deployed.orphans("--json").stdout


def test_an_endpoint_that_is_deleted_is_no_orphan_although_aws_still_shows_it(deployed: Deployed) -> None:
    ec2 = deployed.cloud.session(EDGE, REGION).client("ec2")
    resources = deployed.exports["central-ingress/prod-blog"]["deployment"]["resources"]
    [endpoint] = [one for one in resources if one["type"].endswith(":VpcEndpoint")]
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["id"]])
    found = json.loads(deployed.orphans("--json", without=endpoint["urn"].rpartition("::")[2]).stdout)["orphans"]
    assert [one["arn"] for one in found if one["type"] == endpoint["type"]] == []


def refused(deployed: Deployed, file: Path, text: str, *words: str) -> str:
    """What `orphans --state` says of a file that it refuses before it reads AWS."""
    file.write_text(text)
    arguments = ["orphans", "--root", str(ROOT), "--endpoint-url", "http://127.0.0.1:9", "--state", str(file), *words]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 2
    return " ".join(result.stderr.replace(str(file), "FILE").split())


def test_an_empty_export_is_refused(deployed: Deployed, tmp_path: Path) -> None:
    said = refused(deployed, tmp_path / "state.json", json.dumps({"version": 3, "deployment": {}}))
    assert "FILE: has no resources, so it does not name its stack" in said
    assert "Leave the file out: nothing is deployed in its stack." in said


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"version": 3, "deploy', '{"deployment": {"resources": [{}]}}']
)
def test_a_file_that_is_no_export_is_refused(deployed: Deployed, tmp_path: Path, text: str) -> None:
    said = refused(deployed, tmp_path / "state.json", text)
    assert "FILE: is not an exported state (" in said
    assert "Write it with `pulumi stack export --file`, and do not edit it." in said


@pytest.mark.parametrize("lacking", ["pulumi:pulumi:Stack", "pulumi:providers:aws", ":Vpc", ":LoadBalancer"])
def test_half_an_export_is_refused_before_its_rest_is_called_orphaned(
    deployed: Deployed, tmp_path: Path, lacking: str
) -> None:
    export = json.loads(json.dumps(deployed.exports["central-ingress/prod"]))
    resources = export["deployment"]["resources"]
    [gone] = [one for one in resources if one["type"].endswith(lacking)][:1]
    resources.remove(gone)
    said = refused(deployed, tmp_path / "state.json", json.dumps(export))
    assert f"lacks a part of its stack: other resources refer to {gone['urn']}, which it does not have" in said
    assert "Write it with `pulumi stack export --file`, and do not edit it." in said


def test_states_are_of_stack_files_and_each_named_stack_has_one(deployed: Deployed, tmp_path: Path) -> None:
    text = json.dumps(deployed.exports["central-ingress/prod"])
    old = text.replace(":prod::central-ingress::", ":old::central-ingress::").replace("ingress-prod", "ingress-old")
    assert "is of central-ingress/old, which has no stack file" in refused(deployed, tmp_path / "state.json", old)
    (tmp_path / "first.json").write_text(text)
    twice = refused(deployed, tmp_path / "second.json", text, "--state", str(tmp_path / "first.json"))
    assert f"{tmp_path / 'first.json'}: is an export of central-ingress/prod, like FILE" in twice
    unnamed = refused(deployed, tmp_path / "state.json", text, "prod-blog")
    assert "central-ingress/prod-blog: is named, and no file of --state is of it" in unnamed
