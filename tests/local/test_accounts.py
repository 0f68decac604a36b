"""Whose credentials a command uses for which account, on an emulated AWS that knows callers by their keys."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import boto3
import pytest

from privatelink_ingress.cli.accounts import Accounts, Unseen
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud.session import Session

WORKLOAD, EDGE, REGION = "111111111111", "222222222222", "eu-west-1"


@pytest.fixture
def ambient(cloud: Cloud, edge: Session, workload: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ambient credentials of the edge, and a profile of the workload's owner."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", cloud.endpoint_url)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    for name, value in _keys(edge).items():
        monkeypatch.setenv(name.upper(), value)
    profile = ["[shop]", *(f"{name} = {value}" for name, value in _keys(workload).items())]
    (tmp_path / "credentials").write_text("\n".join(profile))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))


def _keys(session: Session) -> dict[str, str]:
    iam = session.client("iam")
    iam.create_user(UserName="somebody")
    key = iam.create_access_key(UserName="somebody")
    return {
        "aws_access_key_id": key["AccessKey"]["AccessKeyId"],
        "aws_secret_access_key": key["AccessKey"]["SecretAccessKey"],
    }


def _caller(accounts: Accounts, account_id: str, role_arn: str | None = None) -> str:
    return accounts.account(account_id, REGION, role_arn).client("sts").get_caller_identity()["Account"]


@pytest.mark.usefixtures("ambient")
def test_ambient_credentials_serve_their_own_account_and_a_profile_the_other():
    accounts = Accounts(profiles=["shop"])
    assert (_caller(accounts, EDGE), _caller(accounts, WORKLOAD)) == (EDGE, WORKLOAD)


@pytest.mark.usefixtures("ambient")
def test_no_other_account_is_asked_in_its_place():
    with pytest.raises(Unseen, match=r"account 111111111111.*ambient credentials are of account 222222222222"):
        Accounts().account(WORKLOAD, REGION)


@pytest.mark.usefixtures("ambient")
def test_the_role_of_the_stack_file_is_assumed_where_no_credentials_are_of_the_account():
    assert _caller(Accounts(), WORKLOAD, "arn:aws:iam::111111111111:role/network") == WORKLOAD


@pytest.mark.usefixtures("ambient")
def test_a_profile_that_is_not_there_is_a_reason_and_no_traceback():
    with pytest.raises(Unseen, match="profile nobody"):
        Accounts(profiles=["nobody"]).account(WORKLOAD, REGION)


@pytest.mark.usefixtures("ambient")
def test_a_role_of_a_third_account_is_not_taken_for_the_one_that_was_asked():
    with pytest.raises(Unseen, match="is of account 333333333333"):
        Accounts().account(WORKLOAD, REGION, "arn:aws:iam::333333333333:role/network")


@pytest.mark.usefixtures("ambient")
def test_a_role_that_asks_for_an_external_id_is_told_it(monkeypatch: pytest.MonkeyPatch):
    asked: list[dict[str, Any]] = []
    session_client = boto3.Session.client

    def recording(self: boto3.Session, service: str, **options: Any) -> Any:
        client = session_client(self, service, **options)
        client.meta.events.register("before-parameter-build.sts.AssumeRole", lambda params, **_: asked.append(params))
        return client

    monkeypatch.setattr(boto3.Session, "client", recording)
    role = "arn:aws:iam::111111111111:role/network"
    Accounts().account(WORKLOAD, REGION, role, "edge-2c81")
    Accounts().account(WORKLOAD, REGION, role)
    assert [(params["RoleArn"], params.get("ExternalId")) for params in asked] == [(role, "edge-2c81"), (role, None)]
