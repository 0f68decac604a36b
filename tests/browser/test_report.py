"""The report in Chromium: no error, no request, nothing that axe finds; search, sorting, links and print work."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest

from privatelink_ingress.cli import report, topologies
from privatelink_ingress.cli.views.report.model import System
from tests.support import browser, open_fleet, two_shards
from tests.support.browser import Seen, Visit
from tests.support.programs import REPOSITORY
from tests.support.topologies import changed

Step = dict[str, str]

DESKTOP, PHONE = (1200, 900), (390, 844)
ROWS = "[...document.querySelectorAll('#table tbody tr')].filter((row) => row.checkVisibility())"


def visit(*visits: Visit) -> list[Seen]:
    try:
        return browser.visit(*visits)
    except browser.NoBrowser as reason:
        if os.environ.get("GITHUB_ACTIONS") == "true":  # its machines have Chrome and Node.js
            pytest.fail(str(reason))
        pytest.skip(str(reason))


def written(system: System, folder: Path) -> str:
    file = folder / "report.html"
    report.write(system, file)
    return file.as_uri()


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The samples, with an empty target group: a finding, a failing connection."""
    broken = changed(open_fleet.topology(REPOSITORY), "target_groups", "arn:tg-edge-shop", targets=())
    system = report.system(REPOSITORY, topologies.System(topology=broken), source="emulated AWS")
    return written(system, tmp_path_factory.mktemp("samples"))


@pytest.fixture(scope="module")
def hundred(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A hundred connections on two load balancers; app042 costs the most, app007 is in maintenance."""
    root = two_shards.write(tmp_path_factory.mktemp("repository"), two_shards.many(100, 2))
    system = report.system(root, topologies.System(topology=open_fleet.topology(root)), source="AWS")
    first = system.shards[0]
    changes = {"app042": {"bill": system.costs.total}, "app007": {"status": "maintenance"}}
    connections = tuple(dataclasses.replace(one, **changes.get(one.name, {})) for one in first.connections)
    shards = (dataclasses.replace(first, connections=connections), *system.shards[1:])
    return written(dataclasses.replace(system, shards=shards), tmp_path_factory.mktemp("hundred"))


@pytest.fixture(scope="module")
def many_accounts(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Forty connections with the longest names, of which thirty have an account of their own."""
    root = two_shards.write(tmp_path_factory.mktemp("repository"), two_shards.many(40, 1))
    system = report.system(root, topologies.System(topology=open_fleet.topology(root)), source="AWS")
    [shard] = system.shards
    connections = tuple(
        dataclasses.replace(
            one,
            name=f"{'w' * 37}{number:03}",
            backends=tuple(dataclasses.replace(each, account=f"{max(number, 10):012}") for each in one.backends),
        )
        for number, one in enumerate(shard.connections)
    )
    shards = (dataclasses.replace(shard, connections=connections),)
    return written(dataclasses.replace(system, shards=shards), tmp_path_factory.mktemp("accounts"))


@pytest.fixture(scope="module")
def long_names(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The samples with names as long as AWS and the stack files allow."""
    system = report.system(
        REPOSITORY, topologies.System(topology=open_fleet.topology(REPOSITORY)), source="emulated AWS"
    )
    shard = system.shards[0]
    host, name = f"{'w' * 63}.{'m' * 63}.example.com", "w" * 40
    long = tuple(
        dataclasses.replace(
            one,
            name=f"{name}-{one.slot}",
            hosts=(host, host),
            backends=tuple(
                dataclasses.replace(each, name="w" * 100, service=f"vpce-svc-{'0' * 17}") for each in one.backends
            ),
        )
        for one in shard.connections
    )
    shards = (dataclasses.replace(shard, connections=long),)
    return written(dataclasses.replace(system, shards=shards), tmp_path_factory.mktemp("long"))


@pytest.fixture(scope="module")
def looks(samples: str, hundred: str) -> list[tuple[Visit, Seen]]:
    """Both pages on two screens, in light and dark, with all sections open or closed; and what was seen."""
    opened = {"click": "#all"}
    width = {"read": "document.documentElement.scrollWidth"}
    asked = [
        Visit(url=url, width=size[0], height=size[1], dark=dark, axe=True, steps=(*steps, width))
        for url, size, dark, steps in (
            (samples, DESKTOP, False, ()),
            (samples, DESKTOP, True, (opened,)),
            (samples, PHONE, False, (opened,)),
            (samples, PHONE, True, ()),
            (hundred, DESKTOP, True, ()),
            (hundred, PHONE, False, ()),
        )
    ]
    return list(zip(asked, visit(*asked), strict=True))


def test_axe_finds_nothing(looks: list[tuple[Visit, Seen]]):
    assert [seen.violations for _, seen in looks] == [[]] * 6


def test_no_page_has_an_error_or_asks_for_anything(looks: list[tuple[Visit, Seen]]):
    assert [seen.console for _, seen in looks] == [[]] * 6
    assert [seen.requests for _, seen in looks] == [[look.url] for look, _ in looks]


def test_nothing_is_wider_than_the_window(looks: list[tuple[Visit, Seen]]):
    assert [seen.read for _, seen in looks] == [[look.width] for look, _ in looks]


OVERLAPS = """
(() => {
  const svg = [...document.querySelectorAll("svg.picture")].find((one) => one.checkVisibility());
  const frame = svg.getBoundingClientRect();
  const boxes = [...svg.querySelectorAll("text")].map((one) => [one.textContent, one.getBoundingClientRect()]);
  const out = boxes.filter(([, box]) => box.left < frame.left || box.right > frame.right || box.bottom > frame.bottom);
  const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top + 2 || b.bottom <= a.top + 2;
  const over = boxes.flatMap(([text, box], place) =>
    boxes.slice(place + 1).filter(([, other]) => !apart(box, other)).map(([other]) => `${text} / ${other}`));
  return [boxes.length > 5, out.map(([text]) => text), over];
})()
"""


def test_no_text_of_the_picture_leaves_it_or_covers_another(long_names: str, hundred: str, many_accounts: str):
    steps = ({"read": OVERLAPS},)
    asked = [
        Visit(url=url, width=width, height=height, steps=steps)
        for url in (long_names, hundred, many_accounts)
        for width, height in (DESKTOP, PHONE)
    ]
    assert [seen.read for seen in visit(*asked)] == [[[True, [], []]]] * 6


def first(hundred: str, *steps: Step) -> Seen:
    (seen,) = visit(Visit(url=hundred, steps=steps))
    assert seen.console == []
    return seen


def test_the_search_leaves_what_has_every_word(hundred: str):
    count = {"read": "document.querySelector('#shown').textContent"}
    names = {"read": f"{ROWS}.map((row) => row.cells[0].textContent)"}
    sections = {"read": "[...document.querySelectorAll('details.connection')].filter((one) => !one.hidden).length"}
    asked = ({"fill": "#search", "text": "APP04 team-app042"}, names, count, sections)
    cleared = ({"press": "Escape"}, sections, count)
    seen = first(hundred, *asked, *cleared, {"fill": "#search", "text": "maintenance"}, names)
    assert seen.read == [["app042"], "1 of 100", 1, 100, "", ["app007"]]


def test_the_filters_leave_connections_of_their_status_and_escape_clears_them(hundred: str):
    names = {"read": f"{ROWS}.map((row) => row.cells[0].textContent)"}
    count = {"read": "document.querySelector('#shown').textContent"}
    pressed = {
        "read": "[...document.querySelectorAll('.filters button')].map((one) => one.getAttribute('aria-pressed'))"
    }
    press = {"click": ".filters .maintenance"}
    again = ({"fill": "#search", "text": "app04"}, count, {"click": ".filters .serving"}, count)
    seen = first(hundred, press, names, count, pressed, *again, {"press": "Escape"}, pressed, count)
    assert seen.read[:3] == [["app007"], "1 of 100", ["true", "false"]]
    assert seen.read[3:] == ["0 of 100", "10 of 100", ["false", "false"], ""]


def test_a_column_is_sorted_up_and_down_as_numbers_where_it_has_numbers(hundred: str):
    head = "#table thead th:nth-child({}) button"
    top = {"read": f"{ROWS}.slice(0, 2).map((row) => row.cells[0].textContent)"}
    sort = {"read": "[...document.querySelectorAll('#table thead th')].map((one) => one.getAttribute('aria-sort'))"}
    cost, status, name = ({"click": head.format(column)} for column in (8, 2, 1))
    seen = first(hundred, name, top, cost, cost, top, sort, status, top)
    none = ["none"] * 7
    assert seen.read == [
        ["app099", "app098"],
        ["app042", "app099"],
        [*none, "descending"],
        ["app007", "app000"],
    ]


def test_a_link_of_the_picture_opens_the_trace_and_moves_the_focus_there(hundred: str):
    focused = {
        "read": "[document.activeElement.closest('details').id, document.activeElement.closest('details').open, "
        "Math.round(document.activeElement.getBoundingClientRect().top) < innerHeight]"
    }
    seen = first(hundred, {"click": ".picture.wide a[href='#connection-app042'] text"}, focused)
    assert seen.read == [["connection-app042", True, True]]


def test_the_keyboard_reaches_the_content_first_and_sees_where_it_is(hundred: str):
    tab, enter = {"press": "Tab"}, {"press": "Enter"}
    focused = {"read": "document.activeElement.textContent.trim() || document.activeElement.id"}
    outline = {"read": "getComputedStyle(document.activeElement).outlineStyle"}
    into = {"read": "document.activeElement.id"}
    seen = first(hundred, tab, focused, outline, enter, into, tab, outline)
    assert seen.read == ["Skip to the content", "solid", "main", "solid"]


def test_print_shows_everything_on_white_and_folded_findings_at_their_connections(
    samples: str, hundred: str, tmp_path: Path
):
    hop = "document.querySelector('#connection-blog .hops li').checkVisibility({ contentVisibilityAuto: true })"
    ground = "getComputedStyle(document.body).backgroundColor"
    tools = "document.querySelector('#search').checkVisibility()"
    steps = ({"read": f"[{hop}, {ground}, {tools}]"},)
    folded = "document.querySelector('#findings details li').checkVisibility({ contentVisibilityAuto: true })"
    seen, many = visit(
        Visit(url=samples, dark=True, print=True, steps=steps, pdf=str(tmp_path / "report.pdf")),
        Visit(url=hundred, print=True, steps=({"read": folded},)),
    )
    assert seen.read == [[True, "rgb(255, 255, 255)", False]]
    assert many.read == [False]
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
