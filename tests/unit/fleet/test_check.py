"""`check`: what it says of the samples, and of each way in which stack files can disagree."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner, Result

from privatelink_ingress.cli.app import app

ROOT = Path(__file__).parents[3]
SHOP, BLOG = "eks-service/Pulumi.shop.yaml", "eks-service/Pulumi.blog.yaml"
PROD, ATTACHED = "central-ingress/Pulumi.prod.yaml", "central-ingress/Pulumi.prod-blog.yaml"


@pytest.fixture
def edit(repository: Path) -> Callable[[str, str, str], None]:
    def replace(file: str, old: str, new: str) -> None:
        text = (repository / file).read_text()
        assert old in text
        (repository / file).write_text(text.replace(old, new))

    return replace


def run(root: Path, *options: str) -> Result:
    return CliRunner().invoke(app, ["check", "--root", str(root), *options])


def found(root: Path) -> list[tuple[str, str, str]]:
    """File, place and reason of every problem."""
    result = run(root, "--json")
    problems = json.loads(result.stdout)["problems"]
    assert result.exit_code == (1 if problems else 0)
    return [(problem["file"], problem["where"], problem["reason"]) for problem in problems]


def test_the_samples_are_right_and_it_says_what_was_checked():
    result = run(ROOT)
    assert result.exit_code == 0
    assert " ".join(result.stdout.split()) == f"4 stack files are right: {PROD}, {ATTACHED}, {BLOG}, {SHOP}."


def test_json_has_what_was_checked_notes_warnings_and_problems(repository: Path):
    assert json.loads(run(repository, "--json").stdout) == {
        "checked": [PROD, ATTACHED, BLOG, SHOP],
        "notes": [],
        "unproven": [],
        "warnings": [],
        "problems": [],
    }


def test_mistakes_of_all_files_come_in_one_list_by_file_without_a_traceback(repository: Path, edit):
    edit(SHOP, "owner:", "ownr:")
    edit(PROD, "slot: 0", "slot: 120")
    result = run(repository)
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert lines == [
        PROD,
        "  connections.shop.slot: is 120, but must be at most 119",
        "    → Write a whole number from 0 to 119.",
        SHOP,
        "  ownr: is not a known key",
        "    → Did you mean owner?",
        "Note: The files are compared with each other once each of them is right.",
        "2 mistakes in 4 stack files.",
    ]


def test_subnets_that_may_be_too_small_are_a_warning_as_in_a_preview(repository: Path, edit):
    edit(SHOP, "instanceTypes: [m7i.large]", "instanceTypes: [g5.xlarge]")
    edit(SHOP, "    cidr: 10.11.0.0/16", "    cidr: 10.11.0.0/16\n    subnetPrefix: 28")
    result = run(repository, "--json")
    report = json.loads(result.stdout)
    assert (result.exit_code, report["problems"]) == (0, [])
    [warning] = report["warnings"]
    assert (warning["file"], warning["where"]) == (SHOP, "network.subnetPrefix")
    assert warning["reason"] == (
        "gives each zone a /28 of 16 addresses, but nodes full of pods take more: 2 of default with 8 each; "
        "endpoints 4, the load balancer 1, EKS 6, AWS 5; 32 together; the addresses per node are a guess for "
        "nodes.instanceTypes"
    )


def test_a_backend_without_a_stack_file(repository: Path, edit):
    edit(ATTACHED, "- stack: blog", "- stack: news")
    assert found(repository) == [(ATTACHED, "connections.blog.backends[0].stack", "is 'news', which has no stack file")]


@pytest.mark.parametrize("name", ["organization/eks-service/blog", "acme/eks-service/blog"])
def test_a_backend_may_be_written_with_organization_and_project(repository: Path, edit, name: str):
    edit(ATTACHED, "- stack: blog", f"- stack: {name}")
    assert found(repository) == []


def test_a_backend_of_another_project_is_no_workload(repository: Path, edit):
    edit(ATTACHED, "- stack: blog", "- stack: organization/central-ingress/blog")
    assert [where for _, where, _ in found(repository)] == ["connections.blog.backends[0].stack"]


def test_a_stack_that_publishes_another_name_than_the_connection(repository: Path, edit):
    edit(BLOG, "  eks-service:owner:", "  eks-service:connectionName: news\n  eks-service:owner:")
    assert [(file, reason) for file, _, reason in found(repository)] == [
        (ATTACHED, "stack blog publishes news, but this edge has no connection of that name")
    ]


def test_two_stacks_with_one_connection_name(repository: Path, edit):
    edit(SHOP, "  eks-service:owner:", "  eks-service:connectionName: blog\n  eks-service:owner:")
    assert (SHOP, "connectionName", f"is blog, which {BLOG} of team-blog has") in found(repository)


def test_sides_in_different_regions(repository: Path, edit):
    edit(BLOG, "aws:region: eu-west-1", "aws:region: eu-west-2")
    edit(BLOG, "euw1", "euw2")
    reason = "stack blog is in eu-west-2 and supports no connections from eu-west-1, where this edge is"
    assert reason in [reason for _, _, reason in found(repository)]


def test_a_file_without_a_region(repository: Path, edit):
    edit(PROD, "  aws:region: eu-west-1\n", "")
    assert found(repository) == [(PROD, "aws:region", "is missing")]


def test_one_route_in_the_files_of_two_stacks_of_a_shard(repository: Path, edit):
    edit(ATTACHED, "hosts: [blog.example.com]\n          paths: [/, /posts/*, /feed.xml]", "hosts: [Shop.example.com]")
    (problem,) = found(repository)
    assert problem[0] == ATTACHED
    assert "connections.shop.routes[0] (team-shop), for example GET https://shop.example.com/" in problem[2]


def test_one_slot_in_the_files_of_two_stacks_of_a_shard(repository: Path, edit):
    edit(ATTACHED, "slot: 1", "slot: 0")
    assert found(repository) == [
        (ATTACHED, "connections.blog.slot", f"is 0, which connection shop of {PROD} has"),
    ]
    assert "another slot. 1 is free." in run(repository).stdout


def test_one_connection_in_the_files_of_two_stacks_of_a_shard(repository: Path, edit):
    text = (repository / PROD).read_text()
    edit(
        ATTACHED,
        (repository / ATTACHED).read_text().partition("connections:\n")[2],
        text.partition("connections:\n")[2],
    )
    assert (ATTACHED, "connections.shop", f"is also in {PROD}, of team-shop") in found(repository)


def test_one_certificate_name_in_the_files_of_two_stacks_of_a_shard(repository: Path, edit):
    for file, connection in ((PROD, "shop"), (ATTACHED, "blog")):
        edit(file, f"[{connection}.example.com]", f"[{connection}.example.org]")
        edit(file, f"owner: team-{connection}\n      b", f"owner: team-{connection}\n      certificate: OWN\n      b")
        edit(file, "OWN", "{domains: [example.org, '*.example.org']}")
    assert (
        PROD,
        "connections.shop.certificate",
        "is for example.org, which is already in connections.blog.certificate",
    ) in found(repository)


def test_an_attached_stack_whose_shard_has_no_file(repository: Path, edit):
    edit(ATTACHED, "edgeStack: prod", "edgeStack: stage")
    assert found(repository) == [(ATTACHED, "edgeStack", "is 'stage', which has no stack file")]
    assert "→ Write one of prod." in run(repository).stdout


def test_an_attached_stack_that_is_attached_to_an_attached_one(repository: Path):
    text = (repository / ATTACHED).read_text().replace("edgeStack: prod", "edgeStack: prod-blog")
    (repository / "central-ingress/Pulumi.more.yaml").write_text(text)
    (problem,) = found(repository)
    assert problem[1:] == ("edgeStack", "is 'prod-blog', which is itself attached to prod")


@pytest.mark.parametrize(
    ("read", "written", "reason"),
    [
        ("/shards/prod", "", f"is /shards/prod, but {PROD} writes its contract to no parameter"),
        ("/shards/prod2", "/shards", f"is /shards/prod2, but {PROD} writes its contract to /shards/prod"),
        ("/shards/prod", "/shards", ""),
        ("arn:aws:ssm:eu-west-1:222222222222:parameter/shards/prod", "/shards", ""),
    ],
)
def test_an_attached_stack_that_reads_a_parameter_its_shard_does_not_write(
    repository: Path, edit, read: str, written: str, reason: str
):
    edit(
        ATTACHED,
        "central-ingress:edgeStack: prod #",
        f"central-ingress:edgeParameter: {read}\n  central-ingress:edgeStack: prod #",
    )
    if written:
        edit(PROD, "central-ingress:owner:", f"central-ingress:contractPrefix: {written}\n  central-ingress:owner:")
    assert found(repository) == ([(ATTACHED, "edgeParameter", reason)] if reason else [])


def test_an_attached_stack_of_another_account_or_region(repository: Path, edit):
    edit(ATTACHED, '"222222222222"', '"333333333333"')
    edit(ATTACHED, "aws:region: eu-west-1", "aws:region: eu-west-2")
    reasons = {where: reason for file, where, reason in found(repository) if file == ATTACHED}
    assert reasons == {
        "accountId": "is 333333333333, but edge stack prod is in account 222222222222",
        "aws:region": "is eu-west-2, but edge stack prod is in eu-west-1",
    }


def test_two_stacks_whose_target_groups_would_have_one_name(repository: Path, edit):
    edit(PROD, "    shop:\n      slot: 0", "    blog-blog:\n      slot: 0")
    reasons = [reason for file, _, reason in found(repository) if file == ATTACHED]
    assert f"gets a target group named prod-blog-blog-…, as blog-blog of {PROD} does" in reasons


def test_fewer_than_two_zones_in_common(repository: Path, edit):
    edit(BLOG, "[euw1-az1, euw1-az2, euw1-az3]", "[euw1-az3, euw1-az4]")
    (problem,) = found(repository)
    assert problem[:2] == (ATTACHED, "connections.blog")
    assert "1 in common, 2 needed" in problem[2]


def test_an_edge_that_a_workload_does_not_admit(repository: Path, edit):
    edit(BLOG, '"222222222222"', '"333333333333"')
    assert found(repository) == [
        (BLOG, "publication.consumers", "do not include account 222222222222, from which edge prod-blog connects")
    ]


def test_an_edge_that_moves_its_subnets_without_the_workloads(repository: Path, edit):
    edit(PROD, "cidr: 10.12.0.0/16", "cidr: 10.20.0.0/16")
    lacks = "lacks 10.20.0.0/23, 10.20.2.0/23, 10.20.4.0/23, from where edge"
    where = "publication.consumers[0].albSubnetCidrs"
    assert found(repository) == [
        (BLOG, where, f"{lacks} prod-blog connects"),
        (SHOP, where, f"{lacks} prod connects"),
    ]
    assert "→ Write [10.20.0.0/23, 10.20.2.0/23, 10.20.4.0/23]" in run(repository).stdout


def test_a_workload_that_admits_more_than_the_edges_subnets(repository: Path, edit):
    edit(BLOG, "10.12.4.0/23]", "10.12.4.0/23, 10.12.6.0/23]")
    (problem,) = found(repository)
    assert problem[2] == "admits 10.12.6.0/23, which is not a load balancer subnet of its edges"


def test_subnets_that_do_not_fit(repository: Path, edit):
    edit(BLOG, "cidr: 10.11.0.0/16", "cidr: 10.11.0.0/22")
    (problem,) = found(repository)
    assert problem[:2] == (BLOG, "network.subnetPrefix")
    assert "no room for a /21 subnet" in problem[2]


def test_a_host_without_a_certificate(repository: Path, edit):
    for file in (ATTACHED, BLOG):
        edit(file, "[blog.example.com]", "[blog.test.example.com]")
    assert found(repository) == [
        (ATTACHED, "connections.blog.routes[0].hosts[0]", "no certificate covers blog.test.example.com")
    ]


def test_zones_left_to_aws_are_assumed_and_said_so(repository: Path, edit):
    for file in (PROD, SHOP):
        edit(file, "zoneIds: [euw1-az1, euw1-az2, euw1-az3]", "zones: 2")
    edit(BLOG, "[euw1-az1, euw1-az2, euw1-az3]", "[euw1-az5, euw1-az6]")
    result = json.loads(run(repository, "--json").stdout)
    # Neither the zones in common nor the edge's subnets can be compared.
    assert result["problems"] == []
    assumed = "network.zoneIds is not set, and only AWS knows the zones; euw1-az1, euw1-az2 are assumed."
    assert result["notes"] == [f"{PROD}: {assumed}", f"{SHOP}: {assumed}"]


def test_a_file_that_is_no_yaml(repository: Path):
    (repository / SHOP).write_text("config:\n  a: [\n")
    (problem,) = found(repository)
    assert problem[0] == SHOP
    assert problem[2].startswith("is not valid YAML")


def test_a_bootstrap_stack_is_checked_too(repository: Path):
    (repository / "Pulumi.edge.yaml").write_text("config: {'bootstrap:accountId': '1', 'bootstrap:owner': team}")
    assert found(repository) == [
        ("Pulumi.edge.yaml", "accountId", "is '1'"),
        ("Pulumi.edge.yaml", "aws:region", "is missing"),
    ]
    (repository / "Pulumi.edge.yaml").write_text(
        "config: {'bootstrap:accountId': '222222222222', 'bootstrap:owner': team}"
    )
    assert found(repository) == [("Pulumi.edge.yaml", "aws:region", "is missing")]


def test_a_project_of_another_kind_is_read_and_noted(repository: Path):
    (repository / "other").mkdir()
    (repository / "other" / "Pulumi.yaml").write_text("name: other")
    (repository / "other" / "Pulumi.x.yaml").write_text("config: {'other:a': 1}")
    report = json.loads(run(repository, "--json").stdout)
    assert report["notes"] == ["other/Pulumi.x.yaml: project other is not part of this system: not checked."]


def test_a_directory_without_projects(tmp_path: Path):
    result = run(tmp_path)
    assert result.exit_code == 1
    assert "There are no projects to check:" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_directory_that_is_not_there_is_wrong_use(tmp_path: Path):
    assert run(tmp_path / "nowhere").exit_code == 2


def test_help_of_every_command_has_an_example():
    overview = CliRunner().invoke(app, ["--help"])
    assert overview.exit_code == 0
    for name in typer.main.get_command(app).commands:  # ty: ignore[missing-attribute]  (a group has them)
        assert name in overview.stdout
        assert f"Example: ./run {name}" in CliRunner().invoke(app, [name, "--help"]).stdout


def test_version_is_that_of_the_package():
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.stdout) == (0, "0.1.0\n")


def test_an_unknown_command_is_wrong_use():
    assert CliRunner().invoke(app, ["chekc"]).exit_code == 2


def test_ctrl_c_ends_with_130_and_no_traceback(monkeypatch: pytest.MonkeyPatch):
    def interrupted(root: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("privatelink_ingress.fleet.check.check", interrupted)
    result = run(ROOT)
    assert (result.exit_code, result.stderr) == (130, "")


def test_check_imports_neither_pulumi_nor_an_aws_client():
    code = (
        "import sys; from privatelink_ingress.cli.app import app\n"
        f"app(['check', '--root', {str(ROOT)!r}], standalone_mode=False)\n"
        "heavy = {'pulumi', 'pulumi_aws', 'moto', 'boto3', 'botocore'}\n"
        "print(sorted(heavy & {name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "privatelink_ingress", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "0.1.0\n"


def test_overlaps_that_are_allowed_are_told(repository: Path, edit):
    for file in (ATTACHED, BLOG):
        edit(file, "hosts: [blog.example.com]", "hosts: [shop.example.com]")
    edit(ATTACHED, "slot: 1", "slot: 1\n      dns: false")
    edit(ATTACHED, "[/, /posts/*, /feed.xml]", "[/posts/*]")
    assert found(repository) == []
    who = "connections.shop.routes[0] (team-shop), as the more specific one"
    assert json.loads(run(repository, "--json").stdout)["notes"] == [
        f"connections.blog.routes[1] (team-blog) answers before {who}: POST https://shop.example.com/comments.",
        f"connections.blog.routes[0] (team-blog) answers before {who}: GET https://shop.example.com/posts/.",
    ]


def test_a_record_that_connections_of_two_files_would_hold(repository: Path, edit):
    for file in (ATTACHED, BLOG):
        edit(file, "hosts: [blog.example.com]", "hosts: [shop.example.com]")
    edit(ATTACHED, "[/, /posts/*, /feed.xml]", "[/posts/*]")
    (problem,) = found(repository)
    assert problem == (
        PROD,
        "connections.shop.routes[0].hosts[0]",
        "connections.blog (team-blog) already has the DNS record of shop.example.com",
    )
