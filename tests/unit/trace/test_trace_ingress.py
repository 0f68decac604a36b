"""The last hop of a trace: which Ingress of the cluster takes the request, as the controller chooses."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from privatelink_ingress.cli.views import trace as trace_view
from privatelink_ingress.plan.workload.sample import SamplePlan
from privatelink_ingress.settings.route_protocols import RouteProtocol
from privatelink_ingress.trace import listeners
from privatelink_ingress.trace.cluster_objects import read
from privatelink_ingress.trace.trace import Trace, trace
from tests.support.topologies import EDGE_GROUP, whole

CLUSTER = ("111111111111", "eu-west-1", "shop")
CONTROLLER = {
    "kind": "Service",
    "metadata": {"namespace": "nginx-ingress", "name": "controller"},
    "spec": {"ports": [{"port": 80, "nodePort": 30080}]},
}
URL = "https://shop.example.com/"
CLASS = {"kind": "IngressClass", "metadata": {"name": "nginx"}}


def ingress(name: str = "web", *, class_name: str | None = "nginx", **hosts: list[tuple[str, str, str]]) -> dict:
    """By host, with `_` for dots and `any` for none: path, type and Service of each path."""

    def path(path: str, type_: str, service: str) -> dict[str, Any]:
        backend = {"service": {"name": service, "port": {"number": 80}}}
        return {"path": path, "pathType": type_, "backend": backend}

    rules = [
        {
            **({} if host == "any" else {"host": host.replace("_", ".").replace("STAR", "*")}),
            "http": {"paths": [path(*one) for one in paths]},
        }
        for host, paths in hosts.items()
    ]
    spec = {"rules": rules, **({"ingressClassName": class_name} if class_name else {})}
    return {"kind": "Ingress", "metadata": {"namespace": "shop", "name": name}, "spec": spec}


def service(name: str, port: int = 80) -> dict:
    return {"kind": "Service", "metadata": {"namespace": "shop", "name": name}, "spec": {"ports": [{"port": port}]}}


def endpoints(name: str, *ready: bool) -> dict:
    labels = {"kubernetes.io/service-name": name}
    return {
        "kind": "EndpointSlice",
        "metadata": {"namespace": "shop", "name": f"{name}-1", "labels": labels},
        "endpoints": [{"conditions": {"ready": one}} for one in ready],
    }


def followed(
    *objects: dict,
    url: str = URL,
    rewrites: tuple[listeners.Rewrite, ...] = (),
    speaks: RouteProtocol | None = None,
) -> Trace:
    topology = whole()
    groups = dict(topology.target_groups)
    if speaks:
        groups[EDGE_GROUP] = dataclasses.replace(groups[EDGE_GROUP], version="GRPC")
    nodes = {key: dataclasses.replace(node, cluster="shop") for key, node in topology.nodes.items()}
    balancers = dict(topology.load_balancers)
    for arn, balancer in balancers.items():
        if balancer.type == "application":
            [listener] = balancer.listeners
            rules = tuple(dataclasses.replace(rule, rewrites=rewrites) for rule in listener.rules)
            balancers[arn] = dataclasses.replace(balancer, listeners=(dataclasses.replace(listener, rules=rules),))
    clusters = {CLUSTER: read([CLASS, CONTROLLER, *objects])}
    changed = dataclasses.replace(
        topology, nodes=nodes, load_balancers=balancers, target_groups=groups, clusters=clusters
    )
    return trace(url, changed, method="GET" if speaks != "http2" else "POST", speaks=speaks)


def test_a_cluster_whose_api_cannot_be_asked_is_not_seen_and_nothing_is_claimed_of_it():
    found = trace(URL, whole())
    assert found.reached
    assert (found.hops[-1].name, found.hops[-1].verdict) == ("Ingress", "not seen")
    assert found.hops[-1].evidence == "the Kubernetes API of the cluster is private"
    assert trace_view.headline(found).plain == f"{URL} → reached the controller's node ports"


def test_the_sample_application_takes_its_host():
    plan = SamplePlan(digest="sha256:1", hosts=("shop.example.com",), tls=False)
    found = followed(*(item.manifest for stage in plan.stages("image") for item in stage))
    assert found.hops[-1].evidence.startswith("sample/sample, path / → Service sample/sample:80")
    assert trace_view.headline(found).plain == f"{URL} → reached its Service"


@pytest.mark.parametrize(
    ("ready", "verdict"), [((True, True), "passes"), ((True, False), "passes"), ((False,), "answers")]
)
def test_ready_pods_are_counted_where_they_are_known(ready: tuple[bool, ...], verdict: str):
    found = followed(ingress(shop_example_com=[("/", "Prefix", "web")]), service("web"), endpoints("web", *ready)).hops[
        -1
    ]
    assert found.verdict == verdict
    assert ("no pod is ready" in found.reason) == (sum(ready) == 0)
    assert not sum(ready) or found.evidence.endswith(f"; {sum(ready)} ready")


@pytest.mark.parametrize(
    ("objects", "status", "reason", "remedy"),
    [
        ([], 404, "no Ingress serves shop.example.com: the controller answers 404", "with the host shop.example.com"),
        (
            [ingress(class_name="alb", shop_example_com=[("/", "Prefix", "web")])],
            404,
            "Ingress shop/web names shop.example.com, but is of class alb: the controller answers 404",
            "Write spec.ingressClassName: nginx in Ingress shop/web.",
        ),
        (
            [ingress(class_name=None, shop_example_com=[("/", "Prefix", "web")])],
            404,
            "but is of no class",
            "Write spec.ingressClassName: nginx in Ingress shop/web.",
        ),
        (
            [ingress(shop_example_com=[("/v1", "Prefix", "web")]), service("web")],
            404,
            "none of its paths matches /: the controller answers 404",
            "Add the path to Ingress shop/web",
        ),
        (
            [ingress(shop_example_com=[("/", "Prefix", "web")])],
            502,
            "Service shop/web does not exist: the controller answers 502",
            "Create Service shop/web",
        ),
        (
            [ingress(shop_example_com=[("/", "Prefix", "web")]), service("web", 8080)],
            502,
            "Service shop/web has no port 80",
            "Name one of its ports in Ingress shop/web: 8080.",
        ),
    ],
)
def test_what_the_controller_answers_itself_comes_with_the_reason_and_the_remedy(objects, status, reason, remedy):
    found = followed(*objects)
    assert (found.outcome, found.status) == ("answered", status)
    assert reason in found.hops[-1].reason
    assert remedy in found.hops[-1].remedy
    assert trace_view.headline(found).plain == f"{URL} → answered {status} by the controller"


def test_without_a_controller_the_request_stops_at_the_node_port():
    topology = whole()
    nodes = {key: dataclasses.replace(node, cluster="shop") for key, node in topology.nodes.items()}
    found = trace(URL, dataclasses.replace(topology, nodes=nodes, clusters={CLUSTER: read([])}))
    assert (found.outcome, found.hops[-1].name) == ("stopped", "Ingress")
    assert found.hops[-1].reason == "no controller is installed, so nothing answers on the node port"


def controlled(*objects: dict) -> Trace:
    """A request to a cluster with these objects alone."""
    topology = whole()
    nodes = {key: dataclasses.replace(node, cluster="shop") for key, node in topology.nodes.items()}
    return trace(URL, dataclasses.replace(topology, nodes=nodes, clusters={CLUSTER: read([CLASS, *objects])}))


def test_without_a_service_at_the_node_port_nothing_answers():
    elsewhere = CONTROLLER | {"spec": {"ports": [{"port": 80, "nodePort": 30081}]}}
    last = controlled(elsewhere, WEB, service("web")).hops[-1]
    assert (last.name, last.verdict) == ("Controller", "stops")
    assert last.reason == "no Service has node port 30080, so nothing answers on the nodes"


def test_a_controller_without_a_ready_pod_answers_nothing():
    slices = endpoints("controller", False, False)
    slices["metadata"]["namespace"] = "nginx-ingress"
    last = controlled(CONTROLLER, slices, WEB, service("web")).hops[-1]
    assert (last.name, last.verdict) == ("Controller", "stops")
    assert last.reason == "no pod of the controller is ready, so nothing answers on the nodes"
    assert last.remedy == "See why: kubectl -n nginx-ingress describe pods that Service controller selects."


@pytest.mark.parametrize(
    ("unread", "outcome", "verdict", "said"),
    [
        ("Ingress", "not seen", "not seen", "the Ingresses of cluster shop cannot be read"),
        ("Service", "reached", "not seen", "Service shop/web:80"),
        ("IngressClass", "reached", "passes", "Service shop/web:80"),
        ("EndpointSlice", "reached", "passes", "the readiness of its pods is unknown"),
    ],
)
def test_nothing_follows_from_what_the_reader_may_not_list(unread: str, outcome: str, verdict: str, said: str):
    found = {"Ingress": [WEB], "Service": [service("web"), CONTROLLER], "IngressClass": [CLASS], "EndpointSlice": []}
    topology = whole()
    nodes = {key: dataclasses.replace(node, cluster="shop") for key, node in topology.nodes.items()}
    objects = read([one for kind, some in found.items() if kind != unread for one in some], [unread])
    result = trace(URL, dataclasses.replace(topology, nodes=nodes, clusters={CLUSTER: objects}))
    assert (result.outcome, result.hops[-1].verdict) == (outcome, verdict)
    assert said in result.hops[-1].evidence
    assert trace_view.headline(result).plain.startswith(URL)


def test_the_oldest_ingress_has_the_host_as_a_whole():
    found = followed(
        ingress("first", shop_example_com=[("/cart", "Prefix", "cart")]),
        ingress("second", shop_example_com=[("/", "Prefix", "web")]),
        service("cart"),
        service("web"),
    )
    assert found.status == 404
    assert found.hops[-1].evidence == "shop/first has shop.example.com, with paths /cart*"


@pytest.mark.parametrize(
    ("path", "service_"),
    [("/", "web"), ("/v1", "api"), ("/v1beta", "api"), ("/v1/x", "api"), ("/exact", "one"), ("/exact/x", "web")],
)
def test_a_prefix_is_plain_text_the_longest_wins_and_an_exact_path_before_all(path: str, service_: str):
    paths = [("/", "Prefix", "web"), ("/v1", "Prefix", "api"), ("/exact", "Exact", "one")]
    found = followed(
        ingress(shop_example_com=paths), *map(service, ("web", "api", "one")), url=f"https://shop.example.com{path}"
    )
    assert f"→ Service shop/{service_}:80" in found.hops[-1].evidence


def test_an_exact_host_comes_before_a_wildcard_and_that_before_none():
    any_host = ingress("any", any=[("/", "Prefix", "any")])
    wildcard = ingress("wild", STAR_example_com=[("/", "Prefix", "wild")])
    exact = ingress("exact", shop_example_com=[("/", "Prefix", "exact")])
    services = [service(name) for name in ("any", "wild", "exact")]
    for objects, taker in (([any_host], "any"), ([any_host, wildcard], "wild"), ([any_host, wildcard, exact], "exact")):
        assert followed(*objects, *services).hops[-1].evidence.startswith(f"shop/{taker}, ")


def test_the_controller_gets_what_the_listener_rule_made_of_host_and_path():
    host = listeners.Rewrite(type="host-header-rewrite", regex=r"^(.*)\.example\.com$", replace="$1.internal")
    path = listeners.Rewrite(type="url-rewrite", regex="^/shop/(.*)$", replace="/$1")
    found = followed(
        ingress(shop_internal=[("/cart", "Exact", "web")]),
        service("web"),
        url="https://shop.example.com/shop/cart",
        rewrites=(host, path),
    )
    assert "path /cart → Service shop/web:80" in found.hops[-1].evidence


@pytest.mark.parametrize(
    ("regex", "replace", "arrives"),
    [
        (r"^/shop/cart\?item=(\d+)$", "/items/$1", "/items/7"),
        (r"^/shop/([a-z]*)(\?.*)?$", "/$1$2", "/cart"),
        (r"^/shop/(cart)", "/$1-$2", "/cart-"),
        (r"^/shop/(?P<name>[[:alpha:]]+)", r"/\1$1", r"/\1cart"),
        (r"^/other", "/x", "/shop/cart"),
        (r"/shop()(x)?", "$2$1", "/cart"),
    ],
)
def test_a_rewrite_is_about_path_and_query_in_the_load_balancers_own_expressions(
    regex: str, replace: str, arrives: str
):
    found = followed(
        ingress(shop_example_com=[(arrives, "Exact", "web")]),
        service("web"),
        url="https://shop.example.com/shop/cart?item=7",
        rewrites=(listeners.Rewrite(type="url-rewrite", regex=regex, replace=replace),),
    )
    assert f"path {arrives} → Service shop/web:80" in found.hops[-1].evidence


def test_a_rewrite_that_cannot_be_read_leaves_open_what_arrives():
    unknown = listeners.Rewrite(type="url-rewrite", regex="^/(?=shop)", replace="/")
    found = followed(ingress(), service("web"), rewrites=(unknown,))
    assert (found.outcome, found.hops[-1].name, found.hops[-1].verdict) == ("not seen", "Ingress", "not seen")
    assert found.hops[-1].reason == (
        "RE2 cannot read its regular expression, so the host and path that arrive are not known"
    )


F5 = CLASS | {"spec": {"controller": "nginx.org/ingress-controller"}}
COMMUNITY = CLASS | {"spec": {"controller": "k8s.io/ingress-nginx"}}


def by_https(*objects: dict) -> Trace:
    """As `followed`, with an edge that sends HTTPS."""
    topology = whole()
    nodes = {key: dataclasses.replace(node, cluster="shop") for key, node in topology.nodes.items()}
    groups = {
        arn: dataclasses.replace(group, protocol="HTTPS") if group.target_type == "ip" else group
        for arn, group in topology.target_groups.items()
    }
    clusters = {CLUSTER: read([CONTROLLER, *objects])}
    return trace(URL, dataclasses.replace(topology, nodes=nodes, target_groups=groups, clusters=clusters), method="GET")


def with_tls(one: dict, *hosts: str) -> dict:
    return one | {"spec": one["spec"] | {"tls": [{"hosts": list(hosts)}]}}


WEB = ingress(shop_example_com=[("/", "Prefix", "web")])


def test_a_host_without_tls_is_answered_404_where_the_edge_sends_https():
    found = by_https(F5, WEB, service("web"))
    assert (found.outcome, found.status) == ("answered", 404)
    assert found.hops[-1].reason == (
        "the edge sends HTTPS, and the controller serves this host by HTTP alone: it answers 404"
    )
    assert found.hops[-1].remedy == "Add tls: [{hosts: [shop.example.com]}] to the spec of Ingress shop/web."


@pytest.mark.parametrize(
    "objects",
    [
        [F5, with_tls(WEB, "shop.example.com")],
        [F5, ingress(any=[("/", "Prefix", "web")])],
        [COMMUNITY, WEB],
    ],
    ids=["named in spec.tls", "no host at all", "a controller that serves every host"],
)
def test_a_host_is_served_by_https(objects: list[dict]):
    assert by_https(*objects, service("web")).reached


def test_a_host_of_spec_tls_is_served_by_http_too():
    assert followed(with_tls(WEB, "shop.example.com"), service("web")).reached


def marked(one: dict, **annotations: str) -> dict:
    """With annotations `nginx.org/…`, dashes as underscores."""
    given = {f"nginx.org/{key.replace('_', '-')}": value for key, value in annotations.items()}
    return one | {"metadata": one["metadata"] | {"annotations": given}}


MASTER = marked(ingress("master", shop_example_com=[]), mergeable_ingress_type="master")


def minion(name: str, *paths: tuple[str, str, str]) -> dict:
    return marked(ingress(name, shop_example_com=list(paths)), mergeable_ingress_type="minion")


def test_the_paths_of_a_master_are_its_minions():
    objects = [MASTER, minion("cart", ("/cart", "Prefix", "cart")), minion("web", ("/", "Prefix", "web"))]
    services = [service("cart"), service("web")]
    for path, evidence in (("cart", "shop/cart, paths /cart* → Service shop/cart:80"), ("", "shop/web, path / → ")):
        assert followed(*objects, *services, url=f"{URL}{path}").hops[-1].evidence.startswith(evidence)
    alone = followed(MASTER, minion("cart", ("/cart", "Prefix", "cart")), service("cart"))
    assert (alone.status, alone.hops[-1].remedy) == (404, "Add the path to a minion of Ingress shop/master.")


def test_of_two_minions_with_one_path_the_older_has_it():
    objects = [MASTER, minion("old", ("/", "Prefix", "old")), minion("new", ("/", "Exact", "new"))]
    assert "→ Service shop/old:80" in followed(*objects, service("old"), service("new")).hops[-1].evidence


def test_a_minion_without_a_master_is_not_served():
    found = followed(minion("cart", ("/", "Prefix", "cart")), service("cart"))
    assert found.status == 404
    assert found.hops[-1].reason == (
        "Ingress shop/cart is a minion, and no master has shop.example.com: the controller answers 404"
    )


@pytest.mark.parametrize(
    ("mode", "path", "taker"),
    [
        ("case_sensitive", "/users/7", "users"),
        ("case_sensitive", "/Users/7", None),
        ("case_insensitive", "/Users/7", "users"),
        ("case_sensitive", "/orders", "orders"),
        ("exact", "/users/7", None),
    ],
)
def test_paths_are_expressions_where_the_ingress_says_so(mode: str, path: str, taker: str | None):
    paths = [("/users(/|$)(.*)", "ImplementationSpecific", "users"), ("/orders$", "Prefix", "orders")]
    found = followed(
        marked(ingress(shop_example_com=paths), path_regex=mode),
        service("users"),
        service("orders"),
        url=f"https://shop.example.com{path}",
    )
    assert (found.status == 404) is (taker is None)
    assert not taker or f"→ Service shop/{taker}:80" in found.hops[-1].evidence


def test_the_class_of_the_annotation_comes_before_the_fields():
    other = WEB | {"metadata": WEB["metadata"] | {"annotations": {"kubernetes.io/ingress.class": "alb"}}}
    assert "is of class alb" in followed(other, service("web")).hops[-1].reason


@pytest.mark.parametrize("asked", ["/caf%C3%A9/menu", "/café/menu", "//caf%c3%a9//menu", "/x/../café/menu"])
def test_the_controller_compares_the_decoded_path_with_its_slashes_merged(asked: str):
    menu = ingress(shop_example_com=[("/café/", "Prefix", "menu"), ("/", "Prefix", "web")])
    found = followed(menu, service("web"), service("menu"), url=f"https://shop.example.com{asked}")
    assert "Service shop/menu:80" in found.hops[-1].evidence


def test_a_websocket_needs_its_service_in_the_annotation():
    socket = ingress(shop_example_com=[("/", "Prefix", "chat"), ("/feed", "Prefix", "feed")])
    objects = (socket, service("chat"), service("feed"))
    socket["metadata"]["annotations"] = {"nginx.org/websocket-services": "feed"}
    assert followed(*objects).reached
    assert followed(*objects, url="wss://shop.example.com/feed").reached
    found = followed(*objects, url="wss://shop.example.com/")
    assert found.outcome == "stopped"
    assert (found.hops[-1].reason, found.hops[-1].remedy) == (
        "nginx.org/websocket-services does not name Service chat: the controller does not forward the upgrade",
        "Add chat to nginx.org/websocket-services of Ingress shop/web.",
    )


def test_a_grpc_call_needs_its_service_in_the_annotation_and_no_other_request_may_come_there():
    calls = ingress(shop_example_com=[("/chat.Chat/", "Prefix", "chat"), ("/", "Prefix", "web")])
    objects = (calls, service("chat"), service("web"))
    calls["metadata"]["annotations"] = {"nginx.org/grpc-services": "chat"}
    assert followed(*objects, url=f"{URL}chat.Chat/Send", speaks="grpc").reached
    found = followed(*objects, url=f"{URL}web.Web/Get", speaks="grpc")
    assert (found.outcome, found.hops[-1].reason, found.hops[-1].remedy) == (
        "stopped",
        "nginx.org/grpc-services does not name Service web: the controller speaks HTTP/1.1 to it",
        "Add web to nginx.org/grpc-services of Ingress shop/web.",
    )
    found = followed(*objects, url=f"{URL}chat.Chat/Send", speaks="http2")
    assert (found.outcome, found.hops[-1].reason, found.hops[-1].remedy) == (
        "stopped",
        "nginx.org/grpc-services names Service chat: the controller speaks gRPC alone to it",
        "Call it by gRPC (--protocol grpc), through a route with protocol: grpc.",
    )
