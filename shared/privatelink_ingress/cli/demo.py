"""`demo`: deploys all stacks of the repository to an emulated AWS, and follows requests through what it built."""

from __future__ import annotations

import dataclasses
import gc
import json
import signal
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TaskID
from rich.table import Table

from privatelink_ingress.aws.topology import live
from privatelink_ingress.cli import expectations, invocation, report, topologies
from privatelink_ingress.cli.running import FILE, Cluster, RunningCloud
from privatelink_ingress.cli.views import progress as bars
from privatelink_ingress.cli.views import tables
from privatelink_ingress.cli.views import trace as trace_view
from privatelink_ingress.fleet import check
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.engine import state
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.plan.workload.images import ImagePlan
from privatelink_ingress.problems import Problem, UsageError
from privatelink_ingress.trace.cluster_objects import read_all
from privatelink_ingress.trace.trace import trace

EMULATOR = (
    "This is an emulator on this machine: moto, made stricter. It proves that both programs run, that their parts fit "
    "and that every hop is open. Real health checks, quotas of an account, DNS and traffic: only AWS can prove those."
)


def demo(root: Path, out: Path, console: Console, *, keep: bool, port: int) -> bool:
    """Deploy the stacks under `root`, write their exports to `out`, print the traces.

    Returns:
        Whether every trace ended as expected.

    Raises:
        UserError: a stack file is wrong, `out` cannot be written, `port` is in use, or the emulated AWS refused a
            resource.
    """
    check.require_right(root)
    stacks = deploy.find(root)
    files = {stack.label: out / f"{stack.label.replace('/', '.')}.json" for stack in stacks}
    _require_writable(out, [*files.values(), out / FILE])
    report.require_writable(out / report.FILE, "Name another directory with --out.")
    with Cloud(port) as cloud:
        deployment = deploy.Deployment(cloud)
        runs = _deploy(deployment, stacks, console)
        for run in runs:
            text = json.dumps(state.export(run), indent=2) + "\n"
            files[f"{run.project}/{run.stack}"].write_text(text, encoding="utf-8")
        edges, workloads = deploy.places(stacks)
        owners = [cloud.session(*place) for place in workloads]
        objects = deployment.objects(owners)
        clusters = read_all(objects)
        fronts = [cloud.session(*place) for place in edges]
        topology = dataclasses.replace(live.load(fronts, owners), clusters=clusters)
        for run in runs:
            if run.exports.get("connections"):
                tables.print_table(console, _connections(run))
        failed = []
        for expected in expectations.of_stacks(stacks):
            found = trace(
                expected.url,
                topology,
                method=expected.method,
                headers=expected.headers,
                source=expected.source,
                speaks=expected.speaks,
                signed_in=True,
            )
            trace_view.show(found, console)
            if not expectations.met(found, expected):
                failed.append(expected)
        console.print(f"State of each stack, as `pulumi stack export` writes it: {escape(str(out))}/", highlight=False)
        console.print(EMULATOR, style="dim")
        for expected in failed:
            console.print(f"Not as expected: {expected}.", style="bold red", highlight=False, soft_wrap=True)
        accounts = {(one.account_id, one.region): one for one in (*fronts, *owners)}
        deployed = topologies.System(topology=topology, accounts=accounts)
        report.write(report.system(root, deployed, source="emulated AWS"), out / report.FILE)
        page = escape(invocation.shown(out / report.FILE))
        console.print(f"Open the report in a browser: {page}", style="bold", highlight=False, soft_wrap=True)
        if keep:
            running = RunningCloud(
                id=cloud.id,
                endpoint_url=cloud.endpoint_url,
                edges=tuple(edges),
                workloads=tuple(workloads),
                clusters=Cluster.of(objects),
            )
            _stay(cloud, running, out, console)
    return not failed


def _deploy(deployment: deploy.Deployment, stacks: list[deploy.Stack], console: Console) -> list[StackRun]:
    runs = []
    totals: dict[str, int] = {}
    with bars.bars(console) as progress:
        for stack in stacks:
            task = bars.start(progress, f"{stack.label} in {stack.settings.account_id}")
            progress.update(task, total=totals.get(stack.file.project))
            run = deployment.up(
                stack,
                on_event=lambda _, task=task: progress.advance(task),
                on_copied=lambda images, stack=stack, task=task: _second_up(stack, images, progress, task),
            )
            bars.finish(progress, task, len(run.registrations))
            totals[stack.file.project] = len(run.registrations)
            runs.append(run)
            # A program leaves cycles of tasks and futures, which the SDK and asyncio would walk in each later run.
            # What survives lives to the end, so no later search looks at it again.
            gc.collect()
            gc.freeze()
    return runs


def _second_up(stack: deploy.Stack, images: Sequence[ImagePlan], progress: Progress, task: TaskID) -> None:
    """Report what happens between a workload's two runs, and count the second one from its start."""
    names = " and ".join(image.name for image in images)
    line = f"{stack.label}: repositories created, placeholders for the images {names} copied; a second up deploys them"
    progress.console.print(line, style="dim", highlight=False, soft_wrap=True)
    progress.reset(task, total=None)


def _connections(run: StackRun) -> Table:
    title = f"Connections of {run.project}/{run.stack}"
    rows = Table(title=title, title_justify="left", title_style="bold", box=None, padding=(0, 2, 0, 0))
    for column in ("name", "hosts", "endpoint service", "addresses", "priority"):
        tables.add_text(rows, column, style="dim")
    for name, connection in sorted(run.exports["connections"].items()):
        backends = connection["backends"]
        rows.add_row(
            name,
            "\n".join(connection["hosts"]),
            "\n".join(backend["endpoint_service_name"].rpartition(".")[2] for backend in backends),
            "\n".join(address for backend in backends for _, address in sorted(backend["addresses"].items())),
            "\n".join(map(str, connection["priorities"])),
        )
    return rows


def _require_writable(out: Path, files: Iterable[Path]) -> None:
    """Try each file before anything is deployed: a file that exists keeps its text."""
    place = out
    try:
        out.mkdir(parents=True, exist_ok=True)
        for place in files:
            new = not place.exists()
            with place.open("ab"):
                pass
            if new:
                place.unlink()
    except OSError as error:
        problem = Problem(str(place), f"cannot be written: {error.strerror}", "Name another directory with --out.")
        raise UsageError("The exports cannot be written", [problem]) from None


def _stay(cloud: Cloud, running: RunningCloud, out: Path, console: Console) -> None:
    """Leave the emulated AWS up until Ctrl-C or a request to terminate."""
    running.write(out)
    console.print(f"\n[bold]The emulated AWS is up at {running.endpoint_url}[/]. Ctrl-C ends it. Look around with:")
    for account, region in dict.fromkeys((*running.edges, *running.workloads)):
        iam = cloud.session(account, region).client("iam")
        user = f"look-around-{region}"  # one account may be in several Regions
        iam.create_user(UserName=user)
        key = iam.create_access_key(UserName=user)["AccessKey"]
        side = "edge" if (account, region) in running.edges else "workload"
        service = "elbv2 describe-load-balancers" if side == "edge" else "ec2 describe-vpc-endpoint-connections"
        console.print(
            f"  # {side} account {account}\n"
            f"  AWS_ACCESS_KEY_ID={key['AccessKeyId']} AWS_SECRET_ACCESS_KEY={key['SecretAccessKey']} \\\n"
            f"    aws --endpoint-url {running.endpoint_url} --region {region} {service}",
            highlight=False,
            soft_wrap=True,
        )
    console.print("  ./run trace https://…   (in another terminal)", highlight=False)
    gc.enable()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        signal.pause()
    except KeyboardInterrupt:
        console.print("The emulated AWS has ended.")
    finally:
        running.forget(out)
