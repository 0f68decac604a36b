"""docs/logs.md: its stack file loads, and the key policy that it shows is the one that CloudWatch Logs needs."""

from __future__ import annotations

import json
import re

from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.settings.edge import EdgeSettings
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


def test_the_key_policy_admits_the_service_of_the_region_for_log_groups_of_the_account():
    text = (REPOSITORY / "docs" / "logs.md").read_text()
    [statement] = [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```", text, re.DOTALL | re.MULTILINE)]
    assert statement["Principal"] == {"Service": "logs.eu-west-1.amazonaws.com"}
    assert statement["Condition"] == {
        "ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:222222222222:log-group:*"}
    }
