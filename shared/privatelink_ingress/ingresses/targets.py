"""Forms of annotation values that name Services, paths and redirects, as the pinned controller parses them.

Read in github.com/nginx/kubernetes-ingress at version 5.6.0: `internal/configs/parsing_helpers.go` (lists of Services),
`internal/k8s/validation.go` and `pkg/apis/configuration/validation/common.go` (targets).
"""

from __future__ import annotations

import re

from privatelink_ingress.ingresses.values import Form


def _no_blanks(value: str) -> str:
    return ",".join(part for part in re.split(r"[,;\s]+", value) if part)


SERVICE = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"

SERVICES = Form(
    wanted="names of Services of this Ingress, commas without blanks between them (`web,api`)",
    fits=lambda value: all(re.fullmatch(SERVICE, part) for part in value.split(",")),
    guess=_no_blanks,
)


def rewrites(value: str) -> dict[str, str] | None:
    """Path by Service of a `nginx.org/rewrites` value; None for one that the controller rejects."""
    found = {}
    for part in value.split(";"):
        # The controller splits at "=" as well, so a second one is rejected.
        match = re.fullmatch(r"serviceName=([^=\s]*) rewrite=(/[^\s{};$=]*)", part.strip())
        if match is None:
            return None
        found[match[1]] = match[2]
    return found


def sticky(value: str) -> dict[str, str] | None:
    """Cookie parameters by Service of a `sticky-cookie-services` value; None for one that the controller rejects."""
    found = {}
    for part in value.split(";"):
        # Not stripped: a blank after the semicolon makes the entry unreadable to the controller.
        match = re.fullmatch(r'[^= ]*=([^= ]*) ((?:[^"$\\]|\\[^$])*)', part)
        if match is None:
            return None
        found[match[1]] = match[2]
    return found


def _without_blanks_after_semicolons(value: str) -> str:
    return ";".join(part.strip() for part in value.split(";") if part.strip())


REWRITES = Form(
    wanted="`serviceName=<service> rewrite=/<path>`, semicolons between them; a path without `$`, blanks and braces",
    fits=lambda value: rewrites(value) is not None,
    guess=_without_blanks_after_semicolons,
)
STICKY = Form(
    wanted="`serviceName=<service> <cookie> [expires=1h] [path=/]`, semicolons without blanks between them",
    fits=lambda value: sticky(value) is not None,
    guess=_without_blanks_after_semicolons,
)


def _path(value: str) -> bool:
    climbs = ".." in re.split(r"[/\\]", value)
    return re.fullmatch(r"/[^\s{};\\]*", value) is not None and not value.startswith("//") and not climbs


TARGET = Form(
    wanted="a path that starts with one `/`, with `$1` to `$9` for groups of the path (`/$2`)",
    fits=lambda value: _path(value) and re.search(r"[;{}\[\]|<>,^`~\x00-\x1f\x7f]", value) is None,
)
APP_ROOT = Form(
    wanted="a path that starts with `/` and does not end with it (`/app`)",
    fits=lambda value: (
        _path(value) and re.fullmatch(r"/[A-Za-z0-9\-_.!*'():@&=+,/?%]*", value) is not None and not value.endswith("/")
    ),
    guess=lambda value: f"/{value.strip('/')}",
)


def _redirect(value: str) -> bool:
    return re.fullmatch(r"[^;{}`\n\r\s#]+", value) is not None


def _redirect_from(value: str) -> bool:
    if not _redirect(value):
        return False
    try:
        re.compile(value.removeprefix("~*").removeprefix("~") if value.startswith("~") else "")
    except (re.error, OverflowError, RecursionError):
        return False
    return True


REDIRECT_FROM = Form(
    wanted="`off`, `default`, or a URL or `~` expression without blanks, `;`, braces and `#`", fits=_redirect_from
)
REDIRECT_TO = Form(wanted="a URL or path without blanks, `;`, braces and `#`", fits=_redirect)

_SUBDOMAIN = rf"(?=.{{1,253}}\Z){SERVICE}(\.{SERVICE})*"
SECRET = Form(
    wanted="the name of a Secret of the Ingress's namespace, without its namespace (`users`)",
    fits=lambda value: re.fullmatch(_SUBDOMAIN, value) is not None,
    guess=lambda value: value.rpartition("/")[2],
)
