"""One saved query finds a request by its trace id in the records of every hop, whatever the hop calls the field."""

from __future__ import annotations

import json
import re

import pytest

from privatelink_ingress.plan.edge.logs import plan_logs, with_trace_ids
from privatelink_ingress.plan.log_queries import FOLLOW_REQUEST, PLACEHOLDER, plan_follow_request
from privatelink_ingress.plan.workload.controller.nginx import LOG_FORMAT
from privatelink_ingress.settings.edge import Logs

ID, OTHER = "1-67891233-abcdef012345678912345678", "1-67891233-000000000000000000000001"


def controller(header: str) -> str:
    """A record of the controller, as Fluent Bit wraps it."""
    values = {"$http_x_amzn_trace_id": header, "$status": "200", "$body_bytes_sent": "5", "$request_time": "0.1"}
    line = re.sub(r"\$\w+", lambda found: values.get(found[0], "x"), LOG_FORMAT)
    assert json.loads(line)["trace_id"] == header
    return json.dumps({"log": line, "kubernetes": {"container_name": "nginx-ingress"}})


def found(records: list[str], id_: str) -> list[str]:
    """What the query returns: its only filter is a substring, which Logs Insights compares with case."""
    (wanted,) = re.findall(r'^\| filter @message like "(.+)"$', FOLLOW_REQUEST.replace(PLACEHOLDER, id_), re.MULTILINE)
    return [record for record in records if wanted in record]


@pytest.mark.parametrize(
    "record",
    [
        # Fields of the hops: access logs and request tracing in the ALB guide, log fields in the WAF guide.
        json.dumps({"traceId": f"Root={ID}", "elbStatusCode": "200"}),
        json.dumps({"action": "ALLOW", "httpRequest": {"requestId": ID, "uri": "/"}}),
        controller(f"Root={ID}"),
        controller(f"Self=1-67891234-12456789abcdef012345678;Root={ID}"),
        json.dumps({"log": f"GET / {ID}", "kubernetes": {"container_name": "app"}}),
    ],
    ids=["load balancer", "firewall", "controller", "controller behind a client's trace", "pod"],
)
def test_the_record_of_every_hop_is_found_by_the_id_and_not_by_another(record: str) -> None:
    assert found([record], ID) == [record]
    assert found([record], OTHER) == []


def test_the_placeholder_has_the_shape_of_an_id_and_matches_no_real_one() -> None:
    shape = r"1-[0-9a-f]{8}-[0-9a-f]{24}"
    assert re.fullmatch(shape, PLACEHOLDER)
    assert re.fullmatch(shape, ID)
    assert FOLLOW_REQUEST.count(PLACEHOLDER) == 1


def test_its_name_begins_with_the_stack() -> None:
    plan = plan_follow_request("central-ingress-prod", ["a", "b"])
    assert (plan.name, plan.log_groups) == ("central-ingress-prod/follow-request", ("a", "b"))


def test_connection_logs_know_no_id_and_without_cloudwatch_no_log_of_the_load_balancer_is_queried() -> None:
    def groups(logs: Logs) -> tuple[str, ...]:
        return with_trace_ids(plan_logs(logs, name="central-ingress-prod", account_id="2" * 12, region="eu-west-1"))

    assert groups(Logs()) == ("/aws/vendedlogs/central-ingress-prod/access",)
    assert groups(Logs(cloudwatch=False)) == ()
