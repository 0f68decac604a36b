"""Certificates of a single domain, as the documents show one, come through the demo."""

from __future__ import annotations

import json
import re
from pathlib import Path

from typer.testing import CliRunner

from privatelink_ingress.cli.app import app
from privatelink_ingress.fleet.check import check
from tests.support import two_shards
from tests.support.programs import REPOSITORY
from tests.support.two_shards import PROD

ATTACHED = "central-ingress/Pulumi.prod-blog.yaml"


def test_a_certificate_of_one_domain_comes_through_the_demo(tmp_path: Path):
    root = two_shards.write(tmp_path, {"shop": 0, "blog": 0})
    documented = (REPOSITORY / "docs/attached-stacks.md").read_text()
    [block] = [one for one in re.findall(r"```yaml\n(.*?)```", documented, re.DOTALL) if "certificate:" in one]
    (root / ATTACHED).write_text(block)
    workload = root / "eks-service/Pulumi.blog.yaml"
    workload.write_text(workload.read_text().replace("blog.example.com", "blog.team.example.com"))
    shard = (root / PROD).read_text()
    assert '- domains: [example.com, "*.example.com"]' in shard
    (root / PROD).write_text(shard.replace('- domains: [example.com, "*.example.com"]', '- domains: ["*.example.com"]'))
    assert [one.problem for one in check(root).findings] == []
    result = CliRunner().invoke(app, ["demo", "--root", str(root), "--out", str(root / ".demo")])
    assert result.exit_code == 0, result.output
    assert "blog.team.example.com (ISSUED)" in result.stdout
    assert "*.example.com (ISSUED)" in result.stdout
    for stack, domain in (("prod", "*.example.com"), ("prod-blog", "blog.team.example.com")):
        state = json.loads((root / f".demo/central-ingress.{stack}.json").read_text())
        resources = state["deployment"]["resources"]
        [made] = [one for one in resources if one["type"] == "aws:acm/certificate:Certificate"]
        assert made["inputs"]["domainName"] == domain
        assert made["outputs"]["subjectAlternativeNames"] == [domain]
