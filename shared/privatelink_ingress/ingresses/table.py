"""The annotations of the pinned controller as a table of docs/ingresses.md."""

from __future__ import annotations

from privatelink_ingress.ingresses.annotations import ANNOTATIONS, EVERY, Annotation
from privatelink_ingress.ingresses.ingress_nginx import PREFIX, REPLACEMENTS, replacement


def of_annotations() -> str:
    """Markdown: each annotation, whether it works behind this edge, its value, and the Ingresses it acts on."""
    rows = ["", "| annotation | here | value | a wrong one | on |", "|---|---|---|---|---|"]
    for name, known in ANNOTATIONS.items():
        value = "" if known.unsupported else _cell(known.form.wanted)
        on = "" if known.unsupported or known.on == EVERY else ", ".join(known.on)
        wrong = "" if known.unsupported or known.wrong == Annotation.wrong else _cell(known.wrong)
        rows.append(f"| `{name}` | {_cell(_here(known))} | {value} | {wrong} | {on} |")
    return "\n".join([*rows, ""])


def of_replacements() -> str:
    """Markdown: each annotation of kubernetes/ingress-nginx, what is lost with it, and what to do."""
    rows = ["", f"| `{PREFIX}…` | without it | do |", "|---|---|---|"]
    for name in sorted(REPLACEMENTS):
        lost, write = replacement(name, "…")
        shown = f"`{name}…`" if name.endswith("-") else f"`{name}`"
        rows.append(f"| {shown} | {_cell(lost)} | {_cell(write)} |")
    return "\n".join([*rows, ""])


def _here(known: Annotation) -> str:
    if known.unsupported:
        return f"no: {known.unsupported}"
    words = [known.note] if known.note else []
    if known.needs:
        words.append(f"needs `{known.needs}`")
    return f"yes; {'; '.join(words)}" if words else "yes"


def _cell(text: str) -> str:
    parts = text.replace("|", "\\|").split("`")
    # Outside code, < would start a tag.
    return "`".join(part if index % 2 else part.replace("<", "&lt;") for index, part in enumerate(parts))
