"""Every stack file that docs/publication.md shows is one that the settings take."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from privatelink_ingress.plan.workload.notifications import plan_notifications
from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.settings.bootstrap import Roles
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.workload.publication import Publication

DOCUMENT = (Path(__file__).parents[3] / "docs" / "publication.md").read_text()


def shown() -> dict[str, Any]:
    """The values by key, of all blocks."""
    blocks = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)
    return {key: value for block in blocks for key, value in YAML(typ="safe").load(textwrap.dedent(block)).items()}


def test_the_document_shows_one_key_of_each_project():
    assert set(shown()) == {"eks-service:publication", "bootstrap:roles", "central-ingress:connections"}


def test_the_publication_is_right_and_its_topic_where_the_service_is():
    publication = Publication.model_validate_json(json.dumps(shown()["eks-service:publication"]))
    assert publication.acceptance_required is True
    assert plan_notifications(publication.notifications, account_id="111111111111", region="eu-west-1")


def test_the_backend_names_the_role_that_the_bootstrap_makes():
    roles = Roles.model_validate_json(json.dumps(shown()["bootstrap:roles"]))
    assert roles.workload
    (name,) = roles.workload.accepters
    shop = {"slot": 0, "owner": "team-shop", "routes": [{"hosts": ["shop.example.com"]}]}
    entry = {**shop, **shown()["central-ingress:connections"]["shop"]}
    values = {
        "accountId": "222222222222",
        "owner": "team-platform",
        "dns": json.dumps({"zoneId": "Z0123456789EXAMPLE"}),
        "certificates": json.dumps([{"domains": ["*.example.com"]}]),
        "connections": json.dumps({"shop": entry}),
    }
    settings = load_edge(values, project="central-ingress", stack="prod")
    assert isinstance(settings, EdgeSettings)
    (backend,) = settings.connections["shop"].backends
    assert backend.accepter_role_arn == f"arn:aws:iam::111111111111:role/privatelink-ingress/ingress-accepter-{name}"
    assert backend.accepter_external_id == roles.workload.accepters[name].external_id


def test_the_topics_policy_names_the_topic_of_the_sample():
    (block,) = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    statement = json.loads(block)
    assert statement["Resource"] == shown()["eks-service:publication"]["notifications"]["topicArn"]
    assert statement["Principal"] == {"Service": "vpce.amazonaws.com"}
