"""The picture of the system: clients, edge accounts with their load balancers, PrivateLink, workload accounts."""

from __future__ import annotations

from privatelink_ingress.cli.views import tables
from privatelink_ingress.cli.views.report import cells, rows
from privatelink_ingress.cli.views.report.drawing import Drawing
from privatelink_ingress.cli.views.report.layout import NARROW, WIDE, Layout
from privatelink_ingress.cli.views.report.model import System

MOST_ROWS = 16
"""With more backends than these, the picture has a cell for each connection instead of a row."""


def draw(system: System, *, narrow: bool = False, style: str = "") -> str:
    """The picture as SVG.

    Args:
        system: What to show.
        narrow: For a phone: from top to bottom instead of from left to right.
        style: The style sheet of a picture that is a file of its own: without links, and without ids, which differ in
            every deployment. Without it, each connection is a link to `anchor` of its name on the same page.
    """
    connections = len(system.connections)
    title = f"{tables.counted(connections, 'connection')} from clients to workload accounts"
    drawing = Drawing(NARROW if narrow else WIDE, title, key="narrow" if narrow else "wide")
    if style:
        drawing.alone(style)
    many = sum(max(len(one.backends), 1) for one in system.connections) > MOST_ROWS
    kind: type[Layout] = (cells.Narrow if narrow else cells.Wide) if many else (rows.Narrow if narrow else rows.Wide)
    layout = kind(drawing, links=not style)
    for shard in system.shards:
        layout.shard(shard)
    return drawing.finished()
