"""`check` over stack files with anything anywhere: always findings or none, never a traceback."""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from privatelink_ingress.fleet.check import check

ROOT = Path(__file__).parents[3]
FILES = (
    "central-ingress/Pulumi.prod.yaml",
    "central-ingress/Pulumi.prod-blog.yaml",
    "eks-service/Pulumi.shop.yaml",
    "eks-service/Pulumi.blog.yaml",
)
_YAML = YAML(typ="safe", pure=True)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(
        ["", "0", "a" * 300, "10.0.0.0/8", "*", "prod", "shop", "::/0", "arn:aws:iam::1:role/x", "²", "٣"]
    )
)
anything = st.recursive(
    scalars | st.just({"secure": "v1:abc"}),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [*([at] if at else []), *(place for key, one in inner for place in places(one, (*at, key)))]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_anything_in_any_place_is_answered(data: st.DataObject):
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        for pattern in ("Pulumi.yaml", "eks-service/Pulumi*.yaml", "central-ingress/Pulumi*.yaml"):
            for file in ROOT.glob(pattern):
                copied = root / file.relative_to(ROOT)
                copied.parent.mkdir(exist_ok=True)
                shutil.copyfile(file, copied)
        for _ in range(data.draw(st.integers(1, 3))):
            file = root / data.draw(st.sampled_from(FILES))
            content = _YAML.load(file.read_text())
            *above, last = data.draw(st.sampled_from(places(content["config"])))
            around = content["config"]
            for key in above:
                around = around[key]
            around[last] = data.draw(anything)
            text = io.StringIO()
            _YAML.dump(content, text)
            file.write_text(text.getvalue())
        report = check(root)
        assert all(one.problem.where and one.problem.reason for one in report.findings)
