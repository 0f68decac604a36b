"""What a stack file may say of sign-in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from privatelink_ingress.settings import secrets
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.load import SettingsError, load
from privatelink_ingress.settings.sign_in import SignIn
from privatelink_ingress.stackfiles import reader
from privatelink_ingress.stackfiles.reader import StackFile
from tests.support.sign_in import COGNITO, JWT, OIDC, SECRET


def sign_in(**written: Any) -> SignIn | None:
    values = {
        "accountId": "222222222222",
        "owner": "team-platform",
        "certificates": '[{"domains": ["*.example.com"]}]',
        "dns": '{"zoneId": "Z0123456789EXAMPLE"}',
        "connections": json.dumps(
            {
                "shop": {
                    "slot": 0,
                    "owner": "team-shop",
                    "backends": [{"stack": "shop"}],
                    "routes": [{"hosts": ["shop.example.com"]}],
                    "signIn": written,
                }
            }
        ),
    }
    return load(EdgeSettings, values, project="central-ingress", stack="prod").connections["shop"].sign_in


def refused(**written: Any) -> list[str]:
    """Place, reason and remedy of each mistake, below `signIn`."""
    with pytest.raises(SettingsError) as error:
        sign_in(**written)
    assert SECRET not in str(error.value)
    return [
        f"{problem.where.removeprefix('connections.shop.signIn').removeprefix('.')}: {problem.reason}. {problem.remedy}"
        for problem in error.value.problems
    ]


@pytest.mark.parametrize("provider", [{"oidc": OIDC}, {"cognito": COGNITO}, {"jwt": JWT}])
def test_a_connection_has_one_identity_provider(provider: dict[str, Any]) -> None:
    assert sign_in(**provider) is not None
    assert refused(oidc=OIDC, cognito=COGNITO) == [": has oidc and cognito. Write one of oidc, cognito and jwt."]
    assert refused(openPaths=["/health"]) == [": names no identity provider. Write one of oidc, cognito and jwt."]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://login.example.com/t", "which does not begin with https://. Write https://login.example.com/t."),
        ("login.example.com/t", "which does not begin with https://. Write https://login.example.com/t."),
        ("https://login.example.com", "which has no path. Write the whole URL, as the identity provider's"),
        ("https://login.example.com:8443/t", "with port 8443, but the load balancer reaches identity providers on"),
        ("https://login/t", "which is not a URL. Write one such as https://login.example.com/authorize."),
        ("https://me@login.example.com/t", "which is not a URL."),
        ("https://login.example.com:x/t", "which is not a URL."),
        ("https://login.example.com/t#here", "with a fragment. Remove it from # on."),
    ],
)
def test_an_endpoint_is_a_whole_https_url_on_port_443(url: str, said: str) -> None:
    for key in ("authorizationEndpoint", "tokenEndpoint", "userInfoEndpoint"):
        [problem] = refused(oidc={**OIDC, key: url})
        assert problem.startswith(f"oidc.{key}: is {url!r}, {said}")
    [problem] = refused(jwt={**JWT, "jwksEndpoint": url})
    assert problem.startswith(f"jwt.jwksEndpoint: is {url!r}, {said}")


def test_an_issuer_is_an_https_url_that_may_have_no_path() -> None:
    [problem] = refused(oidc={**OIDC, "issuer": "http://login.example.com"})
    assert problem == (
        "oidc.issuer: is 'http://login.example.com', which does not begin with https://. "
        "Write https://login.example.com."
    )
    made = sign_in(oidc={**OIDC, "issuer": "https://login.example.com/realms/shop"})
    assert made is not None
    assert made.oidc is not None
    assert made.oidc.issuer == "https://login.example.com/realms/shop"


def test_a_session_lasts_8_hours_unless_the_file_says_otherwise_and_7_days_at_most() -> None:
    made = sign_in(oidc=OIDC)
    assert made is not None
    assert made.oidc is not None
    assert (made.oidc.session_seconds, made.oidc.scope) == (28_800, "openid")
    [problem] = refused(oidc={**OIDC, "sessionSeconds": 604_801})
    assert problem.startswith("oidc.sessionSeconds: is 604801, but must be at most 604800.")


@pytest.mark.parametrize("wrong", ["", 42, True, ["a"], {"b": "c"}])
def test_a_wrong_client_secret_is_not_repeated(wrong: Any) -> None:
    assert refused(oidc={**OIDC, "clientSecret": wrong}) == [
        "oidc.clientSecret: is empty, or not text. Write the secret as text, encrypted."
    ]


def test_no_text_of_the_settings_shows_the_client_secret() -> None:
    made = sign_in(oidc=OIDC)
    assert made is not None
    for text in (repr(made), str(made), made.model_dump_json(), json.dumps(made.model_dump(mode="json"))):
        assert SECRET not in text


def test_tokens_keep_to_what_the_load_balancer_validates() -> None:
    claim = {"name": "scope", "values": ["a"]}
    assert refused(jwt={**JWT, "claims": [{**claim, "name": "exp"}]}) == [
        "jwt.claims[0].name: is exp, which the load balancer always validates. Remove the claim."
    ]
    assert refused(jwt={**JWT, "claims": [{**claim, "values": ["a", "b"]}]}) == [
        "jwt.claims[0].values: has 2 values, but a claim of format single-string has one. "
        "Write format: string-array or space-separated-values, or one value."
    ]
    assert refused(jwt={**JWT, "claims": [claim, {**claim, "values": ["b"]}]}) == [
        "jwt.claims[1].name: is scope, which another claim has. Write its values once."
    ]
    eleven = [{**claim, "name": f"claim-{number}"} for number in range(11)]
    [problem] = refused(jwt={**JWT, "claims": eleven})
    assert problem == "jwt.claims: has 11 entries, but may have at most 10. Keep to 10."
    [problem] = refused(jwt={**JWT, "issuer": f"https://login.example.com/{'x' * 250}"})
    assert problem.startswith("jwt.issuer: has 276 characters, but may have at most 256.")


def test_a_user_pool_is_named_by_its_arn_and_its_domain_without_a_scheme() -> None:
    [problem] = refused(cognito={**COGNITO, "userPoolArn": COGNITO["userPoolArn"].rpartition("/")[0]})
    assert problem.startswith("cognito.userPoolArn: is 'arn:aws:cognito-idp:eu-west-1:222222222222:userpool'.")
    [problem] = refused(cognito={**COGNITO, "userPoolDomain": "https://example-login.example.com"})
    assert problem.endswith("Write the prefix of the user pool's domain, or its own domain, without https://.")


PLAIN = (
    "connections.shop.signIn.oidc.clientSecret: is plain text, which everyone who reads the file knows\n"
    "    Run `pulumi config set --secret --path 'connections.shop.signIn.oidc.clientSecret'` with a new secret: this "
    "one is no longer "
    "secret."
)


def test_a_client_secret_in_plain_text_is_refused() -> None:
    written: dict[str, Any] = {"shop": {"signIn": {"oidc": OIDC}}}
    [problem] = secrets.plain(written)
    assert str(problem) == PLAIN
    written["shop"]["signIn"] = {"oidc": {**OIDC, "clientSecret": {"secure": "v1:abc"}}}
    assert secrets.plain(written) == []
    for other in (None, [], {"shop": 1}, {"shop": {"signIn": "x"}}, {"shop": {"signIn": {"jwt": JWT}}}):
        assert secrets.plain(other) == []


def written(tmp_path: Path, connections: str) -> StackFile:
    project = tmp_path / "central-ingress"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: central-ingress\nruntime: python\n")
    (project / "Pulumi.prod.yaml").write_text(f"config:\n  central-ingress:connections: {connections}\n")
    return reader.read(project, "prod")


def test_an_emulated_edge_has_stand_ins_for_client_secrets(tmp_path: Path) -> None:
    oidc = json.dumps({**OIDC, "clientSecret": {"secure": "v1:abc"}})
    file = written(tmp_path, f"{{shop: {{slot: 0, signIn: {{oidc: {oidc}}}}}}}")
    assert "central-ingress:connections" not in file.config
    entries = json.loads(secrets.with_stand_ins(file).config["central-ingress:connections"])
    assert entries["shop"]["signIn"]["oidc"] == {**OIDC, "clientSecret": "a stand-in for the secret"}
    assert secrets.plain_in(file) == []
    assert file.encrypted["central-ingress:connections"]["shop"]["signIn"]["oidc"]["clientSecret"] == {
        "secure": "v1:abc"
    }


def test_other_encrypted_values_of_connections_have_none(tmp_path: Path) -> None:
    file = written(tmp_path, "{shop: {slot: 0, owner: {secure: v1:abc}}}")
    assert secrets.with_stand_ins(file) == file
