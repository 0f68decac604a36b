"""docs/logs.md: its stack file loads, and the key policy that it shows is the one that CloudWatch Logs needs."""

from __future__ import annotations

import json
import re
from typing import Any

from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.settings.bootstrap import Roles
from privatelink_ingress.settings.edge import Dns, EdgeSettings, Logs
from privatelink_ingress.settings.workload.cluster import Cluster
from tests.support import documents
from tests.support.programs import REPOSITORY, stack_file

[BLOCK] = documents.yaml("logs.md", "edge-settings")


def test_the_sample_edge_takes_the_settings():
    file = stack_file("central-ingress", "prod")
    texts = dict(file.settings) | {key.partition(":")[2]: json.dumps(value) for key, value in BLOCK.items()}
    loaded = load_edge(texts, project="central-ingress", stack="prod", region="eu-west-1")
    assert isinstance(loaded, EdgeSettings)
    assert (loaded.logs.retention_days, loaded.logs.key_arn) == (
        365,
        "arn:aws:kms:eu-west-1:222222222222:key/0a1b2c3d-0000-4000-8000-123456789012",
    )


def deletion(side: str) -> dict[str, Any]:
    """The settings of a block by their bare keys."""
    [block] = documents.yaml("logs.md", f"{side}-deletion")
    return {key.partition(":")[2]: value for key, value in block.items()}


def test_the_settings_that_delete_logs_are_those_of_both_sides_and_of_the_bootstrap_stack():
    assert Logs.model_validate(deletion("edge")["logs"]).retain_on_delete is False
    assert Cluster.model_validate(deletion("workload")["cluster"]).log_retain_on_delete is False
    given = {**deletion("bootstrap")["roles"], "trust": {"principals": ["arn:aws:iam::111111111111:role/ci"]}}
    given["edge"] |= {"stacks": ["prod"], "hostedZoneIds": ["Z0123456789ABC"]}
    given["workload"] |= {"connections": ["shop"]}
    roles = Roles.model_validate_json(json.dumps(given))
    assert [side.log_deletion for side in (roles.edge, roles.workload) if side] == [True, True]


def test_the_settings_that_lock_the_bucket_load():
    [block] = documents.yaml("logs.md", "edge-lock")
    assert Logs.model_validate(block["central-ingress:logs"]).object_lock == "COMPLIANCE"


def test_the_setting_of_an_existing_bucket_loads():
    [block] = documents.yaml("logs.md", "edge-existing-bucket")
    assert Logs.model_validate(block["central-ingress:logs"]).existing_bucket == "example-load-balancer-logs"


def test_the_setting_of_query_logs_loads():
    [block] = documents.yaml("logs.md", "edge-query-logs")
    assert Dns.model_validate(block["central-ingress:dns"]).query_logs.enabled is True


def test_the_key_policy_admits_the_service_of_the_region_for_log_groups_of_the_account():
    text = (REPOSITORY / "docs" / "logs.md").read_text()
    statement, _ = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", text, re.DOTALL | re.MULTILINE)]
    assert statement["Principal"] == {"Service": "logs.eu-west-1.amazonaws.com"}
    assert statement["Condition"] == {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:222222222222:log-group:*"}
    }
