"""The page of `report`: what it shows, that it loads nothing, and that no name can break out of its place."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import hashlib
import itertools
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from privatelink_ingress.cli import report, topologies
from privatelink_ingress.cli.views.report import page, picture
from privatelink_ingress.cli.views.report.model import SOURCES, System
from privatelink_ingress.plan.capacity.quotas import QUOTAS
from privatelink_ingress.problems import Problem
from privatelink_ingress.trace.diagnosis import Diagnosis
from privatelink_ingress.trace.topology import Topology
from tests.support import open_fleet, two_shards
from tests.support.programs import REPOSITORY
from tests.support.topologies import changed

INLINE = {"a", "button", "code", "span", "strong"}
VOID = {"br", "input", "link", "meta"}
HOSTILE = """"><script>alert('x')</script>'</title></style><!--\x07{{ 7*7 }}"""


class Page(HTMLParser):
    """The elements of a page, each with its attributes and its text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str], list[str]]] = []
        self._open: list[tuple[str, dict[str, str], list[str]]] = []
        self.feed(text)
        self.close()
        assert self._open == [], "an element is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, {key: value or "" for key, value in attrs}, list[str]())
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {key: value or "" for key, value in attrs}, []))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag
        if tag not in INLINE:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        for _, _, text in self._open:
            text.append(data)

    def all(self, tag: str, **attributes: str) -> list[tuple[dict[str, str], str]]:
        """Attributes and text of the elements with a tag and these attributes."""
        return [
            (found, " ".join("".join(text).split()))
            for name, found, text in self.elements
            if name == tag and all(found.get(key.rstrip("_")) == value for key, value in attributes.items())
        ]


def system(root: Path, topology: Topology | None = None) -> System:
    deployed = topologies.System(topology=topology or open_fleet.topology(root))
    found = report.system(root, deployed, source="emulated AWS")
    return dataclasses.replace(found, read_at=datetime.datetime(2026, 11, 29, 12, 0, tzinfo=datetime.UTC))


@pytest.fixture(scope="module")
def samples() -> System:
    return system(REPOSITORY)


@pytest.fixture(scope="module")
def shown(samples: System) -> Page:
    return Page(page.render(samples))


@pytest.fixture(scope="module")
def hundred(tmp_path_factory: pytest.TempPathFactory) -> System:
    """A hundred connections on two load balancers."""
    return system(two_shards.write(tmp_path_factory.mktemp("repository"), two_shards.many(100, 2)))


def rows(found: Page) -> list[str]:
    return [text for attributes, text in found.all("tr") if "data-search" in attributes]


def test_it_has_a_row_and_a_section_with_its_trace_for_each_connection(shown: Page):
    assert [row.split()[0] for row in rows(shown)] == ["blog", "shop"]
    assert "✓ serving shop.example.com team-shop prod shop in 111111111111 3 of 3" in rows(shown)[1]
    (_, section), *_ = shown.all("details", id="connection-shop")
    assert "https://shop.example.com/ reached the controller's node ports" in section
    for hop in ("Route 53", "Web ACL", "Listener rule", "Interface endpoint", "PrivateLink", "Node port"):
        assert f"passes {hop}" in section
    assert "euw1-az1 10.12.128.16 healthy" in section


def test_it_says_where_the_system_was_read(samples: System):
    for source, about in SOURCES.items():
        found = Page(page.render(dataclasses.replace(samples, source=source)))
        assert found.all("p", class_="lead")[0][1] == about
        assert f"{source}" in found.all("title")[0][1]
    assert SOURCES["emulated AWS"].startswith("An emulator answered here, not AWS")


def test_it_shows_capacity_and_the_same_cost_as_the_command(shown: Page, samples: System):
    (_, capacity), *_ = shown.all("section", id="capacity")
    assert "prod 222222222222, eu-west-1: 2 connections, room for 48 more; interface endpoints end first" in capacity
    assert len(shown.all("svg", class_="bar")) == len(shown.all("table", class_="bars")) * len(QUOTAS)
    (_, money), *_ = shown.all("section", id="cost")
    assert f"~{samples.costs.total.usd:,.2f} USD a month for 4 stacks" in money
    assert "eks-service/shop" in money


def test_what_is_wrong_is_at_the_top_with_its_remedy_and_at_its_connection(samples: System):
    topology = changed(
        open_fleet.topology(REPOSITORY),
        "target_groups",
        "arn:tg-edge-shop",
        targets=(),
    )
    broken = system(REPOSITORY, topology)
    found = Page(page.render(broken))
    (_, findings), *_ = found.all("section", id="findings")
    assert "error shop · Target group: it is empty: the load balancer answers 503" in findings
    assert "Run `pulumi up` in central-ingress/." in findings
    assert "✕ failing shop.example.com team-shop prod shop in 111111111111 0 of 0" in rows(found)[1]
    (_, section), *_ = found.all("details", id="connection-shop")
    assert "answered 503 by the load balancer" in section
    assert [one.status for one in broken.connections] == ["serving", "error"]


def test_a_system_of_which_nothing_is_deployed_is_shown_as_its_stack_files_plan_it():
    empty = Topology(
        aliases=(), load_balancers={}, target_groups={}, endpoints=(), services={}, nodes={}, security_groups={}
    )
    planned = system(REPOSITORY, empty)
    assert {one.status for one in planned.connections} == {"error"}
    assert [(one.backends[0].name, one.backends[0].account) for one in planned.connections] == [
        ("blog", "111111111111"),
        ("shop", "111111111111"),
    ]
    assert "load balancer not seen" in picture.draw(planned)


def test_alarms_that_have_fired_have_a_section_of_their_own_and_are_findings_too(samples: System, shown: Page):
    assert (samples.alarms, shown.all("section", id="alarms"), shown.all("a", href="#alarms")) == ((), [], [])
    problem = Problem("Alarm", "prod/shop/latency is in ALARM", "aws cloudwatch describe-alarm-history")
    fired = Diagnosis(connection="shop", severity="warning", problem=problem, evidence="Threshold crossed")
    found = Page(page.render(dataclasses.replace(samples, findings=(*samples.findings, fired))))
    told = "warning shop · Alarm: prod/shop/latency is in ALARM Threshold crossed aws cloudwatch describe-alarm-history"
    for place in ("alarms", "findings"):
        assert told in found.all("section", id=place)[0][1]
    assert len(found.all("a", href="#alarms")) == 1


def test_nothing_leaves_it(shown: Page, samples: System):
    text = page.render(samples)
    for _, attributes, _ in shown.elements:
        for key in ("href", "src", "srcset", "data", "action", "poster", "xlink:href"):
            assert attributes.get(key, "#").startswith("#") or attributes[key] == "data:,", attributes
        assert not [key for key in attributes if key.startswith("on") or key == "style"]
    tags = {tag for tag, _, _ in shown.elements}
    assert not tags & {"img", "iframe", "object", "embed", "form", "base", "audio", "video"}
    (_, style), *_ = shown.all("style")
    assert not re.search(r"@import|url\(|@font-face", style)
    (_, script), *_ = shown.all("script")
    assert not re.search(r"fetch|XMLHttpRequest|import\b|WebSocket|sendBeacon|eval|innerHTML", script)
    urls = set(re.findall(r"https?://[^\s\"'<>)]+", re.sub(r"<(title|code)>.*?</\1>", "", text)))
    assert {url for url in urls if "example.com" not in url} == {"http://www.w3.org/2000/svg"}


def test_its_policy_allows_only_its_own_style_sheet_and_script(samples: System):
    text = page.render(samples)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)
    hashes = {
        kind: base64.b64encode(hashlib.sha256(found.encode()).digest()).decode()
        for kind, found in re.findall(r"<(style|script)>(.*?)</\1>", text, re.DOTALL)
    }
    assert policy.replace("&#39;", "'") == (
        f"default-src 'none'; style-src 'sha256-{hashes['style']}'; script-src 'sha256-{hashes['script']}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_a_hostile_name_stays_text(samples: System):
    shard = samples.shards[0]
    one = shard.connections[1]
    backend = dataclasses.replace(one.backends[0], name=HOSTILE, service=HOSTILE)
    hop = dataclasses.replace(one.traces[0].hops[0], evidence=HOSTILE, reason=HOSTILE, remedy=HOSTILE)
    evil = dataclasses.replace(
        one,
        owner=HOSTILE,
        hosts=(HOSTILE,),
        backends=(backend,),
        traces=(dataclasses.replace(one.traces[0], url=HOSTILE, hops=(hop,)),),
    )
    shards = (dataclasses.replace(shard, account=HOSTILE, connections=(shard.connections[0], evil)),)
    found = Page(page.render(dataclasses.replace(samples, shards=shards, notes=(HOSTILE,))))
    assert len(found.all("script")) == 1
    assert "alert" not in found.all("script")[0][1]
    assert (len(found.all("style")), len(found.all("title", id="wide-title"))) == (1, 1)
    assert HOSTILE.replace("\x07", "").split()[0] in found.all("section", id="findings")[0][1].replace("\x07", "")
    assert "49" not in found.all("section", id="findings")[0][1]
    assert [HOSTILE.lower() in each["data-search"] for each, _ in found.all("tr") if "data-search" in each] == [
        False,
        True,
    ]


def test_a_picture_with_hostile_names_is_still_xml(samples: System):
    shard = samples.shards[0]
    evil = tuple(dataclasses.replace(one, hosts=(HOSTILE,)) for one in shard.connections)
    shown = dataclasses.replace(samples, shards=(dataclasses.replace(shard, connections=evil),))
    for narrow in (False, True):
        drawn = ElementTree.fromstring(picture.draw(shown, narrow=narrow, style="text { fill: red }"))
        assert "".join(drawn.itertext()).count("<script>alert('x')</script>") >= 2


def test_every_link_and_every_label_has_its_target(shown: Page):
    ids = [attributes["id"] for _, attributes, _ in shown.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    wanted = [
        target
        for _, attributes, _ in shown.elements
        for target in (
            attributes.get("href", "")[1:] if attributes.get("href", "").startswith("#") else "",
            attributes.get("for", ""),
            *attributes.get("aria-labelledby", "").split(),
        )
        if target
    ]
    assert set(wanted) - set(ids) == set()
    assert {"main", "connection-shop", "picture-title", "search"} <= set(wanted)


def test_it_can_be_read_without_sight_and_used_without_a_mouse(shown: Page):
    assert shown.elements[0][1] == {"lang": "en"}
    assert shown.all("a", class_="skip")[0] == ({"class": "skip", "href": "#main"}, "Skip to the content")
    assert {attributes.get("scope") for attributes, _ in shown.all("th")} == {"row", "col"}
    levels = [int(tag[1]) for tag, _, _ in shown.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert [attributes.get("aria-sort") for attributes, _ in shown.all("th", class_="")][:1] == ["ascending"]
    for attributes, _ in shown.all("div", class_="scroll"):
        assert (attributes["role"], attributes["tabindex"]) == ("region", "0")


@pytest.mark.parametrize("narrow", [False, True])
def test_the_picture_names_every_connection_and_leads_to_its_trace(samples: System, hundred: System, narrow: bool):
    for shown in (samples, hundred):
        drawn = ElementTree.fromstring(picture.draw(shown, narrow=narrow))
        links = [one.get("href", "") for one in drawn.iter("{http://www.w3.org/2000/svg}a")]
        assert sorted(links) == sorted(f"#connection-{one.name}" for one in shown.connections)
        text = "".join(drawn.itertext())
        assert "Edge account 222222222222" in text
        assert "Workload account 111111111111" in text
        assert "PrivateLink" in text


@pytest.mark.parametrize("narrow", [False, True])
def test_the_picture_stays_within_its_frame(samples: System, hundred: System, narrow: bool):
    for shown in (samples, hundred):
        drawn = ElementTree.fromstring(picture.draw(shown, narrow=narrow))
        _, _, width, height = map(float, drawn.get("viewBox", "").split())
        for rect in drawn.iter("{http://www.w3.org/2000/svg}rect"):
            x, y, wide, high = (float(rect.get(key, 0)) for key in ("x", "y", "width", "height"))
            assert x >= 0
            assert x + wide <= width
            assert y + high <= height


def in_accounts(shown: System, *sizes: int) -> System:
    """The connections of the first shard, the first `sizes[0]` of them in one account, and so on."""
    shard, accounts = shown.shards[0], [f"{place:012}" for place, size in enumerate(sizes) for _ in range(size)]
    moved = tuple(
        dataclasses.replace(one, backends=(dataclasses.replace(one.backends[0], account=account),))
        for one, account in zip(shard.connections, accounts, strict=False)
    )
    return dataclasses.replace(shown, shards=(dataclasses.replace(shard, connections=moved),))


@pytest.mark.parametrize("narrow", [False, True])
def test_accounts_of_many_connections_stand_beside_each_other_as_far_as_there_is_room(hundred: System, narrow: bool):
    shown = in_accounts(hundred, 1, 9, 1, 2, *[1] * 20)
    drawn = ElementTree.fromstring(picture.draw(shown, narrow=narrow))
    boxes = [
        tuple(float(one.get(key, 0)) for key in ("x", "y", "width", "height"))
        for one in drawn.iter("{http://www.w3.org/2000/svg}rect")
        if one.get("class") == "frame workload"
    ]
    assert len(boxes) == 24
    lines = [len(list(some)) for _, some in itertools.groupby(boxes, key=lambda box: box[1])]
    assert lines == ([1, 1, *[2] * 11] if narrow else [1, 3, *[4] * 5])
    for one, other in itertools.combinations(boxes, 2):
        apart = one[0] + one[2] <= other[0] or one[1] + one[3] <= other[1] or other[0] + other[2] <= one[0]
        assert apart
    arrows = [
        one for one in drawn.iter("{http://www.w3.org/2000/svg}polygon") if one.get("class") == "flow serving head"
    ]
    assert len(arrows) == 24


def test_a_connection_with_two_backends_in_one_account_has_one_cell(hundred: System):
    shown = in_accounts(hundred, 50)
    shard = shown.shards[0]
    first = dataclasses.replace(shard.connections[0], backends=shard.connections[0].backends * 2)
    shown = dataclasses.replace(
        shown, shards=(dataclasses.replace(shard, connections=(first, *shard.connections[1:])),)
    )
    drawn = ElementTree.fromstring(picture.draw(shown))
    links = [one.get("href", "") for one in drawn.iter("{http://www.w3.org/2000/svg}a")]
    assert links.count(f"#connection-{first.name}") == 1


def test_the_edge_of_a_large_picture_shows_its_connections_by_status_and_the_quota_that_ends_first(hundred: System):
    shard = hundred.shards[0]
    failing = dataclasses.replace(shard.connections[0], status="error")
    shown = dataclasses.replace(
        hundred, shards=(dataclasses.replace(shard, connections=(failing, *shard.connections[1:])),)
    )
    drawn = ElementTree.fromstring(picture.draw(shown))
    told = [text for one in drawn.iter("{http://www.w3.org/2000/svg}text") if (text := "".join(one.itertext()))]
    start = told.index("50 connections")
    assert told[start : start + 6] == [
        "50 connections",
        "✕",
        "1 failing",
        "✓",
        "49 serving",
        "interface endpoints: 50 of 50",
    ]
    meters = [one for one in drawn.iter("{http://www.w3.org/2000/svg}rect") if "meter" in one.get("class", "")]
    assert [one.get("class") for one in meters] == ["meter", "meter high"]
    assert meters[0].get("width") == meters[1].get("width")


def test_what_is_wrong_stands_before_the_table_and_what_could_not_be_seen_is_folded_together(hundred: System):
    problem = Problem("Target group", "is empty", "Run it.")
    error = Diagnosis(connection="app003", severity="error", problem=problem, evidence="")
    found = Page(page.render(dataclasses.replace(hundred, findings=(error, error, *hundred.findings))))
    sections = [attributes["id"] for attributes, _ in found.all("section")]
    assert sections == ["picture", "findings", "connections", "traces", "capacity", "cost"]
    (_, findings), *_ = found.all("section", id="findings")
    assert [one.problem.where for one in hundred.findings].count("Ingress") == 100
    assert findings.startswith("Findings error app003 · Target group: is empty Run it. error app003")
    reason = "the Kubernetes API of cluster app000 is private"
    assert f"not seen 100 times · Ingress app000: {reason}, … not seen app000 · Ingress: {reason}" in findings


def test_stacks_of_a_project_are_folded_together_where_there_are_many(hundred: System, shown: Page):
    (_, money), *_ = Page(page.render(hundred)).all("section", id="cost")
    assert "eks-service: 100 stacks" in money
    assert "central-ingress/prod-2" in money
    assert "stacks" not in shown.all("section", id="cost")[0][1].partition("Stacks ")[2]


def test_a_hundred_connections_have_a_hundred_rows_sections_and_traces(hundred: System):
    found = Page(page.render(hundred))
    names = [f"app{number:03}" for number in range(100)]
    assert [row.split()[0] for row in rows(found)] == names
    assert len(found.all("details", class_="connection")) == 100
    assert len(found.all("span", class_="outcome reached")) == 100
    assert "100 serving" in found.all("dl", class_="tiles")[0][1]
