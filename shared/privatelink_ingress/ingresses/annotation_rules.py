"""Whether each annotation of an Ingress is one that this controller reads, and has a value that it takes."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.ingresses import ingress_nginx
from privatelink_ingress.ingresses.annotations import ANNOTATIONS, CONFIG_MAP, PREFIXES, Annotation
from privatelink_ingress.ingresses.model import (
    CLASS_ANNOTATION,
    MASTER,
    PATH_REGEX,
    PLAIN,
    REWRITE_TARGET,
    REWRITES,
    Conventions,
    Manifest,
    annotation_field,
    annotations_of,
    role,
    shown,
)
from privatelink_ingress.ingresses.other_controllers import FAMILY, HELPERS, INSTEAD, OTHERS, longest, owner_of
from privatelink_ingress.ingresses.protections import protection
from privatelink_ingress.problems import Problem, nearest

_DEFAULTS = Conventions()
_RATE = "nginx.org/limit-req-rate"
_DOCS = "docs/ingresses.md lists what this controller reads."


def problems(ingress: Manifest, conventions: Conventions = _DEFAULTS) -> Iterator[Problem]:
    """Annotations that nobody reads, that have no use here, or whose value is refused or ignored."""
    given = annotations_of(ingress)
    for key in sorted(given):
        value = given[key]
        if not isinstance(value, str):
            continue  # the API server's affair
        if key in ANNOTATIONS:
            yield from _known(key, value, ANNOTATIONS[key], ingress)
        else:
            yield from _unknown(key, value, conventions.largest_file_mib)


def advice(ingress: Manifest) -> Iterator[Problem]:
    """Annotations of operators that have nothing to do here."""
    for key in sorted(annotations_of(ingress)):
        if found := longest(key, HELPERS):
            yield Problem(annotation_field(key), *found)


def _known(key: str, value: str, known: Annotation, ingress: Manifest) -> Iterator[Problem]:
    field, kind = annotation_field(key), role(ingress)
    if known.unsupported:
        yield Problem(field, known.unsupported, known.instead)
        return
    if not known.form.fits(value):
        guess = known.form.suggestion(value)
        wanted = f'Write "{guess}".' if guess else f"Write {known.form.wanted.replace('`', '')}."
        if key == REWRITES and "$" in value:
            wanted = f"Write {REWRITE_TARGET} with {PATH_REGEX}: case_sensitive, which knows groups of the path."
        reason = f"is {shown(value)}, which is not a valid value: {known.wrong}"
        yield Problem(field, reason, wanted)
    if kind not in known.on:
        write = "Write it on each minion." if kind == MASTER else "Write it on the master of the host."
        yield Problem(field, f"has no effect on a {kind}: the controller ignores it there", write)
    if known.needs and known.needs not in annotations_of(ingress) and not _elsewhere(known.needs, kind):
        effect = "does nothing" if known.needs == _RATE else "is rejected"
        reason = f"{effect} without {known.needs}"
        yield Problem(field, reason, f"Write {known.needs} as well, or remove this one.")


def _elsewhere(needed: str, kind: str) -> bool:
    """Whether another Ingress of the host may have it: rates are inherited from the master, or used by minions."""
    return kind != PLAIN and needed == _RATE


def _unknown(key: str, value: str, largest: int) -> Iterator[Problem]:
    field, lower = annotation_field(key), key.lower()
    if key.startswith(ingress_nginx.PREFIX):
        lost, write = ingress_nginx.replacement(key.removeprefix(ingress_nginx.PREFIX), value, largest)
        yield Problem(field, _ignored("kubernetes/ingress-nginx", lost), write)
    elif lower.startswith(PREFIXES):
        yield _unknown_of_f5(field, key, value, largest)
    elif key == CLASS_ANNOTATION or longest(key, HELPERS):
        return
    elif not longest(key, OTHERS) and (near := _misspelt_prefix(key)):
        yield Problem(field, "is ignored: its prefix is misspelt", f"Did you mean {near}?")
    elif owner := owner_of(key):
        lost, write = longest(key, INSTEAD) or ("", f"Remove it. {_DOCS}")
        if not lost:
            lost, write = protection(key.partition("/")[2] or key) or (lost, write)
        yield Problem(field, _ignored(owner, lost), write)


def _ignored(owner: str, lost: str) -> str:
    """What is lost comes first."""
    reason = f"belongs to {owner}, and this controller ignores it"
    return f"{lost}; it {reason}" if lost else reason


def _unknown_of_f5(field: str, key: str, value: str, largest: int) -> Problem:
    prefix, _, name = key.partition("/")
    if key.lower() in ANNOTATIONS:
        return Problem(field, "is ignored: names of annotations are lower case", f"Write {key.lower()}.")
    reason = "is not an annotation of this controller, which ignores it"
    for other in PREFIXES:
        if f"{other}{name}" in ANNOTATIONS:
            known = ANNOTATIONS[f"{other}{name}"]
            write = known.instead if known.unsupported else f"Write {other}{name}."
            return Problem(field, f"{reason}: {other}{name} exists", write)
    if name in ingress_nginx.REPLACEMENTS:
        lost, write = ingress_nginx.replacement(name, value, largest)
        return Problem(field, f"{lost}; it {reason}" if lost else reason, write)
    if name in CONFIG_MAP:
        reason = "is a key of the controller's ConfigMap, not an annotation: the controller ignores it"
        write = "Remove it: the ConfigMap is the platform team's (controller.config of the workload's stack file)."
        return Problem(field, reason, write)
    near = nearest(name, [one.partition("/")[2] for one in ANNOTATIONS], cutoff=0.8)
    full = next((one for one in (f"{prefix}/{near}", *ANNOTATIONS) if near and _is_known(one, near)), "")
    lost, write = ("", f"Did you mean {full}?") if full else (protection(name) or ("", f"Remove it. {_DOCS}"))
    return Problem(field, f"{lost}; it {reason}" if lost else reason, write)


def _is_known(key: str, name: str) -> bool:
    return key in ANNOTATIONS and key.endswith(f"/{name}")


def _misspelt_prefix(key: str) -> str:
    """The annotation that was probably meant by one whose prefix nobody knows; empty for those of other tools."""
    prefix, slash, name = key.rpartition("/")
    if not slash:
        bare = key.removeprefix("nginx.org").lstrip(".-_:")
        return f"nginx.org/{bare}" if f"nginx.org/{bare}" in ANNOTATIONS else ""
    known = [one.removesuffix("/") for one in (*PREFIXES, ingress_nginx.PREFIX)]
    if prefix.endswith(FAMILY) and not nearest(prefix.removesuffix(FAMILY), ["nginx"], cutoff=0.7):
        return ""  # another controller's
    near = nearest(prefix, known, cutoff=0.8)
    return f"{near}/{name}" if near else ""
