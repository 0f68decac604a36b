"""`onboard`: what it writes, what it leaves alone, and every way in which it is refused."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from privatelink_ingress.cli.app import app

ROOT = Path(__file__).parents[3]
SHOP, BLOG, NEWS = (f"eks-service/Pulumi.{name}.yaml" for name in ("shop", "blog", "news"))
PROD, ATTACHED = "central-ingress/Pulumi.prod.yaml", "central-ingress/Pulumi.prod-blog.yaml"
ADDED = [
    "    news:",
    "      slot: 2",
    "      owner: team-news",
    "      backends:",
    "        - stack: news",
    "      routes:",
    "        - hosts: [news.example.com]",
]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The samples, and a workload stack that no connection uses yet."""
    for file in ("Pulumi.yaml", "eks-service/Pulumi.yaml", "central-ingress/Pulumi.yaml", SHOP, BLOG, PROD, ATTACHED):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    (tmp_path / NEWS).write_text((tmp_path / BLOG).read_text().replace("blog", "news"))
    return tmp_path


@pytest.fixture
def edit(repository: Path) -> Callable[[str, str, str], None]:
    def replace(file: str, old: str, new: str) -> None:
        text = (repository / file).read_text()
        assert old in text
        (repository / file).write_text(text.replace(old, new))

    return replace


def files(root: Path) -> dict[str, bytes]:
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def run(root: Path, *options: str, name: str = "news", stack: str = "news", host: str = "news.example.com") -> Result:
    with contextlib.chdir(root):
        result = CliRunner().invoke(app, ["onboard", name, "--stack", stack, "--host", host, *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def words(text: str) -> str:
    return " ".join(text.split())


def refused(root: Path, *options: str, code: int = 1, **request: str) -> str:
    """The message of a call that changes nothing."""
    before = files(root)
    result = run(root, "--yes", *options, **request)
    assert result.exit_code == code
    assert files(root) == before
    return words(result.stderr)


def right(root: Path) -> bool:
    return CliRunner().invoke(app, ["check", "--root", str(root)]).exit_code == 0


def test_a_connection_is_these_lines_in_one_file_and_check_finds_no_mistake(repository: Path):
    before = files(repository)
    assert run(repository, "--yes").exit_code == 0
    after = files(repository)
    assert {name for name in after if after[name] != before.get(name)} == {PROD}
    old, new = before[PROD].decode().splitlines(), after[PROD].decode().splitlines()
    start = new.index(ADDED[0])
    assert new[start : start + len(ADDED)] == ADDED
    assert new[:start] + new[start + len(ADDED) :] == old
    assert right(repository)


def test_the_output_shows_what_will_be_created_what_it_costs_and_what_to_run(repository: Path):
    output = words(run(repository, "--yes", "--path", "/", "--path", "/feed*").stdout)
    assert "news goes to shard prod, slot 2" in output
    assert "10.12.128.24 in euw1-az1, 10.12.130.24 in euw1-az2, 10.12.132.24 in euw1-az3" in output
    assert "target group prod-news-0-http-80, health check /nginx-health" in output
    assert "rule 81 news.example.com: /" in output
    assert "rule 15081 news.example.com: /feed*" in output
    assert "record news.example.com to the load balancer" in output
    assert "firewall blocks every request with a body above 8,192 bytes" in output
    assert "maintenance answers 503 with connections.news.maintenancePage, or else one line of text" in output
    assert "connections.news.firewall.largeBodies: allow lets it through" in output
    assert "USD a month without traffic" in output
    assert output.endswith("→ pulumi -C central-ingress up --stack prod")


def test_for_a_stack_of_its_own_the_firewalls_setting_is_in_the_shards_file(repository: Path):
    output = words(run(repository, "--yes", "--attached").stdout)
    assert "firewall.hosts.news.example.com.largeBodies: allow in central-ingress/Pulumi.prod.yaml lets it" in output


def test_json_has_the_same_for_a_script_and_writes(repository: Path):
    data = json.loads(run(repository, "--json").stdout)
    assert (data["shard"], data["slot"], data["file"], data["written"]) == ("prod", 2, PROD, True)
    assert data["addresses"] == {"euw1-az1": "10.12.128.24", "euw1-az2": "10.12.130.24", "euw1-az3": "10.12.132.24"}
    assert data["rules"] == [{"priority": 20081, "hosts": ["news.example.com"], "paths": []}]
    assert data["next"] == ["pulumi -C central-ingress up --stack prod"]
    assert ADDED[0] in (repository / PROD).read_text().splitlines()


@pytest.mark.parametrize("options", [("--dry-run",), ("--dry-run", "--json"), ("--attached", "--dry-run")])
def test_a_dry_run_writes_nothing(repository: Path, options: tuple[str, ...]):
    before = files(repository)
    assert run(repository, *options).exit_code == 0
    assert files(repository) == before


def test_without_a_terminal_nothing_is_written_and_the_message_names_the_option_to_add(repository: Path):
    before = files(repository)
    result = run(repository)
    assert result.exit_code == 2
    assert words(result.stderr).endswith(
        "Nothing was written: onboard: cannot ask before it writes, since its input is not a terminal "
        "→ Add --yes to write without asking."
    )
    assert files(repository) == before


def test_a_stack_of_its_own_is_one_new_file_with_the_next_slot_of_the_shard(repository: Path):
    before = files(repository)
    result = run(repository, "--attached", "--yes")
    after = files(repository)
    file = "central-ingress/Pulumi.prod-news.yaml"
    assert {name for name in after if after[name] != before.get(name)} == {file}
    assert after[file].decode().splitlines() == [
        "config:",
        "  aws:region: eu-west-1",
        '  central-ingress:accountId: "222222222222"',
        "  central-ingress:owner: team-news",
        "  central-ingress:environment: production",
        "  central-ingress:edgeStack: prod",
        "  central-ingress:connections:",
        *ADDED,
    ]
    assert right(repository)
    assert words(result.stdout).endswith(
        "→ pulumi -C central-ingress stack select --create prod-news → pulumi -C central-ingress up --stack prod-news"
    )


@pytest.mark.parametrize("options", [(), ("--attached",)])
def test_the_same_call_again_finds_the_connection_and_changes_nothing(repository: Path, options: tuple[str, ...]):
    run(repository, "--yes", *options)
    before = files(repository)
    result = run(repository, "--yes", *options, host="NEWS.example.com")
    assert result.exit_code == 0
    assert "news already exists" in result.stdout
    assert files(repository) == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--host", "b.example.com"), "connections.news.routes: is hosts news.example.com paths /*, not"),
        (("--slot", "9"), "connections.news.slot: is 2, not 9 → Leave out --slot"),
        (("--owner", "team-b"), "connections.news: belongs to team-news, not to team-b"),
        (("--attached",), "connections.news.attached: is false, not true"),
    ],
)
def test_an_existing_name_with_other_settings_is_refused_with_the_differences(repository: Path, options, message: str):
    run(repository, "--yes")
    assert message in refused(repository, *options)


def test_a_connection_in_maintenance_differs_from_the_requested_one(repository: Path, edit):
    run(repository, "--yes")
    edit(PROD, "      owner: team-news\n", "      owner: team-news\n      state: maintenance\n")
    assert "state: is maintenance, not active → Remove the line" in refused(repository)


def test_an_unknown_stack_gets_the_nearest_one(repository: Path):
    message = refused(repository, stack="nwes", code=2)
    assert "--stack: is 'nwes', but no readable stack file of eks-service has that name → Did you mean news?" in message


@pytest.mark.parametrize("stack", ["organization/eks-service/news", "acme/eks-service/news"])
def test_a_stack_may_be_named_in_full(repository: Path, stack: str):
    assert run(repository, "--yes", stack=stack).exit_code == 0
    assert f"        - stack: {stack}" in (repository / PROD).read_text().splitlines()
    assert run(repository, "--yes").exit_code == 0


def test_a_stack_of_another_project_cannot_be_onboarded(repository: Path):
    message = refused(repository, stack="organization/central-ingress/news", code=2)
    assert "is 'organization/central-ingress/news', but no readable stack file of eks-service has that name" in message


def test_a_second_backend_is_refused_with_where_to_write_it(repository: Path):
    message = refused(repository, "--stack", "shop", code=2)
    assert "--stack: is given 2 times, but a connection starts with one backend" in message
    assert "add the second cluster to its backends: it may have two" in message


def test_another_name_than_the_stack_publishes(repository: Path):
    message = refused(repository, name="daily")
    assert "daily: is not the name that stack news publishes, which is news → Name it news" in message


def test_a_name_that_another_owner_holds(repository: Path):
    message = refused(repository, name="blog", stack="news")
    assert f"{ATTACHED}: connections.blog: belongs to team-blog, not to team-news" in message


def test_a_slot_that_is_taken_in_any_stack_of_the_shard_names_holder_and_next_free_one(repository: Path):
    message = refused(repository, "--slot", "1")
    assert f"--slot: is 1, which blog of team-blog ({ATTACHED}) has → Use 2, or leave out --slot." in message


@pytest.mark.parametrize("host", ["shop.example.com", "s*.example.com", "*.example.com"])
def test_hosts_of_another_connection_of_the_same_specificity_are_refused_with_owner_and_request(
    repository: Path, edit, host: str
):
    if "*" in host:
        edit(PROD, "shop.example.com", "sh*.example.com")
    message = refused(repository, host=host)
    assert "answers the same requests as connections.shop.routes[0] (team-shop), for example GET https://" in message


def test_a_host_that_no_certificate_covers(repository: Path):
    assert "no certificate covers news.example.net" in refused(repository, host="news.example.net")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--host", "news"), "routes[0].hosts[1]: is 'news'"),
        (("--path", "feed"), "routes[0].paths[0]: is 'feed'"),
        (("--slot", "120"), "slot: is 120"),
        (("--shard", "prdo"), "--shard: is 'prdo', which has no stack file → Did you mean prod?"),
    ],
)
def test_values_that_no_stack_file_may_have_are_usage_errors(repository: Path, options, message: str):
    assert message in refused(repository, *options, code=2)


def test_a_name_that_no_connection_may_have(repository: Path):
    assert "NAME: is 'News_1'" in refused(repository, name="News_1", code=2)


def test_a_full_shard_names_the_quota_and_how_to_begin_another(repository: Path):
    (repository / PROD).write_text((repository / PROD).read_text() + "\n".join(many(48)))
    message = refused(repository, "--attached")
    assert "51 interface endpoints are needed, but the VPC of shard prod has 50 (quota L-29B6F2EB)" in message
    assert "pulumi -C central-ingress stack init prod-2" in message


@pytest.fixture
def second_shard(repository: Path) -> Path:
    """A full first shard, and an empty second one in a network of its own."""
    text = (repository / PROD).read_text()
    start = text.index("  central-ingress:connections:")
    second = text[:start].replace("10.12.0.0/16", "10.13.0.0/16")
    domains = '- domains: [example.com, "*.example.com"]'
    second = second.replace(domains, f"{domains}\n      validationRecords: existing")
    (repository / "central-ingress/Pulumi.prod-2.yaml").write_text(second)
    (repository / PROD).write_text(text + "\n".join(many(48)))
    return repository


def test_a_connection_goes_to_the_next_shard_when_the_first_is_full(second_shard: Path, edit):
    edit(NEWS, "10.12.", "10.13.")
    data = json.loads(run(second_shard, "--json").stdout)
    assert (data["shard"], data["slot"], data["addresses"]["euw1-az1"]) == ("prod-2", 0, "10.13.128.16")
    assert right(second_shard)


def test_a_full_shard_that_was_requested_names_the_one_with_room(second_shard: Path):
    message = refused(second_shard, "--shard", "prod")
    assert "Put a connection that is not deployed yet in shard prod-2, where slot 0 is free" in message


def test_a_workload_that_admits_only_another_shard_gets_the_networks_to_write(second_shard: Path):
    message = refused(second_shard)
    assert f"{NEWS}: publication.consumers[0].albSubnetCidrs: lacks 10.13.0.0/23, 10.13.2.0/23" in message
    assert "Write [10.13.0.0/23, 10.13.2.0/23, 10.13.4.0/23]" in message


def many(count: int) -> list[str]:
    """Connections of a literal service, beside those of the samples."""
    lines = []
    for place in range(count):
        lines += [
            f"    more{place}:",
            f"      slot: {place + 2}",
            "      owner: team-more",
            "      backends:",
            "        - service:",
            f"            endpointServiceName: com.amazonaws.vpce.eu-west-1.vpce-svc-{place:017x}",
            '            accountId: "111111111111"',
            "            zoneIds: [euw1-az1, euw1-az2, euw1-az3]",
            "      routes:",
            f"        - hosts: [more{place}.example.com]",
        ]
    return [*lines, ""]


def test_a_workload_that_does_not_admit_the_edge_gets_the_exact_lines_and_no_edit(repository: Path, edit):
    edit(NEWS, "222222222222", "333333333333")
    message = refused(repository)
    assert f"{NEWS}: publication.consumers: do not include account 222222222222, from which prod connects" in message
    lines = '- accountId: "222222222222" albSubnetCidrs: [10.12.0.0/23, 10.12.2.0/23, 10.12.4.0/23]'
    assert message.endswith(f"Ask team-news to add these lines below, or use --edit-workload: {lines}")


def test_with_edit_workload_both_files_change_and_both_stacks_are_to_deploy(repository: Path, edit):
    edit(NEWS, "222222222222", "333333333333")
    before = files(repository)
    data = json.loads(run(repository, "--edit-workload", "--json").stdout)
    after = files(repository)
    assert {name for name in after if after[name] != before[name]} == {PROD, NEWS}
    assert data["next"] == ["pulumi -C eks-service up --stack news", "pulumi -C central-ingress up --stack prod"]
    assert right(repository)


def test_a_full_disk_writes_neither_of_two_files(repository: Path, edit, monkeypatch: pytest.MonkeyPatch):
    edit(NEWS, "222222222222", "333333333333")
    calls = []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert "No space left on device" in refused(repository, "--edit-workload")
    assert run(repository, "--edit-workload", "--yes").exit_code == 0
    assert right(repository)


def test_a_file_with_a_mistake_is_reported_before_anything_is_planned(repository: Path, edit):
    edit(SHOP, "owner:", "ownr:")
    assert f"{SHOP}: ownr: is not a known key" in refused(repository)


@pytest.fixture
def pulumi(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in for the CLI: it notes its arguments, and fails while a file says so."""
    home = tmp_path_factory.mktemp("bin")
    script = home / "pulumi"
    script.write_text(f'#!/bin/sh\necho "$PWD $@" >> {home}/calls\ntest ! -e {home}/broken\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{home}{os.pathsep}{os.environ['PATH']}")
    return home


def test_run_deploys_from_the_top_of_the_repository(repository: Path, pulumi: Path):
    assert run(repository, "--attached", "--yes", "--run").exit_code == 0
    assert (pulumi / "calls").read_text().splitlines() == [
        f"{repository} -C central-ingress stack select --create prod-news",
        f"{repository} -C central-ingress up --stack prod-news",
    ]


def test_a_failed_run_leaves_the_files_right_and_the_same_call_goes_on(repository: Path, pulumi: Path):
    (pulumi / "broken").touch()
    result = run(repository, "--yes", "--run")
    assert result.exit_code == 1
    assert "pulumi -C central-ingress up --stack prod: exited with code 1" in words(result.stderr)
    assert right(repository)
    (pulumi / "broken").unlink()
    assert run(repository, "--yes", "--run").exit_code == 0
    assert len((pulumi / "calls").read_text().splitlines()) == 2


def test_run_without_pulumi_is_refused_before_anything_is_written(repository: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    assert "--run: needs pulumi, which is not on PATH" in refused(repository, "--run", code=2)
