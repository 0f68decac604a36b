"""A Python that has imported the programs' modules, and forks a process of its own for each run of a program.

An import of the SDK takes longer than most runs on the emulated AWS. The process starts with the first run, and ends
with the socket on which it is asked. Whoever asks passes its files, folder and environment, waits for the exit code,
and takes the run along when it ends.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).parents[2]

CLIENT = """#!{python} -IS
import json, os, signal, socket, sys
asked = socket.socket(socket.AF_UNIX)
asked.connect({address!r})
wanted = {{"run": [*{run!r}, *sys.argv[1:]], "folder": os.getcwd(), "environment": dict(os.environ)}}
words = json.dumps(wanted).encode()
socket.send_fds(asked, [len(words).to_bytes(4, "big")], [0, 1, 2])
signal.signal(signal.SIGINT, lambda *_: asked.send(b"i"))
asked.sendall(words)
sys.exit((asked.recv(1) or b"\\1")[0])
"""
"""A script that asks for a run with its own arguments after `run`: the name of a module, or a folder, and arguments."""


@contextlib.contextmanager
def warm_python() -> Generator[Path]:
    """The socket at which it is asked, for as long as the context lasts."""
    with tempfile.TemporaryDirectory(prefix="python-") as folder, socket.socket(socket.AF_UNIX) as listener:
        address = Path(folder) / "asked"
        listener.bind(str(address))
        listener.listen(64)
        with _started_when_asked(listener):
            yield address


@contextlib.contextmanager
def _started_when_asked(listener: socket.socket) -> Generator[None]:
    ended, end = os.pipe()
    started: list[subprocess.Popen[bytes]] = []

    def start_when_asked() -> None:
        ready, _, _ = select.select([listener, ended], [], [])
        if listener in ready:
            command = [sys.executable, "-u", "-m", __name__, str(listener.fileno())]
            path = {"PYTHONPATH": f"{ROOT / 'shared'}:{ROOT}"}
            started.append(subprocess.Popen(command, pass_fds=[listener.fileno()], env={**os.environ, **path}))
            listener.close()  # whoever asks a process that has failed must not wait for it

    waiting = threading.Thread(target=start_when_asked, daemon=True)
    waiting.start()
    try:
        yield
    finally:
        os.write(end, b"e")
        waiting.join()
        for process in started:
            process.kill()
            process.wait()
        for each in (ended, end):
            os.close(each)


def without_debug_messages() -> Any:
    """A patch of the SDK: each of its debug messages is a call to the engine, which drops it."""
    return mock.patch("pulumi.log.debug", new=_say_nothing)


def _say_nothing(*_: object, **__: object) -> None:
    pass


def write_client(file: Path, address: Path, *run: str) -> None:
    """Write an executable file that asks for this run."""
    file.write_text(CLIENT.format(python=sys.executable, address=str(address), run=run))
    file.chmod(0o755)


def _import_all() -> None:
    """Every module of the library that a program or the policy pack uses, and of the providers' SDKs."""
    import pulumi_aws
    import pulumi_eks  # noqa: F401
    import pulumi_kubernetes  # noqa: F401
    import pulumi_policy  # noqa: F401
    from pulumi.automation import _server  # noqa: F401

    import privatelink_ingress
    from privatelink_ingress import tokens

    for found in pkgutil.walk_packages(privatelink_ingress.__path__, "privatelink_ingress."):
        room = found.name.split(".")[1]
        if room in ("components", "lookups", "plan", "rules", "settings", "contracts", "aws"):
            importlib.import_module(found.name)
    for token in vars(tokens).values():
        if isinstance(token, str) and token.startswith("aws:"):
            getattr(pulumi_aws, token.split(":")[1].split("/")[0], None)
    importlib.import_module("privatelink_ingress.local.providers.daemon")


def _serve(listener: socket.socket) -> None:
    _import_all()
    without_debug_messages().start()
    gc.freeze()  # a run looks for its own garbage alone
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the runs
    while True:
        asked, _ = listener.accept()
        if os.fork():
            asked.close()
            continue
        listener.close()
        _run(asked)


def _run(asked: socket.socket) -> None:
    """In a process of its own: what was asked, with the files, folder and environment of the asking process."""
    head, files, _, _ = socket.recv_fds(asked, 4, 3)
    length, words = int.from_bytes(head, "big"), b""
    while len(words) < length:
        words += asked.recv(length - len(words))
    wanted: dict[str, Any] = json.loads(words)
    os.setsid()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    os.chdir(wanted["folder"])
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    threading.Thread(target=_follow, args=(asked,), daemon=True).start()
    code = _code_of(wanted["run"])
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    with contextlib.suppress(OSError):
        asked.send(bytes([code]))
    os._exit(code)


def _code_of(words: Sequence[str]) -> int:
    what, *rest = words
    sys.argv = [what, *rest]
    try:
        if Path(what).exists():
            runpy.run_path(what, run_name="__main__")
        else:
            runpy.run_module(what, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    return 0


def _follow(asked: socket.socket) -> None:
    """Hand on Ctrl-C, and end with the process that asked."""
    while received := asked.recv(1):
        if received == b"i":
            os.kill(os.getpid(), signal.SIGINT)
    os._exit(1)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
