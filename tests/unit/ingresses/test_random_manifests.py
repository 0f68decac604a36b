"""Whatever the manifests are, the check ends with findings in one order, and never with a traceback."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from privatelink_ingress.cli import ingresses as command
from privatelink_ingress.ingresses import ingress_nginx
from privatelink_ingress.ingresses.annotations import ANNOTATIONS
from privatelink_ingress.ingresses.model import Conventions
from privatelink_ingress.ingresses.other_controllers import HELPERS, OTHERS
from privatelink_ingress.problems import UsageError
from tests.support.examples import examples

WORDS = st.sampled_from(["web", "api", "shop", "Web", "web_1", "1app", "", "-", "x" * 64])
HOSTS = st.one_of(
    st.sampled_from(["shop.example.com", "*.example.com", "*", "Shop.example.com:443", "10.0.0.7", "::1", "a..b", ""]),
    st.text(max_size=20),
)
PATHS = st.one_of(
    st.sampled_from(
        ["/", "/v1", "/v1/", "/*", "/users(/|$)(.*)", "/[0-9+", "/{id}", "/a//b", "/%2f", "//", "/x{2}", ""]
    ),
    st.text(alphabet='/ab.*+?()[]{}|^$\\ "%;:<>=!_', max_size=24).map(lambda text: f"/{text}"),
    st.text(max_size=12),
)
KEYS = st.one_of(
    st.sampled_from(sorted(ANNOTATIONS)),
    st.sampled_from(sorted(ANNOTATIONS)).map(lambda key: key[:-1]),
    st.sampled_from(sorted(ingress_nginx.REPLACEMENTS)).map(lambda name: f"{ingress_nginx.PREFIX}{name}"),
    st.sampled_from(sorted({**OTHERS, **HELPERS})).map(lambda start: f"{start}x"),
    st.text(max_size=16),
)
VALUES = st.one_of(
    st.sampled_from(["true", "60s", "60 seconds", "8m", "8MB", "web", "web,api", "serviceName=web rewrite=/", "/$2",
                     "master", "minion", "case_sensitive", "case_insensitive", "8 4k", "0 0", "10r/s", "${x}", "$"]),
    st.text(max_size=30),
    st.text(alphabet="0123456789", min_size=1, max_size=30),
)  # fmt: skip
ANY = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
    max_leaves=8,
)


def mostly(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Its values, and now and then anything."""
    return st.one_of(*[strategy] * 12, ANY)


PORTS = st.one_of(
    st.fixed_dictionaries(
        {}, optional={"number": st.integers(-1, 70_000), "name": st.sampled_from(["http", "80", "A"])}
    ),
    st.just({"number": 80}),
)
BACKENDS = st.fixed_dictionaries(
    {}, optional={
        "service": mostly(st.fixed_dictionaries({"name": WORDS}, optional={"port": mostly(PORTS)})),
        "resource": st.just({"kind": "Bucket", "name": "b"}),
    },
)  # fmt: skip
PATH = st.fixed_dictionaries(
    {"backend": mostly(BACKENDS)},
    optional={
        "path": mostly(PATHS),
        "pathType": st.sampled_from(["Prefix", "Exact", "ImplementationSpecific", "prefix"]),
    },
)
RULE = st.fixed_dictionaries(
    {}, optional={
        "host": mostly(HOSTS),
        "http": mostly(st.fixed_dictionaries({"paths": mostly(st.lists(mostly(PATH), max_size=4))})),
    },
)  # fmt: skip
INGRESS = st.fixed_dictionaries(
    {
        "apiVersion": st.sampled_from(["networking.k8s.io/v1"] * 9 + ["extensions/v1beta1"]),
        "kind": st.just("Ingress"),
        "metadata": mostly(
            st.fixed_dictionaries(
                {"name": WORDS},
                optional={
                    "namespace": WORDS,
                    "annotations": mostly(st.dictionaries(KEYS, mostly(VALUES), max_size=5)),
                    "generateName": mostly(WORDS),
                    "labels": mostly(st.dictionaries(st.text(max_size=4), st.text(max_size=70), max_size=2)),
                },
            )
        ),
        "spec": mostly(
            st.fixed_dictionaries(
                {"rules": mostly(st.lists(mostly(RULE), max_size=4))},
                optional={
                    "ingressClassName": mostly(st.sampled_from(["nginx", "alb", "", "A_"])),
                    "defaultBackend": mostly(BACKENDS),
                    "tls": mostly(
                        st.lists(
                            st.fixed_dictionaries({}, optional={"hosts": mostly(st.lists(HOSTS, max_size=2)),
                                                                "secretName": mostly(WORDS)}), max_size=2
                        )
                    ),
                },
            )
        ),
    }
)  # fmt: skip
OTHER = st.fixed_dictionaries(
    {"apiVersion": mostly(st.sampled_from(["v1", "k8s.nginx.org/v1", "networking.k8s.io/v1", "traefik.io/v1"])),
     "kind": mostly(st.sampled_from(["Service", "Secret", "Policy", "IngressClass", "ingres", "List", "IngressList"]))},
    optional={
        "metadata": mostly(st.fixed_dictionaries({"name": WORDS}, optional={"namespace": WORDS})),
        "spec": mostly(st.fixed_dictionaries({}, optional={"type": st.sampled_from(["ExternalName", "ClusterIP"]),
                                                           "ports": mostly(st.lists(mostly(PORTS), max_size=2))})),
        "items": mostly(st.lists(mostly(INGRESS), max_size=2)),
        "type": mostly(st.text(max_size=4)),
        "data": mostly(st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2)),
    },
)  # fmt: skip
TARGETS = [
    command.Target(),
    command.Target(
        stack="shop",
        conventions=Conventions(protocol="https", ingress_tls=True, namespaces=("shop",), redirect_http=True),
        routed=("*.example.com",),
    ),
]


def judged(text: str | bytes, target: command.Target, suffix: str = ".json") -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"manifest{suffix}"
        file.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
        try:
            answer = command.as_json(command.judge([str(file)], target), target)
        except UsageError as error:
            answer = str(error)
        return answer.replace(str(file), "FILE")


@examples(quick=8, whole=60)
@given(manifests=st.lists(st.one_of(INGRESS, INGRESS, OTHER), min_size=1, max_size=4), target=st.sampled_from(TARGETS))
def test_random_manifests_get_an_answer_and_the_same_one_again(manifests: list[Any], target: command.Target):
    text = json.dumps({"kind": "List", "items": manifests})
    assert judged(text, target) == judged(text, target)


@examples(quick=8, whole=60)
@given(one=INGRESS, key=KEYS, value=VALUES)
def test_the_order_of_annotations_changes_no_answer(one: dict[str, Any], key: str, value: str):
    given_metadata = one["metadata"] if isinstance(one["metadata"], dict) else {}
    there = given_metadata.get("annotations") if isinstance(given_metadata.get("annotations"), dict) else {}
    pairs = list({**(there or {}), key: value}.items())
    texts = [
        json.dumps({**one, "metadata": {**given_metadata, "annotations": dict(order)}})
        for order in (pairs, pairs[::-1])
    ]
    first, second = (judged(text, TARGETS[0]) for text in texts)
    assert first == second


@examples(quick=8, whole=60)
@given(text=st.one_of(st.text(), st.binary(), st.text(alphabet="{}[]:,-&*!|>\"' \n\tabc1._#?%@`~")))
@example(b"\xff\xfekind: Ingress")
@example("kind: Ingress\nspec: " + "[" * 1000)
@example("{" * 1000)
@example("spec: " + "9" * 6000)
@example('{"spec": ' + "9" * 6000 + "}")
@example("a: &a [*a]\n")
@example("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n" + "\n".join(f"d{n}: [*c, *c]" for n in range(9)))
@example("kind: Ingress\nmetadata: 2001-99-99\n")
@example("kind: Ingress\nkind: Ingress\n")
@example("? [a]\n: b\n")
@example("? {a: b}\n: c\n")
@example("kind: !Ref Ingress\nmetadata: !!set {a, b}\nspec: !!binary 'x'\n")
@example('{"kind": "Ingress", "metadata": {"name": "\\ud800"}}')
@example("%YAML 3.1\n---\nkind: Ingress\n")
@example("kind: Ingress\napiVersion: [networking.k8s.io/v1]\n")
@example("<<: {kind: Ingress}\n")
@example("kind: Ingress\n<<: [1]\n")
def test_any_text_gets_an_answer(text: str | bytes):
    for suffix in (".yaml", ".json"):
        judged(text, TARGETS[0], suffix)


@examples(quick=8, whole=60)
@given(manifests=st.lists(INGRESS, min_size=1, max_size=3))
@example(manifests=[{"kind": "Ingress", "metadata": {"name": "", "generateName": {"0": None, "": None}}}])
@example(
    manifests=[{"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"labels": {":": "", "": ""}}}]
)
def test_yaml_and_json_of_the_same_manifests_get_the_same_answer(manifests: list[Any]):
    with tempfile.TemporaryFile("w+", encoding="utf-8") as file:
        yaml = YAML(typ="safe", pure=True)
        yaml.default_style = '"'  # words such as yes are text in quotes alone
        yaml.dump_all(json.loads(json.dumps(manifests)), file)
        file.seek(0)
        text = file.read()
    as_json = judged(json.dumps({"kind": "List", "items": manifests}), TARGETS[0])
    assert judged(text, TARGETS[0], ".yaml") == as_json
