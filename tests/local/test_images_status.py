"""`images` on the emulated ECR: what it says of an image that is there, is missing or is another one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from privatelink_ingress.cli import invocation
from privatelink_ingress.cli.app import app
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud.session import Session

ROOT = Path(__file__).parents[2]
SHOP, REPOSITORY = "eks-service/Pulumi.shop.yaml", "shop/nginx-ingress"
SAMPLE = "sha256:8d9001d32c6a703d95921a77115050f33dd823d3f1730bd35215dcbecad6dc20"
INDEX = "application/vnd.oci.image.index.v1+json"
ONE = "application/vnd.oci.image.manifest.v1+json"


def index(*architectures: str) -> str:
    """An index as builders push it: each platform's image, and its attestations."""
    parts = [
        {"digest": f"sha256:{name:0<64}", "platform": {"os": "linux", "architecture": name}} for name in architectures
    ]
    parts.append({"digest": f"sha256:{'0' * 64}", "platform": {"os": "unknown", "architecture": "unknown"}})
    return json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": parts})


def digest(manifest: str) -> str:
    return f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}"


BOTH = index("amd64", "arm64")


class World:
    """The sample stack shop, without the sample application and with an image of its own pinned, and its account."""

    def __init__(self, root: Path, cloud: Cloud, workload: Session) -> None:
        self.root, self.cloud, self.ecr = root, cloud, workload.client("ecr")
        for file in ("Pulumi.yaml", "eks-service/Pulumi.yaml", SHOP):
            (root / file).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / file, root / file)
        self.pin(BOTH)

    def pin(self, manifest: str, **more: str) -> None:
        lines = "".join(f"\n      {key}: {value}" for key, value in more.items())
        text = (ROOT / SHOP).read_text()
        start = text.index("  # Answers on the published host")
        alone = text[:start] + text[text.index("  # The edge account", start) :]
        (self.root / SHOP).write_text(alone.replace(f"digest: {SAMPLE}", f"digest: {digest(manifest)}{lines}"))

    def repository(self) -> None:
        self.ecr.create_repository(repositoryName=REPOSITORY, imageTagMutability="IMMUTABLE")

    def push(self, manifest: str, tag: str | None = None, *, media: str = INDEX) -> None:
        tagged = {"imageTag": tag} if tag else {}
        self.ecr.put_image(
            repositoryName=REPOSITORY,
            imageManifest=manifest,
            imageManifestMediaType=media,
            imageDigest=digest(manifest),
            **tagged,
        )

    def status(self, *options: str) -> tuple[int, str]:
        words = ["images", "status", "--root", str(self.root), "--endpoint-url", self.cloud.endpoint_url, *options]
        result = CliRunner().invoke(app, words)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.stdout

    def found(self) -> tuple[int, dict[str, Any]]:
        code, text = self.status("--json")
        [image] = json.loads(text)["images"]
        return code, image


def copy_command(world: World) -> str:
    return f"privatelink-ingress images copy --root {invocation.shown(world.root)} --stack shop"


@pytest.fixture
def world(tmp_path: Path, cloud: Cloud, workload: Session) -> World:
    return World(tmp_path, cloud, workload)


def test_a_copied_image_is_there_by_digest_with_its_tags_and_platforms(world: World):
    world.repository()
    world.push(BOTH, "5.6.3")
    code, image = world.found()
    assert code == 0
    assert (image["state"], image["tags"], image["platforms"], image["commands"]) == (
        "there",
        ["5.6.3"],
        ["linux/amd64", "linux/arm64"],
        [],
    )
    assert world.status() == (0, "shop controller: there: tagged 5.6.3, of linux/amd64, linux/arm64\n")


def test_a_missing_image_comes_with_the_commands_that_copy_it(world: World):
    world.repository()
    code, image = world.found()
    registry = "111111111111.dkr.ecr.eu-west-1.amazonaws.com"
    assert (code, image["state"]) == (1, "missing")
    assert image["commands"][0] == copy_command(world)
    assert image["commands"][-1].endswith(f"{registry}/{REPOSITORY}:digest-{digest(BOTH)[7:19]}")
    assert f"public.ecr.aws/nginx/nginx-ingress@{digest(BOTH)}" in image["commands"][-1]
    code, text = world.status()
    assert code == 1
    assert all(command in text for command in image["commands"])


def test_before_the_first_up_it_says_who_makes_the_repository(world: World):
    code, image = world.found()
    assert (code, image["state"], image["commands"]) == (1, "no repository", [])
    assert image["remedy"].startswith("The stack's first `pulumi up` creates it, and leaves out what needs the image")


def test_an_image_without_a_tag_is_about_to_expire_and_to_be_copied_again(world: World):
    world.repository()
    world.push(BOTH)
    code, image = world.found()
    assert (code, image["state"]) == (1, "untagged")
    assert image["commands"][0] == copy_command(world)


def test_an_index_that_lacks_a_platform_is_named_with_what_it_has(world: World):
    world.pin(index("amd64"))
    world.repository()
    world.push(index("amd64"), "5.6.3")
    code, image = world.found()
    assert (code, image["state"]) == (1, "other platforms")
    assert image["reason"] == "the digest is of an index of linux/amd64, without linux/arm64"


def test_a_digest_of_one_platform_alone_is_no_index(world: World):
    single = json.dumps({"schemaVersion": 2, "mediaType": ONE, "config": {}, "layers": []})
    world.pin(single)
    world.repository()
    world.push(single, "5.6.3", media=ONE)
    code, image = world.found()
    assert (code, image["state"], image["platforms"]) == (1, "other platforms", None)
    assert "one image and no index" in image["reason"]


def test_a_tag_that_another_digest_has_is_told_before_a_push_is_refused(world: World):
    world.pin(BOTH, tag="5.6.3")
    world.repository()
    world.push(index("arm64"), "5.6.3")
    code, image = world.found()
    assert (code, image["state"], image["commands"]) == (1, "tag taken", [])
    assert f"tag 5.6.3 is of {digest(index('arm64'))}" in image["reason"]


def test_another_stacks_name_finds_nothing_to_ask_for(world: World):
    assert world.status("--stack", "blog") == (2, "")


def test_copy_brings_a_missing_image_and_a_second_one_finds_it(
    world: World, workload: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    world.repository()
    (tmp_path / "index.json").write_text(BOTH)
    (tmp_path / "bin").mkdir()
    # In place of crane: reads the password, and pushes as the registry's API does.
    crane = f"""#!{sys.executable}
import sys
if sys.argv[1] == "auth":
    sys.exit(sys.stdin.read() != "111111111111-auth-token")
from privatelink_ingress.local.cloud.session import Session
Session({world.cloud.endpoint_url!r}, "111111111111", "eu-west-1").client("ecr").put_image(
    repositoryName={REPOSITORY!r}, imageManifest=open({str(tmp_path / "index.json")!r}).read(),
    imageManifestMediaType={INDEX!r}, imageDigest=sys.argv[2].partition("@")[2], imageTag=sys.argv[3].split(":")[1])
"""
    (tmp_path / "bin/crane").write_text(crane)
    (tmp_path / "bin/crane").chmod(0o755)
    iam = workload.client("iam")
    iam.create_user(UserName="somebody")
    key = iam.create_access_key(UserName="somebody")["AccessKey"]
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_ENDPOINT_URL", world.cloud.endpoint_url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    words = ["images", "copy", "--stack", "shop", "--root", str(world.root)]
    tag = f"digest-{digest(BOTH)[7:19]}"
    first = CliRunner().invoke(app, words)
    assert first.exit_code == 0, first.output
    assert first.stdout.splitlines()[-1] == f"shop controller: copied; the registry has {digest(BOTH)}, tagged {tag}"
    assert "auth-token" not in first.output
    second = CliRunner().invoke(app, words)
    assert (second.exit_code, second.stdout) == (0, f"shop controller: already there, tagged {tag}\n")
