"""Changes of stack files: the lines that were meant and no other byte; all files or none."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from privatelink_ingress.stackfiles import editor, writer
from privatelink_ingress.stackfiles.reader import StackFileError
from privatelink_ingress.stackfiles.writer import Change

ROOT = Path(__file__).parents[3]
CONNECTIONS = ("central-ingress:connections",)
ENTRY = {
    "slot": 7,
    "owner": "team: news",
    "backends": [{"stack": "news"}],
    "routes": [{"hosts": ["news.example.com", "*.news.example.com"], "paths": ["/", "/feed*"]}],
}
ENTRY_LINES = [
    "    news:",
    "      slot: 7",
    '      owner: "team: news"',
    "      backends:",
    "        - stack: news",
    "      routes:",
    '        - hosts: [news.example.com, "*.news.example.com"]',
    "          paths: [/, /feed*]",
]
ODD = """\
# head

config:
    aws:region:   "eu-west-1"   # three spaces
    central-ingress:connections:   # all of them

        # of the shop
        shop:   {slot: 0, owner: 'team-shop', backends: [{stack: shop}], routes: [{hosts: [shop.example.com]}]}

        # of the blog
        # in two lines
        blog:
            slot: 1
            owner: "team-blog" # quotes

            routes:
            - hosts:
              - blog.example.com   # the last value


    # about the rest
    central-ingress:owner: x
"""


def parsed(text: str):
    return YAML(typ="safe", pure=True).load(text)


def samples() -> list[Path]:
    found = sorted(ROOT.glob("central-ingress/Pulumi.*.yaml"))
    assert found
    return found


@pytest.mark.parametrize("file", samples(), ids=lambda file: file.name)
def test_a_connection_is_added_to_a_sample_as_lines_at_the_end_of_the_others(file: Path):
    before = file.read_text()
    after = editor.add_entry(before, CONNECTIONS, "news", ENTRY)
    old, new = before.splitlines(), after.splitlines()
    start = next(place for place, line in enumerate(new) if line == "    news:")
    assert new[start : start + len(ENTRY_LINES)] == ENTRY_LINES
    assert new[:start] + new[start + len(ENTRY_LINES) :] == old
    assert parsed(after)["config"][CONNECTIONS[0]]["news"] == ENTRY


@pytest.mark.parametrize("file", samples(), ids=lambda file: file.name)
def test_adding_and_removing_a_connection_leaves_every_byte_of_a_sample(file: Path):
    before = file.read_text()
    after = editor.add_entry(before, CONNECTIONS, "news", ENTRY)
    assert editor.remove_entry(after, (*CONNECTIONS, "news")) == before


def test_removing_takes_the_entry_and_its_own_comment_and_nothing_around_it():
    assert editor.remove_entry(ODD, (*CONNECTIONS, "blog")).splitlines() == [
        *ODD.splitlines()[:9],
        *ODD.splitlines()[18:],
    ]


def test_an_entry_in_braces_goes_as_a_whole():
    after = editor.remove_entry(ODD, (*CONNECTIONS, "shop"))
    assert [line for line in ODD.splitlines() if line not in after.splitlines()] == ODD.splitlines()[6:8]


def test_a_new_entry_takes_the_indentation_of_its_neighbours():
    lines = editor.add_entry(ODD, CONNECTIONS, "news", {"slot": 2}).splitlines()
    place = lines.index("        news:")
    assert lines[place - 1 : place + 2] == [
        "              - blog.example.com   # the last value",
        "        news:",
        "          slot: 2",
    ]


def test_the_last_entry_leaves_an_empty_mapping_and_the_next_one_fills_it():
    text = "config:\n  p:connections: # here\n    shop:\n      slot: 0\n  p:owner: x\n"
    empty = editor.remove_entry(text, ("p:connections", "shop"))
    assert empty == "config:\n  p:connections: {} # here\n  p:owner: x\n"
    filled = editor.add_entry(empty, ("p:connections",), "shop", {"slot": 0})
    assert parsed(filled) == parsed(text)


@pytest.mark.parametrize("value", ["", " {}", " null", " ~ # none"])
def test_an_entry_is_added_below_an_empty_value(value: str):
    after = editor.add_entry(f"config:\n  p:connections:{value}\n", ("p:connections",), "a", {"slot": 3})
    assert parsed(after) == {"config": {"p:connections": {"a": {"slot": 3}}}}


def test_a_missing_key_is_added_at_the_end_with_its_entry():
    text = "config:\n  p:owner: x\n# end\n"
    assert editor.add_entry(text, ("p:connections",), "a", {"slot": 3}) == (
        "config:\n  p:owner: x\n\n  p:connections:\n    a:\n      slot: 3\n# end\n"
    )


def test_windows_line_ends_and_a_missing_last_line_end_stay_right():
    text = "config:\r\n  p:connections:\r\n    a:\r\n      slot: 0"
    after = editor.add_entry(text, ("p:connections",), "b", {"slot": 1})
    assert after == text + "\r\n    b:\r\n      slot: 1\r\n"


def test_a_state_is_written_below_the_owner_and_again_in_place():
    once = editor.set_value(ODD, (*CONNECTIONS, "blog", "state"), "maintenance", after="owner")
    lines = once.splitlines()
    place = lines.index("            state: maintenance")
    assert lines[place - 1] == '            owner: "team-blog" # quotes'
    assert lines[:place] + lines[place + 1 :] == ODD.splitlines()
    back = editor.set_value(once, (*CONNECTIONS, "blog", "state"), "active", after="owner")
    assert back == once.replace("state: maintenance", "state: active")


def test_an_item_is_added_to_a_list_of_mappings():
    text = (ROOT / "eks-service/Pulumi.shop.yaml").read_text()
    item = {"accountId": "333333333333", "albSubnetCidrs": ["10.12.0.0/23", "10.12.2.0/23"]}
    after = editor.add_item(text, ("eks-service:publication", "consumers"), item)
    added = ['      - accountId: "333333333333"', "        albSubnetCidrs: [10.12.0.0/23, 10.12.2.0/23]"]
    assert [line for line in after.splitlines() if line not in text.splitlines()] == added
    assert parsed(after)["config"]["eks-service:publication"]["consumers"][-1] == item


@pytest.mark.parametrize(
    "text", ["yes", "12", "1e3", "null", "a: b", "a #b", "*x", "&x", "- x", "trailing ", "", "{x}"]
)
def test_text_that_yaml_reads_as_something_else_is_quoted(text: str):
    after = editor.add_entry("config:\n  p:x: {}\n", ("p:x",), "a", {"owner": text, "list": [text]})
    assert parsed(after)["config"]["p:x"]["a"] == {"owner": text, "list": [text]}


@pytest.mark.parametrize(
    "text",
    [
        "config:\n  p:connections: {a: {slot: 0}}\n",
        "config: {p:connections: {a: {slot: 0}}}\n",
        "p:connections: {}\n",
        "config:\n\tp: x\n",
        "config:\n  p:x: &all\n    a:\n      slot: 0\n  p:connections: *all\n",
    ],
)
def test_a_file_that_cannot_be_changed_line_by_line_is_refused_and_not_rewritten(text: str):
    with pytest.raises(StackFileError, match="by hand"):
        editor.add_entry(text, ("p:connections",), "b", {"slot": 1})


@pytest.fixture
def two(tmp_path: Path) -> list[Change]:
    for name in "ab":
        (tmp_path / name).write_text("old")
    return [Change(path=tmp_path / name, before="old", after="new") for name in "ab"]


def texts(changes: list[Change]) -> list[str]:
    directory = changes[0].path.parent
    assert sorted(file.name for file in directory.iterdir()) == ["a", "b"], "nothing is left beside the files"
    return [change.path.read_text() for change in changes]


def test_all_files_change_and_keep_their_rights(two: list[Change]):
    two[0].path.chmod(0o600)
    writer.apply(two)
    assert texts(two) == ["new", "new"]
    assert [change.path.stat().st_mode & 0o777 for change in two] == [0o600, 0o644]


def test_a_full_disk_leaves_all_files_as_they_were(two: list[Change], monkeypatch: pytest.MonkeyPatch):
    calls = []

    def full(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StackFileError, match="No space left on device"):
        writer.apply(two)
    assert texts(two) == ["old", "old"]


@pytest.mark.parametrize("error", [OSError(errno.EACCES, "Permission denied"), KeyboardInterrupt()])
def test_a_second_file_that_cannot_be_put_in_place_takes_the_first_one_back(
    two: list[Change], monkeypatch: pytest.MonkeyPatch, error: BaseException
):
    replace, failed = Path.replace, []

    def fail_once(self: Path, target: Path) -> Path:
        if target == two[1].path and not failed:
            failed.append(target)
            raise error
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail_once)
    with pytest.raises((StackFileError, KeyboardInterrupt)):
        writer.apply(two)
    assert failed
    assert texts(two) == ["old", "old"]


def test_a_file_that_changed_since_it_was_read_is_not_overwritten(two: list[Change]):
    two[1].path.write_text("theirs")
    with pytest.raises(StackFileError, match="has changed since it was read"):
        writer.apply(two)
    assert texts(two) == ["old", "theirs"]


def test_a_file_can_be_created_and_deleted(two: list[Change]):
    new, old = two[0].path.with_name("c"), two[1]
    writer.apply([Change(path=new, before=None, after="x"), Change(path=old.path, before="old", after=None)])
    assert (new.read_text(), old.path.exists()) == ("x", False)


def test_a_link_to_a_file_stays_a_link(tmp_path: Path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    writer.apply([Change(path=tmp_path / "link", before="old", after="new")])
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"
