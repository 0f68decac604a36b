"""Every command that asks AWS, with credentials that AWS does not admit: where, why and what to do; no traceback."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import botocore.client
import pytest
import typer.main
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, UnauthorizedSSOTokenError
from typer.testing import CliRunner, Result

from privatelink_ingress.cli import deploy, orphans, pulumi_cli
from privatelink_ingress.cli.app import app
from tests.support.refusing_aws import RefusingAws, refusing

EDGE, WORKLOAD = "222222222222", "111111111111"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Command:
    """A command that asks AWS."""

    words: str
    exit_code: int
    place: str
    """What its message is about."""


COMMANDS = (
    Command(words="trace https://shop.example.com/ --live", exit_code=2, place=f"account {EDGE}"),
    Command(words="doctor --live", exit_code=2, place=f"account {EDGE}"),
    Command(words="report --live --file report.html", exit_code=2, place=f"account {EDGE}"),
    Command(words="cost --refresh", exit_code=2, place="pricing"),
    Command(words="orphans", exit_code=2, place=f"account {EDGE}"),
    Command(words="deploy --preview", exit_code=2, place="central-ingress/Pulumi.prod.yaml: accountId"),
    Command(words="teardown --yes", exit_code=2, place="central-ingress/Pulumi.prod.yaml: accountId"),
    Command(words="drift", exit_code=2, place="central-ingress/Pulumi.prod.yaml: accountId"),
    # What these cannot see is one of their findings.
    Command(words="preflight", exit_code=1, place="central-ingress/prod"),
    Command(words="images status", exit_code=1, place="shop"),
    Command(words="images copy --dry-run", exit_code=1, place="shop"),
    Command(words="offboard shop --dry-run", exit_code=1, place="edge account"),
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fault:
    """Why AWS admits nobody, and what the message says."""

    what: str
    set: Callable[[World], object]
    reason: str
    remedy: str
    of_accounts: bool = False
    """Whether it concerns accounts and their roles, which a price list does not ask for."""


class World:
    """The sample stacks, ambient credentials, and an AWS that refuses."""

    def __init__(self, root: Path, aws: RefusingAws, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.aws, self._monkeypatch = root, aws, monkeypatch
        self.profiles: tuple[str, ...] = ()
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_CONFIG_FILE", str(root / "aws-config"))
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("AWS_ENDPOINT_URL", aws.url)
        aws.account = None

    def keys(self) -> None:
        self._monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
        self._monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    def refuse(self, code: str, message: str = "no") -> None:
        self.keys()
        self.aws.error = (code, message)

    def environment(self, name: str, value: str) -> None:
        self._monkeypatch.setenv(name, value)

    def sso(self) -> None:
        profile = ["[profile edge]", "sso_start_url = https://sso.example.com/start", "sso_region = eu-west-1"]
        profile += ["sso_account_id = 222222222222", "sso_role_name = reader"]
        (self.root / "aws-config").write_text("\n".join(profile))
        self.profiles = ("edge",)

    def raising(self, error: Exception) -> None:
        def call(client: Any, operation: str, parameters: Any) -> Any:
            raise error

        self.keys()
        self._monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)

    def is_of(self, account: str) -> None:
        self.keys()
        self.aws.account = account

    def roles(self) -> None:
        """Of all duties, which nobody may assume."""
        self.is_of("333333333333")
        self.aws.error = ("AccessDenied", "not authorized to perform: sts:AssumeRole")
        for project, account, duties in (
            ("eks-service", WORKLOAD, ("network", "iam", "ecr", "eks")),
            ("central-ingress", EDGE, ("network",)),
        ):
            for file in (self.root / project).glob("Pulumi.*.yaml"):
                lines = [f"    {duty}: arn:aws:iam::{account}:role/{duty}-role" for duty in duties]
                file.write_text("\n".join([file.read_text().rstrip("\n"), f"  {project}:roles:", *lines, ""]))


def _answered(code: str, remedy: str, message: str = "no") -> Fault:
    said = f" ({message})" if message != "no" else ""
    return Fault(
        what=f"AWS answers {code}{said}",
        set=lambda world: world.refuse(code, message),
        reason=f"({code}) when calling",
        remedy=remedy,
    )


CLOCK = "Set the clock of this computer"
FAULTS = (
    Fault(
        what="there are no credentials",
        set=lambda world: None,
        reason="Unable to locate credentials",
        remedy="Sign in (`aws sso login`), set AWS_PROFILE, or name a profile with --profile.",
    ),
    Fault(
        what="half of the keys is set",
        set=lambda world: world.environment("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        reason="Partial credentials found",
        remedy="Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY together",
    ),
    Fault(
        what="AWS_PROFILE names no profile",
        set=lambda world: world.environment("AWS_PROFILE", "nobody"),
        reason="The config profile (nobody) could not be found",
        remedy="Name a profile that `aws configure list-profiles` prints, or correct AWS_PROFILE.",
    ),
    Fault(
        what="nobody has signed in to IAM Identity Center with the profile",
        set=lambda world: world.sso(),
        reason="Error loading SSO Token: Token for https://sso.example.com/start does not exist",
        remedy="Sign in again: `aws sso login --profile edge`",
    ),
    Fault(
        what="the login of IAM Identity Center has expired",
        set=lambda world: world.raising(UnauthorizedSSOTokenError()),
        reason="The SSO session associated with this profile has expired or is otherwise invalid",
        remedy="Sign in again: `aws sso login`",
    ),
    Fault(
        what="no endpoint is reached",
        set=lambda world: world.raising(EndpointConnectionError(endpoint_url="https://sts.eu-west-1.amazonaws.com")),
        reason='Could not connect to the endpoint URL: "https://sts.eu-west-1.amazonaws.com"',
        remedy="Run this where the endpoints of AWS can be reached",
    ),
    Fault(
        what="an endpoint does not answer",
        set=lambda world: world.raising(ConnectTimeoutError(endpoint_url="https://sts.eu-west-1.amazonaws.com")),
        reason='Connect timeout on endpoint URL: "https://sts.eu-west-1.amazonaws.com"',
        remedy="Run this where the endpoints of AWS can be reached",
    ),
    _answered("ExpiredToken", "Sign in again: `aws sso login`"),
    _answered("ExpiredTokenException", "Sign in again: `aws sso login`"),
    _answered("RequestExpired", "Sign in again: `aws sso login`"),
    _answered("InvalidClientTokenId", "Replace the access key"),
    _answered("UnrecognizedClientException", "`aws account enable-region --region-name <Region>`"),
    _answered("AuthFailure", "Replace the access key"),
    _answered("SignatureDoesNotMatch", "Correct the secret access key"),
    _answered("SignatureDoesNotMatch", CLOCK, "Signature expired: 20261129T190000Z is now earlier than"),
    _answered("InvalidSignatureException", CLOCK, "Signature not yet current: 20261129T220000Z is still later than"),
    _answered("RequestTimeTooSkewed", CLOCK),
    _answered("OptInRequired", "Enable the Region in this account"),
    Fault(
        what="the credentials are of another account",
        set=lambda world: world.is_of("333333333333"),
        reason="of account 333333333333",
        remedy="--profile",
        of_accounts=True,
    ),
    Fault(
        what="nobody may assume the roles of the stack files",
        set=lambda world: world.roles(),
        reason="not authorized to perform: sts:AssumeRole",
        remedy="Allow these credentials sts:AssumeRole on arn:aws:iam::",
        of_accounts=True,
    ),
)


@pytest.fixture(scope="module", name="aws")
def aws_once() -> Iterator[RefusingAws]:
    with refusing() as server:
        yield server


@pytest.fixture
def world(repository: Path, aws: RefusingAws, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.chdir(repository)
    # Neither Pulumi nor its states matter here: AWS refuses before they are asked, or after.
    monkeypatch.setattr(deploy, "PulumiProcess", lambda: None)
    monkeypatch.setattr(pulumi_cli, "require", lambda *words: None)
    monkeypatch.setattr(pulumi_cli, "version", lambda: None)
    monkeypatch.setattr(orphans, "export", lambda root, labels: [])
    return World(repository, aws, monkeypatch)


def run(world: World, command: Command) -> Result:
    profiles = (word for profile in world.profiles for word in ("--profile", profile))
    return CliRunner().invoke(app, [*command.words.split(), *profiles, "--root", str(world.root)])


def plain(text: str) -> str:
    """Without the breaks of lines, which fall where a terminal ends, and the frames of tables."""
    return re.sub(r"[\s│]+", "", text)


CASES = [
    pytest.param(command, fault, id=f"{command.words.partition(' --')[0]}, {fault.what}")
    for command in COMMANDS
    for fault in FAULTS
    if not (fault.of_accounts and command.place == "pricing")
]


@pytest.mark.parametrize(("command", "fault"), CASES)
def test_a_command_says_where_why_and_what_to_do(world: World, command: Command, fault: Fault):
    fault.set(world)
    files = sorted(world.root.rglob("*"))
    result = run(world, command)
    said = plain(result.stdout + result.stderr)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert (result.exit_code, "Traceback" in said) == (command.exit_code, False), said
    assert [part for part in (command.place, fault.reason, fault.remedy) if plain(part) not in said] == []
    assert sorted(world.root.rglob("*")) == files


def test_no_command_with_profiles_is_left_out():
    def names(command: Any, prefix: tuple[str, ...] = ()) -> Iterator[str]:
        for name, part in getattr(command, "commands", {}).items():
            yield from names(part, (*prefix, name))
        if any(one.name == "profile" for one in command.params):
            yield " ".join(prefix)

    tried = {one.words for one in COMMANDS}
    assert [
        name for name in names(typer.main.get_command(app)) if not any(words.startswith(name) for words in tried)
    ] == []
