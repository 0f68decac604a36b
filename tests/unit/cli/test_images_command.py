"""`images`: what it prints and exits with, and how it calls crane and skopeo, with stand-ins for both and for ECR."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

from privatelink_ingress.cli.accounts import Accounts, Unseen
from privatelink_ingress.cli.app import app

ROOT = Path(__file__).parents[3]
SHOP = "eks-service/Pulumi.shop.yaml"
DIGEST = "sha256:8d9001d32c6a703d95921a77115050f33dd823d3f1730bd35215dcbecad6dc20"
TAG = "digest-8d9001d32c6a"
REGISTRY = "111111111111.dkr.ecr.eu-west-1.amazonaws.com"
ORIGIN, DESTINATION = f"public.ecr.aws/nginx/nginx-ingress@{DIGEST}", f"{REGISTRY}/shop/nginx-ingress:{TAG}"
PASSWORD = "only-for-standard-input"

# What a tool was called with, and what it found: its password file lives no longer than the call.
TOOL = """#!/bin/sh
PATH=/usr/bin:/bin
echo "${0##*/} $*" >> "@/calls"
cat >> "@/stdin"
[ -n "$DOCKER_CONFIG" ] && cp "$DOCKER_CONFIG/config.json" "@/config.json" && echo "$DOCKER_CONFIG" > "@/folder"
@@
"""
PUSHES = 'case "$*" in *"copy "*) echo "pushed" >&2; touch "@/pushed";; esac'


class Registry:
    """ECR as far as the command asks it: one image, once a tool has pushed it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.repository, self.platforms = folder, True, ["amd64", "arm64"]

    def client(self, service: str) -> Registry:
        assert service == "ecr"
        return self

    def batch_get_image(self, **request: Any) -> dict[str, Any]:
        assert (request["registryId"], request["repositoryName"]) == ("111111111111", "shop/nginx-ingress")
        if not self.repository:
            raise ClientError({"Error": {"Code": "RepositoryNotFoundException"}}, "BatchGetImage")
        if not (self.folder / "pushed").exists():
            return {"images": []}
        parts = [{"platform": {"os": "linux", "architecture": one}} for one in self.platforms]
        image = {"imageManifest": json.dumps({"manifests": parts})}
        return {"images": [image | {"imageId": {"imageDigest": DIGEST, "imageTag": TAG}}]}

    def describe_images(self, **_: Any) -> dict[str, Any]:
        return {"imageDetails": [{"imageTags": [TAG]}]}

    def get_authorization_token(self) -> dict[str, Any]:
        token = base64.b64encode(f"AWS:{PASSWORD}".encode()).decode()
        return {"authorizationData": [{"authorizationToken": token}]}


def write(folder: Path, **keys: Any) -> None:
    """Replace keys of the stack file; None takes one away."""
    yaml = YAML()
    document = yaml.load(folder / SHOP)
    for key, value in keys.items():
        document["config"].pop(f"eks-service:{key}", None)
        if value is not None:
            document["config"][f"eks-service:{key}"] = value
    yaml.dump(document, folder / SHOP)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample stack shop with the controller's image alone, an empty PATH, and where the stand-ins write."""
    for file in ("Pulumi.yaml", "eks-service/Pulumi.yaml", SHOP):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    write(tmp_path, registry=None, sample=None)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("DOCKER_CONFIG", raising=False)
    return tmp_path


@pytest.fixture
def registry(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    found = Registry(folder)
    monkeypatch.setattr(Accounts, "account", lambda *_: found)
    yield found
    # Whatever happened: the password was on no command line.
    if (calls := folder / "calls").exists():
        assert PASSWORD not in calls.read_text()


@pytest.fixture
def tool(folder: Path) -> Callable[..., None]:
    def write(name: str, does: str = PUSHES) -> None:
        path = folder / "bin" / name
        path.write_text(TOOL.replace("@@", does).replace("@", str(folder)))
        path.chmod(0o755)

    return write


def run(folder: Path, *words: str) -> Result:
    result = CliRunner().invoke(app, ["images", *words, "--root", str(folder)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert PASSWORD not in result.output
    return result


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines() if (folder / "calls").exists() else []


@pytest.mark.usefixtures("registry")
def test_crane_copies_by_digest_and_the_digest_is_looked_for_afterwards(folder: Path, tool: Callable[..., None]):
    tool("crane")
    result = run(folder, "copy")
    assert result.exit_code == 0
    assert calls(folder) == [
        f"crane auth login --username AWS --password-stdin {REGISTRY}",
        f"crane copy {ORIGIN} {DESTINATION}",
    ]
    assert [line.strip() for line in result.stdout.splitlines()] == [
        f"shop controller: copying {ORIGIN} to {DESTINATION}",
        f"$ crane auth login --username AWS --password-stdin {REGISTRY}",
        f"$ crane copy {ORIGIN} {DESTINATION}",
        "pushed",
        f"shop controller: copied; the registry has {DIGEST}, tagged {TAG}",
    ]


@pytest.mark.usefixtures("registry")
def test_the_password_goes_to_the_logins_standard_input_alone(folder: Path, tool: Callable[..., None]):
    tool("crane")
    run(folder, "copy")
    assert (folder / "stdin").read_text() == PASSWORD


@pytest.mark.usefixtures("registry")
def test_cranes_login_ends_with_the_copy_and_keeps_the_users_own(folder: Path, tool: Callable[..., None]):
    mine = {"auths": {"source.example.com": {"auth": "x"}}, "credsStore": "desktop", "credHelpers": {"a": "b"}}
    (folder / ".docker").mkdir()
    (folder / ".docker/config.json").write_text(json.dumps(mine))
    tool("crane")
    run(folder, "copy")
    assert json.loads((folder / "config.json").read_text()) == mine | {"credHelpers": {"a": "b", REGISTRY: ""}}
    assert json.loads((folder / ".docker/config.json").read_text()) == mine
    assert not Path((folder / "folder").read_text().strip()).exists()


@pytest.mark.usefixtures("registry")
def test_skopeo_copies_all_platforms_and_keeps_the_digest(folder: Path, tool: Callable[..., None]):
    tool("skopeo")
    assert run(folder, "copy").exit_code == 0
    login, copy = (call.split() for call in calls(folder))
    auth_file = login.pop(login.index("--authfile") + 1)
    assert login == ["skopeo", "login", "--username", "AWS", "--password-stdin", "--authfile", REGISTRY]
    kept = ["--all", "--preserve-digests", "--dest-authfile", auth_file]
    assert copy == ["skopeo", "copy", *kept, f"docker://{ORIGIN}", f"docker://{DESTINATION}"]
    assert not Path(auth_file).parent.exists()


@pytest.mark.usefixtures("registry")
def test_what_is_there_is_not_copied_again_and_takes_no_tool(folder: Path):
    (folder / "pushed").touch()
    result = run(folder, "copy")
    assert (result.exit_code, result.stdout) == (0, f"shop controller: already there, tagged {TAG}\n")


@pytest.mark.usefixtures("registry")
def test_a_dry_run_prints_what_a_person_would_type_and_calls_nothing(folder: Path, tool: Callable[..., None]):
    tool("skopeo")
    result = run(folder, "copy", "--dry-run")
    password = "aws ecr get-login-password --region eu-west-1"
    assert (result.exit_code, calls(folder)) == (0, [])
    assert [line.strip() for line in result.stdout.splitlines()] == [
        "shop controller: would be copied",
        f"$ {password} | skopeo login --username AWS --password-stdin {REGISTRY}",
        f"$ skopeo copy --all --preserve-digests docker://{ORIGIN} docker://{DESTINATION}",
    ]


def test_a_dry_run_without_credentials_and_tools_still_prints_the_commands(folder: Path, monkeypatch):
    def unseen(*_: Any) -> None:
        raise Unseen("no credentials for account 111111111111 (ambient credentials: none)")

    monkeypatch.setattr(Accounts, "account", unseen)
    result = run(folder, "copy", "--dry-run")
    assert result.exit_code == 1
    assert "shop controller: not seen: no credentials for account 111111111111" in result.stdout
    assert "Neither crane nor skopeo is on PATH here" in result.stdout
    assert f"$ crane copy {ORIGIN} {DESTINATION}" in result.stdout


@pytest.mark.usefixtures("registry")
def test_without_a_tool_it_names_both_and_could_not_begin(folder: Path):
    result = run(folder, "copy")
    assert result.exit_code == 2
    assert "PATH: has neither crane nor skopeo" in result.stderr
    assert "--dry-run prints the commands" in result.stderr


@pytest.mark.usefixtures("registry")
@pytest.mark.parametrize(("fails", "called"), [('case "$*" in "auth login"*)', 1), ('case "$*" in "copy"*)', 2)])
def test_a_failure_of_the_tool_is_told_with_its_last_lines(folder: Path, tool: Callable[..., None], fails, called):
    said = "".join(f"echo line {number} >&2; " for number in range(12))
    tool("crane", f"{fails} {said} echo DENIED {PASSWORD} >&2; exit 3;; esac")
    result = run(folder, "copy")
    assert (result.exit_code, len(calls(folder))) == (1, called)
    [reason] = [line for line in result.stdout.splitlines() if "exited with code 3" in line]
    assert "line 5; line 6" in reason
    assert "line 4;" not in reason
    assert reason.endswith("line 11; DENIED [password]")


@pytest.mark.usefixtures("registry")
def test_a_tool_that_only_says_that_it_copied_is_not_believed(folder: Path, tool: Callable[..., None]):
    tool("crane", "exit 0")
    result = run(folder, "copy")
    assert result.exit_code == 1
    assert "crane reported success, but the image in the registry is not the pinned one" in result.stdout
    assert "shop controller: missing: the digest is not in the registry" in result.stdout


def test_a_copy_of_one_platform_alone_is_not_taken_for_the_whole(
    folder: Path, registry: Registry, tool: Callable[..., None]
):
    registry.platforms = ["amd64"]
    tool("crane")
    result = run(folder, "copy")
    assert result.exit_code == 1
    assert "other platforms: the digest is of an index of linux/amd64, without linux/arm64" in result.stdout


def test_a_file_that_cannot_be_run_is_a_reason_and_no_traceback(folder: Path, registry: Registry):
    (folder / "bin/crane").write_text("#!/no/such/interpreter\n")
    (folder / "bin/crane").chmod(0o755)
    result = run(folder, "copy")
    assert result.exit_code == 1
    assert "crane: cannot be run: No such file or directory" in result.stdout


def test_a_repository_that_is_not_made_yet_is_explained_and_nothing_is_copied(
    folder: Path, registry: Registry, tool: Callable[..., None]
):
    registry.repository = False
    tool("crane")
    result = run(folder, "copy")
    assert (result.exit_code, calls(folder)) == (1, [])
    assert "the registry has no repository shop/nginx-ingress in account 111111111111, eu-west-1" in result.stdout
    assert "The stack's first `pulumi up` creates it, and leaves out what needs the image" in result.stdout


def test_a_stack_that_is_not_there_is_answered_with_the_nearest(folder: Path):
    result = run(folder, "status", "--stack", "shp")
    assert result.exit_code == 2
    assert "Did you mean shop?" in result.stderr


def test_a_stack_without_an_image_says_where_to_pin_one(folder: Path):
    write(folder, controller={"install": False})
    named = run(folder, "copy", "--stack", "shop")
    assert named.exit_code == 2
    assert "controller.image: no image is pinned, and controller.install is false" in named.stderr
    every = run(folder, "status", "--json")
    assert (every.exit_code, json.loads(every.stdout)) == (0, {"images": [], "unpinned": ["shop"]})


def test_a_mistake_in_a_stack_file_comes_before_any_question_to_aws(folder: Path):
    (folder / SHOP).write_text((folder / SHOP).read_text().replace(DIGEST, "5.6.3"))
    result = run(folder, "status")
    assert result.exit_code == 1
    assert "controller.image.digest: is '5.6.3'" in result.stderr


def test_every_image_of_a_stack_is_copied_into_its_own_repository(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tool: Callable[..., None]
):
    other = f"sha256:{'e' * 64}"
    image = {"source": "quay.io/team/cart", "digest": other, "tag": "1.4", "platforms": ["linux/amd64"]}
    write(folder, registry={"images": {"cart": image}})
    asked = []

    class Nothing(Registry):
        def batch_get_image(self, **request: Any) -> dict[str, Any]:
            asked.append(request["repositoryName"])
            return {"images": []}

    monkeypatch.setattr(Accounts, "account", lambda *_: Nothing(folder))
    tool("crane")
    result = run(folder, "copy", "--dry-run")
    assert (result.exit_code, asked) == (0, ["shop/nginx-ingress", "shop/cart"])
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert [line for line in lines if "would be" in line] == [
        "shop controller: would be copied",
        "shop cart: would be copied",
    ]
    assert [line for line in lines if "crane copy" in line] == [
        f"$ crane copy {ORIGIN} {DESTINATION}",
        f"$ crane copy quay.io/team/cart@{other} {REGISTRY}/shop/cart:1.4",
    ]
    found = json.loads(run(folder, "status", "--json").stdout)["images"]
    assert [(one["image"], one["state"]) for one in found] == [("controller", "missing"), ("cart", "missing")]
