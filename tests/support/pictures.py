"""The picture of the documents: the report's, of the samples on the emulated AWS."""

from __future__ import annotations

from privatelink_ingress.aws.topology import live
from privatelink_ingress.cli import report, topologies
from privatelink_ingress.cli.views.report import page
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from tests.support.programs import REPOSITORY

FILE = REPOSITORY / "docs" / "pictures" / "samples.svg"


def drawn() -> str:
    """The samples, deployed and drawn."""
    stacks = deploy.find(REPOSITORY)
    with Cloud() as cloud:
        deployment = deploy.Deployment(cloud)
        for stack in stacks:
            deployment.up(stack)
        edges, workloads = ([cloud.session(*place) for place in places] for places in deploy.places(stacks))
        topology = live.load(edges, workloads)
    return page.picture_file(report.system(REPOSITORY, topologies.System(topology=topology), source="emulated AWS"))


def write() -> bool:
    """Write the file; returns whether it changed."""
    FILE.parent.mkdir(exist_ok=True)
    before = FILE.read_text() if FILE.exists() else ""
    FILE.write_text(after := drawn())
    return after != before
