"""The controller's ConfigMap: what it must say, and what is refused because the controller would not refuse it."""

from __future__ import annotations

import json
import re

import pytest

from privatelink_ingress.plan.workload.controller import nginx
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.load import SettingsError, load
from privatelink_ingress.settings.workload.controller import Controller


def config(disk_gib: int = 2, /, **overrides: str) -> dict[str, str]:
    return nginx.config_map(
        trusted_cidrs=("10.11.0.0/21", "10.11.8.0/21"),
        drain_seconds=30,
        disk_gib=disk_gib,
        overrides={key.replace("_", "-"): value for key, value in overrides.items()},
    )


def problem(data: dict[str, str]) -> str:
    with pytest.raises(UserError) as caught:
        nginx.check(data, disk_gib=2)
    [one] = caught.value.problems
    return str(one)


def test_the_data_is_exactly_this():
    data = config()
    assert json.loads(re.sub(r"\$\w+", "0", data.pop("log-format")))
    assert data == {
        "client-max-body-size": "8m",
        "default-server-access-log-off": "True",
        "http-redirect-code": "308",
        "keepalive-timeout": "75s",
        "log-format-escaping": "json",
        "proxy-max-temp-file-size": "0",
        "proxy-read-timeout": "60s",
        "real-ip-header": "X-Forwarded-For",
        "real-ip-recursive": "True",
        "redirect-to-https": "True",
        "server-tokens": "False",
        "set-real-ip-from": "10.11.0.0/21,10.11.8.0/21",
        "ssl-redirect": "False",
        "worker-processes": "4",
        "worker-shutdown-timeout": "30s",
    }


def test_the_redirect_loop_of_a_hostless_ingress_is_switched_off():
    assert config()["ssl-redirect"] == "False"
    assert config()["redirect-to-https"] == "True"


def test_the_log_format_is_the_one_that_nginx_took():
    assert config()["log-format"] == (
        '{"time":"$time_iso8601","remote_addr":"$remote_addr","peer":"$realip_remote_addr","method":"$request_method",'
        '"host":"$host","uri":"$request_uri","status":$status,"bytes":$body_bytes_sent,"request_time":$request_time,'
        '"upstream":"$upstream_addr","upstream_time":"$upstream_response_time","trace_id":"$http_x_amzn_trace_id",'
        '"ua":"$http_user_agent"}'
    )


@pytest.mark.parametrize(
    ("key", "value", "remedy"),
    [
        ("server-tokens", "off", 'Write "True" or "False", in quotes.'),
        ("ssl-redirect", "no", 'Write "True" or "False", in quotes.'),
        ("keepalive-timeout", "75 seconds", "Write a number with ms, s, m or h, such as 60s."),
        ("worker-shutdown-timeout", "30 sec", "Write a number with ms, s, m or h, such as 60s."),
        ("proxy-read-timeout", "abc", "Write a number with ms, s, m or h, such as 60s."),
        ("client-max-body-size", "8MBytes", "Write a number of bytes, or one with k, m or g, such as 8m."),
        ("set-real-ip-from", "10.77.0.0/99", "Write networks such as 10.11.0.0/21, commas between them"),
        ("set-real-ip-from", "", "Write networks such as 10.11.0.0/21, commas between them"),
        ("http-redirect-code", "200", "Write 301 or 302 or 307 or 308."),
        ("worker-processes", "auto", "Write a number from 1 to 99."),
        ("worker-processes", "0", "Write a number from 1 to 99."),
        ("keepalive-timeout", "0s", "Write a number with ms, s, m or h, such as 60s."),
        ("proxy-read-timeout", "60", "Write a number with ms, s, m or h, such as 60s."),
        ("client-max-body-size", "-1", "Write a number of bytes, or one with k, m or g, such as 8m."),
        ("client-max-body-size", "8m;", "Write a number of bytes, or one with k, m or g, such as 8m."),
        ("lb-method", "hash $uri", "Write round_robin or least_conn or ip_hash or random"),
        ("proxy-read-timeout", "60s\n", "Write a number with ms, s, m or h, such as 60s."),
        ("keepalive", "0", "Write a whole number from 1 to 999, in quotes."),
        ("keepalive", "10000000", "Write a whole number from 1 to 999, in quotes."),
        ("worker-rlimit-nofile", "unlimited", "Write a whole number from 1 up, in quotes."),
        ("real-ip-header", "X-Forwarded-For;", "Write the name of a request header."),
        ("log-format", '{"host":"$host\'"}', "without single quotes"),
        ("log-format", '{"host":"$hots"}', "Write a JSON object of $body_bytes_sent"),
        ("log-format", '{"host":$host', "Write a JSON object of $body_bytes_sent"),
    ],
)
def test_a_value_that_would_break_nginx_is_refused_with_its_key_and_a_remedy(key, value, remedy):
    message = problem({key: value})
    assert message.startswith(f"controller.config.{key}: is {value!r}")
    assert remedy in message


def test_trusting_every_sender_is_refused():
    assert "none of them /0" in problem({"set-real-ip-from": "10.11.0.0/21, 0.0.0.0/0"})


def test_a_mistyped_key_is_refused_with_the_nearest_one():
    with pytest.raises(UserError) as caught:
        config(client_max_bodysize="20m")
    assert [str(one) for one in caught.value.problems] == [
        "controller.config.client-max-bodysize: is not a key that this system knows, and the controller would drop it "
        "silently"
        "\n    Did you mean client-max-body-size?"
    ]


def test_snippets_are_not_among_the_known_keys():
    with pytest.raises(UserError, match="location-snippets: is not a key that this system knows"):
        config(location_snippets="return 200;")


@pytest.mark.parametrize("key", sorted(config().keys() - nginx.FREE))
def test_keys_that_the_path_from_the_edge_depends_on_cannot_be_overridden(key):
    with pytest.raises(UserError, match=rf"controller\.config\.{key}: is set by this system.*\n    Remove the key"):
        config(**{key.replace("-", "_"): "True"})


def test_all_mistakes_come_in_one_message():
    with pytest.raises(UserError) as caught:
        config(keepalive_timeout="75 seconds", client_max_body_size="8MBytes")
    assert [one.where for one in caught.value.problems] == [
        "controller.config.client-max-body-size",
        "controller.config.keepalive-timeout",
    ]


def test_a_stack_file_may_raise_the_limits():
    data = config(
        16, client_max_body_size="1g", worker_connections="4096", lb_method="least_conn", worker_processes="2"
    )
    assert (data["client-max-body-size"], data["worker-connections"]) == ("1g", "4096")
    assert (data["lb-method"], data["worker-processes"]) == ("least_conn", "2")


def test_more_workers_than_the_pods_memory_holds_during_a_reload_are_refused():
    assert config(worker_processes="15")["worker-processes"] == "15"
    with pytest.raises(UserError) as caught:
        config(worker_processes="16")
    assert [str(one) for one in caught.value.problems] == [
        "controller.config.worker-processes: needs about 526 MiB during a reload, more than a pod's limit of 512 MiB\n"
        "    Lower it, or worker-connections."
    ]


def test_more_connections_than_the_pods_memory_holds_are_refused():
    assert config(worker_connections="65536")["worker-connections"] == "65536"
    with pytest.raises(UserError, match=r"worker-processes: needs about \d+ MiB"):
        config(worker_connections="200000")


def test_the_default_workers_fit_the_memory_that_a_pod_asks_for():
    assert nginx.memory_mib(config()) == 190 < 256


def test_a_value_that_is_not_text_is_refused_with_its_quotes():
    with pytest.raises(SettingsError) as caught:
        load(Controller, {"install": "false", "config": '{"keepalive": 8}'}, project="eks-service", stack="shop")
    [one] = caught.value.problems
    assert str(one) == 'config.keepalive: is the number 8, but must be text\n    Write it in quotes: "8".'


def test_the_systems_own_values_are_exactly_these():
    assert config().keys() - nginx.FREE == {
        "default-server-access-log-off",
        "log-format",
        "log-format-escaping",
        "real-ip-header",
        "real-ip-recursive",
        "redirect-to-https",
        "server-tokens",
        "set-real-ip-from",
        "ssl-redirect",
        "worker-shutdown-timeout",
    }


@pytest.mark.parametrize(
    "key",
    ["proxy-set-headers", "main-snippets", "server-snippets", "proxy-protocol", "hsts", "error-log-level"],
)
def test_a_key_of_the_controller_that_is_not_checked_here_is_not_passed_on(key: str):
    with pytest.raises(UserError, match=rf"controller\.config\.{key}: is not a key that this system knows"):
        config(**{key.replace("-", "_"): "True"})
