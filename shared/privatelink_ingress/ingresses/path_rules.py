"""Paths that the controller rejects, that nginx does not load, or that no request has.

Read in github.com/nginx/kubernetes-ingress at version 5.6.0: `validatePath` in `internal/k8s/validation.go`,
`generateIngressPath` in `internal/configs/ingress.go`, `makeLocationPath` and `makeRewritePattern` in
`internal/configs/version1/template_helper.go`, `internal/configs/version1/nginx.ingress.tmpl`. nginx compares the
decoded path, slashes merged: https://nginx.org/en/docs/http/ngx_http_core_module.html#location.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

from privatelink_ingress.ingresses.model import (
    MASTER,
    PATH_REGEX,
    REWRITE_TARGET,
    REWRITES,
    Conventions,
    Manifest,
    PathAt,
    annotation_field,
    annotations_of,
    paths,
    role,
    shown,
)
from privatelink_ingress.problems import Problem

LONGEST = 4000
"""Bytes of a path: with what the controller writes around it, it fits the 4,096 of nginx's `NGX_CONF_BUFFER`
(`src/core/ngx_conf_file.c`)."""
_REJECTS = "the controller rejects the Ingress"
_BROKEN = (
    "unterminated", "unbalanced", "missing", "nothing to repeat", "multiple repeat", "bad character range",
    "min repeat greater", "too large", "nested too deeply",
)  # fmt: skip
"""What Python says of expressions that the controller's library refuses as well; of the rest it may know more."""
_EXPRESSION = re.compile(r'\*|\.\+|\([^)]*\|[^)]*\)|\([^)]*\)[+?]|\[[^\]]*\]|\\[^"\\]|^/\^|\$$|\?|\|')
"""Signs that stand in paths which are meant as expressions."""


def problems(ingress: Manifest, conventions: Conventions) -> Iterator[Problem]:
    """What is wrong with each path, and paths that are there twice."""
    if role(ingress) == MASTER:
        return
    regex = annotations_of(ingress).get(PATH_REGEX, "")
    for path in paths(ingress):
        found = list(_rejected(path))
        yield from found
        if not found:
            yield from _not_loaded(path, regex, REWRITE_TARGET in annotations_of(ingress))
            yield from _never_asked_for(path, regex)
        if path.exact and not path.host and path.path == conventions.health_path:
            reason = (
                f"is {conventions.health_path}, which the controller answers itself where no host is named: nginx "
                f"refuses the Ingress"
            )
            yield Problem(f"{path.where}.path", reason, "Write another path, or name the host.")
    yield from _twice(ingress, regex)
    yield from _rewritten(ingress, regex)


def expression(text: str) -> re.Pattern[str] | str:
    """The path as an expression, or why it is none."""
    # .NET's names of groups, and options in the middle, which Python does not take.
    text = re.sub(r"\(\?[a-zA-Z-]+\)", "", re.sub(r"\(\?<([A-Za-z_]\w*)>", r"(?P<\1>", text))
    bare = re.sub(r"\[\^?\]?[^\]]*\]", "x", re.sub(r"\\.", "x", text))
    if re.search(r"[*+?}]\+", bare):
        return "multiple repeat"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(text)
    except re.error as error:
        return error.msg
    except OverflowError:
        return "the repetition number is too large"
    except RecursionError:
        return "it is nested too deeply"


def _rejected(path: PathAt) -> Iterator[Problem]:
    field, text = f"{path.where}.path", path.path
    if not text.startswith("/"):
        return  # the API server's affair
    if text.startswith("//") or ".." in re.split(r"[/\\]", text):
        what = "starts with //" if text.startswith("//") else "has a part .."
        yield Problem(field, f"is {shown(text)}, which {what}: {_REJECTS}", "Write it without.")
        return
    if re.search(r"[\s;]", text):
        escaped = "".join(f"\\x{ord(sign):02x}" if sign in " \t\n\r\f\v;" else sign for sign in text)
        write = f"Write {PATH_REGEX}: case_sensitive, and the path as {escaped}."
        yield Problem(field, f"is {shown(text)}, with a blank or a semicolon: {_REJECTS}", write)
        return
    if len(text.encode(errors="replace")) > LONGEST:
        reason = f"is {shown(text)}, longer than {LONGEST} bytes, which nginx does not read: it refuses the Ingress"
        yield Problem(field, reason, "Write a shorter prefix of it.")
        return
    if re.search(r"[\x00-\x1f\x7f]", text):
        reason = f"is {shown(text)}, with a control character, which no client sends: no request has it"
        yield Problem(field, reason, "Write it without.")
        return
    found = expression(text)
    if isinstance(found, str) and any(word in found for word in _BROKEN):
        reason = f"is {shown(text)}, no valid expression ({found}), which it must be even as plain text: {_REJECTS}"
        write = (
            f"Close what is open, or write {PATH_REGEX}: case_sensitive and \\ before signs that are only themselves."
        )
        yield Problem(field, reason, write)
    if re.fullmatch(r'([^"\\]|\\.)*', text, re.DOTALL) is None:
        reason = f'is {shown(text)}, with a bare " or a \\ at the end: {_REJECTS}'
        yield Problem(field, reason, 'Write \\" for ", and \\\\ for \\.')
    if any(re.search("[A-Za-z]", inside) for inside in re.findall(r"\{(.*?)\}", text)):
        prefix = text.partition("{")[0] or "/"
        reason = f"is {shown(text)}, with letters in braces: {_REJECTS}"
        write = f"Write the prefix {prefix}, or nginx.org/path-regex: case_sensitive and [^/]+ for each of them."
        yield Problem(field, reason, write)
    if re.search(r"^/etc/|^/root(?:/|$)|^/var(?:/|$)|\\n|\\r$", text):
        reason = f"is {shown(text)}, which the controller takes for a directory of its own, or a line end: {_REJECTS}"
        write = "Write another path. The route at the edge can rewrite the one that clients use (rewrite.path)."
        yield Problem(field, reason, write)


def _not_loaded(path: PathAt, regex: str, rewritten: bool) -> Iterator[Problem]:
    field, text = f"{path.where}.path", path.path
    if path.exact and regex:
        reason = f"is of type Exact, whose sign = {PATH_REGEX} puts into the expression: no request matches it"
        yield Problem(field, reason, "Write pathType: ImplementationSpecific, and $ at the end of the path.")
    elif path.exact and rewritten:
        reason = f"is of type Exact, whose sign = {REWRITE_TARGET} puts into the rewrite: nginx refuses the Ingress"
        yield Problem(field, reason, f"Write pathType: Prefix, or {REWRITES} in place of {REWRITE_TARGET}.")
    elif re.search("[{}]", text) and (not regex or rewritten):
        reason = f"is {shown(text)}, whose braces nginx reads as its own: it refuses the Ingress"
        write = (
            "Write it without braces." if rewritten else "Write nginx.org/path-regex: case_sensitive, which quotes it."
        )
        yield Problem(field, reason, write)


def _never_asked_for(path: PathAt, regex: str) -> Iterator[Problem]:
    field, text = f"{path.where}.path", path.path
    if regex in ("case_sensitive", "case_insensitive"):
        return
    if _EXPRESSION.search(text):
        if text.endswith("/*"):
            write = f"Write {text[:-1]} with pathType: Prefix, which takes all below it."
        else:
            write = (
                "Write nginx.org/path-regex: case_insensitive if it is an expression, which then holds for all paths."
            )
        reason = f"is {shown(text)}, which is plain text to nginx: no request has it"
        yield Problem(field, reason, write)
    elif re.search("%[0-9A-Fa-f]{2}", text):
        reason = f"is {shown(text)}, and nginx compares the decoded path: no request has it"
        yield Problem(field, reason, "Write the character itself; a blank needs nginx.org/path-regex and \\x20.")
    elif "//" in text[1:] or re.search(r"/\.(/|$)", text):
        reason = f"is {shown(text)}, and nginx merges slashes and resolves dots before it compares: no request has it"
        yield Problem(field, reason, "Write it with single slashes.")


def _twice(ingress: Manifest, regex: str) -> Iterator[Problem]:
    seen: dict[tuple[str, bool, str], PathAt] = {}
    for path in paths(ingress):
        first = seen.setdefault((path.host, path.exact, path.path), path)
        if first is not path:
            effect = "the first one gets every request" if regex.startswith("case_") else "nginx refuses the Ingress"
            reason = f"is {shown(path.path)}, as at {first.where}: {effect}"
            yield Problem(f"{path.where}.path", reason, "Remove one of the two.")


def _rewritten(ingress: Manifest, regex: str) -> Iterator[Problem]:
    given = annotations_of(ingress)
    if REWRITES in given and REWRITE_TARGET in given:
        reason = f"is ignored: {REWRITES} is there as well, and counts"
        yield Problem(annotation_field(REWRITE_TARGET), reason, "Remove one of the two.")
    if REWRITES in given and regex.startswith("case_"):
        reason = (
            f"cannot stand beside {PATH_REGEX}: nginx takes no path in proxy_pass for an expression, and refuses it"
        )
        yield Problem(annotation_field(REWRITES), reason, f"Write {REWRITE_TARGET} in its place.")
    target = given.get(REWRITE_TARGET)
    if not isinstance(target, str) or REWRITES in given:
        return
    highest = max((int(number) for number in re.findall(r"\$([0-9])", target)), default=0)
    for path in paths(ingress):
        found = expression(path.path)
        if isinstance(found, re.Pattern) and found.groups < highest:
            groups = f"{found.groups} group{'' if found.groups == 1 else 's'}"
            reason = f"has {groups}, and {REWRITE_TARGET} names ${highest}, which is then empty"
            yield Problem(f"{path.where}.path", reason, f"Write {highest} groups in ( ), or another target.")
