"""The file of a kept demo: whatever is in it, `trace` says what is wrong, and never follows another program."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from privatelink_ingress.cli import demo
from privatelink_ingress.cli.running import FILE, RunningCloud, topology_of
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.problems import Problem, UsageError

RUN = "Run `./run demo --keep` in another terminal, then repeat this command; or use --live or --state."
END = f"End the demo that wrote it, if it still runs. {RUN}"
REPOSITORY = Path(__file__).parents[2]


def note(**changes: Any) -> dict[str, Any]:
    whole = RunningCloud(
        id="0a",
        endpoint_url="http://127.0.0.1:1",
        edges=(("222222222222", "eu-west-1"),),
        workloads=(("111111111111", "eu-west-1"),),
        clusters=(),
    )
    return json.loads(whole.model_dump_json()) | changes


def without(key: str) -> dict[str, Any]:
    return {name: value for name, value in note().items() if name != key}


def problem(directory: Path) -> Problem:
    with pytest.raises(UsageError) as caught:
        topology_of(directory)
    (found,) = caught.value.problems
    return found


CLUSTER = {"account": "111111111111", "name": "shop", "objects": []}
LISTS = ("edges", "workloads", "clusters")
OTHER_VERSION = "was written by another version of this program"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (json.dumps(note())[:40], "is damaged: Invalid JSON: "),
        ("", "is damaged: Invalid JSON: "),
        ("no JSON", "is damaged: Invalid JSON: "),
        ("[" * 3000, "is damaged: Invalid JSON: recursion limit exceeded"),
        ("[]", "is damaged: Input should be an object"),
        ("null", "is damaged: Input should be an object"),
        (json.dumps(note(endpoint_url=5)), "is damaged: endpoint_url: "),
        (json.dumps(note(endpoint_url="http://127.0.0.1")), "is damaged: endpoint_url: "),
        (json.dumps(note(endpoint_url="http://192.0.2.1:80")), "is damaged: endpoint_url: "),
        (json.dumps(note(endpoint_url="http://127.0.0.1:٣٣٣٣")), "is damaged: endpoint_url: "),
        (json.dumps(note(edges=[])), "is damaged: edges: "),
        (json.dumps(note(edges={})), "is damaged: edges: "),
        (json.dumps(note(edges=[["222222222222"]])), "is damaged: edges.0.1: "),
        (json.dumps(note(edges=[[222222222222, "eu-west-1"]])), "is damaged: edges.0.0: "),
        (json.dumps(note(workloads=[["111111111111", None]])), "is damaged: workloads.0.1: "),
        (
            json.dumps(note(clusters=[{"account": "1", "region": "eu-west-1", "name": "shop", "objects": []}])),
            "is damaged: clusters.0.account: ",
        ),
        (
            json.dumps(
                note(clusters=[{"account": "111111111111", "region": "eu-west-1", "name": "shop", "objects": [1]}])
            ),
            "is damaged: clusters.",
        ),
        (json.dumps(note(version=1)), OTHER_VERSION),
        (json.dumps(note(version="2")), OTHER_VERSION),
        (json.dumps(note(more=True)), OTHER_VERSION),
        *((json.dumps(without(key)), OTHER_VERSION) for key in ("id", "endpoint_url", *LISTS)),
    ],
)
def test_a_file_that_cannot_be_understood_is_named_with_what_is_wrong(tmp_path: Path, content: str, reason: str):
    (tmp_path / FILE).write_text(content)
    found = problem(tmp_path)
    assert (found.where, found.reason[: len(reason)], found.remedy) == (str(tmp_path / FILE), reason, END)


def test_a_file_that_is_no_text_or_no_file_is_named(tmp_path: Path):
    (tmp_path / FILE).write_bytes(b"\xff\xfe\x00")
    assert problem(tmp_path).reason.startswith("is damaged: Invalid JSON")
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    assert problem(tmp_path) == Problem(str(tmp_path / FILE), "cannot be read: Is a directory", RUN)


@pytest.mark.parametrize("port", ["0", "1", "65536", "99999"])
def test_a_port_where_nothing_listens(tmp_path: Path, port: str):
    (tmp_path / FILE).write_text(json.dumps(note(endpoint_url=f"http://127.0.0.1:{port}")))
    assert problem(tmp_path) == Problem(str(tmp_path), f"nothing answers at http://127.0.0.1:{port} any longer", RUN)


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the name of the overridden method)
        pass


def web_server() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def no_web_server() -> Iterator[int]:
    """Answers with something that is not HTTP."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def answer() -> None:
            with listening.accept()[0] as client:  # connects
                client.sendall(b"SSH-2.0-other\r\n")
                client.recv(4096)

        thread = threading.Thread(target=answer)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def other_demo() -> Iterator[int]:
    with Cloud() as cloud:
        yield cloud.port


@pytest.mark.parametrize("program", [web_server, no_web_server, other_demo])
def test_another_program_at_the_demos_port_is_not_traced(tmp_path: Path, program: Callable[[], Iterator[int]]):
    running = program()
    port = next(running)
    (tmp_path / FILE).write_text(json.dumps(note(endpoint_url=f"http://127.0.0.1:{port}")))
    found = problem(tmp_path)
    assert next(running, None) is None
    assert found == Problem(str(tmp_path), f"another program now answers at http://127.0.0.1:{port}", RUN)


def test_the_running_demo_is_known_by_its_id_and_its_end_leaves_the_file_of_a_later_one(tmp_path: Path):
    with Cloud() as cloud:
        mine = RunningCloud.model_validate(note(id=cloud.id, endpoint_url=cloud.endpoint_url))
        mine.write(tmp_path)
        assert RunningCloud.read(tmp_path) == mine
    later = RunningCloud.model_validate(note(id="0b"))
    later.write(tmp_path)
    mine.forget(tmp_path)
    assert (tmp_path / FILE).exists()
    later.forget(tmp_path)
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize("name", [FILE, "central-ingress.prod.json", "eks-service.shop.json"])
def test_a_file_that_cannot_be_written_is_named_before_anything_is_deployed(tmp_path: Path, name: str):
    (tmp_path / name).mkdir()
    with pytest.raises(UsageError) as caught:
        demo.demo(REPOSITORY, tmp_path, Console(quiet=True), keep=True, port=0)
    assert caught.value.problems == (
        Problem(str(tmp_path / name), "cannot be written: Is a directory", "Name another directory with --out."),
    )
    assert [each.name for each in tmp_path.iterdir()] == [name]
