"""`check`: query logs of one hosted zone in two stack files."""

from __future__ import annotations

from pathlib import Path

from privatelink_ingress.fleet import check
from tests.support.stack_edits import change

PROD, SECOND = "central-ingress/Pulumi.prod.yaml", "central-ingress/Pulumi.second.yaml"


def test_of_the_shards_of_one_zone_one_has_its_query_logs(repository: Path):
    text = (repository / PROD).read_text()
    second = text[: text.index("  central-ingress:connections:")].replace("10.12.0.0/16", "10.13.0.0/16")
    domains = '- domains: [example.com, "*.example.com"]'
    (repository / SECOND).write_text(second.replace(domains, f"{domains}\n      validationRecords: existing"))
    change(repository / PROD, "dns.queryLogs", {"enabled": True})
    assert check.check(repository).findings == []
    change(repository / SECOND, "dns.queryLogs", {"enabled": True})
    [found] = check.check(repository).findings
    assert (found.file, found.problem.where) == (SECOND, "dns.queryLogs.enabled")
    assert found.problem.reason == (
        f"is true, but {PROD} logs the queries of hosted zone Z0123456789EXAMPLE too, and Route 53 keeps one "
        "configuration for each zone"
    )
