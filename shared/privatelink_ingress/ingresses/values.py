"""Forms of annotation values, as the pinned controller parses them.

Read in github.com/nginx/kubernetes-ingress at version 5.6.0: `internal/configs/parsing_helpers.go` (booleans, numbers,
durations, sizes, rates, lists), `internal/k8s/validation.go` (targets, paths, keys), `internal/configs/configmaps.go`
(redirect codes), `internal/configs/version1/header_parsing_helper.go` (headers).
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence

from privatelink_ingress.problems import nearest


def _no_guess(value: str) -> str:
    return ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Form:
    """What a value may be."""

    wanted: str
    """With an example, for messages and the table of docs/ingresses.md."""
    fits: Callable[[str], bool]
    guess: Callable[[str], str] = _no_guess
    """What a wrong value probably means, empty when nothing can be told."""

    def suggestion(self, value: str) -> str:
        """A value that fits in place of a wrong one; empty when there is no safe guess."""
        guess = self.guess(value.strip())
        return guess if guess and self.fits(guess) else ""


def _matching(pattern: str, wanted: str, guess: Callable[[str], str] = _no_guess) -> Form:
    compiled = re.compile(pattern, re.ASCII)
    return Form(wanted=wanted, fits=lambda value: compiled.fullmatch(value) is not None, guess=guess)


def one_of(*words: str) -> Form:
    """Exactly one of the words."""

    def guess(value: str) -> str:
        return nearest(value.lower(), words, cutoff=0.8) or ""

    return Form(wanted=" or ".join(f"`{word}`" for word in words), fits=lambda value: value in words, guess=guess)


_UNITS = {
    "ms": "ms", "millisecond": "ms", "milliseconds": "ms",
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "m": "m", "min": "m", "mins": "m", "minute": "m", "minutes": "m",
    "h": "h", "hr": "h", "hour": "h", "hours": "h",
}  # fmt: skip
_SIZES = {"k": "k", "kb": "k", "ki": "k", "kib": "k", "m": "m", "mb": "m", "mi": "m", "mib": "m", "g": "g", "gb": "g",
          "gi": "g", "gib": "g"}  # fmt: skip


def _with_unit(value: str, units: dict[str, str]) -> str:
    found = re.fullmatch(r"([0-9]{1,9})\s*([A-Za-z]+)", value)
    return f"{found[1]}{units[found[2].lower()]}" if found and found[2].lower() in units else ""


def _size(value: str) -> str:
    size = _with_unit(value, _SIZES)
    return f"{int(size[:-1]) * 1024}m" if size.endswith("g") else size


def _rate(value: str) -> str:
    found = re.fullmatch(r"([0-9]{1,9})\s*(?:r\s*/\s*(s|m)[a-z]*|rps|rpm|/s|/m)?", value, re.IGNORECASE)
    return f"{found[1]}r/{'m' if 'm' in value.lower() else 's'}" if found else ""


def _bool(value: str) -> str:
    word = value.lower()
    yes, no = word in ("yes", "on", "y", "enabled", "true"), word in ("no", "off", "n", "disabled", "false")
    return "true" if yes else "false" if no else ""


def _integer(low: int, high: int, *, signed: bool) -> Callable[[str], bool]:
    pattern = re.compile(r"[+-]?[0-9]{1,20}" if signed else r"[0-9]{1,20}")
    return lambda value: pattern.fullmatch(value) is not None and low <= int(value) <= high


def seconds(duration: str) -> float:
    """The length of a duration that `DURATION` takes."""
    units = {"y": 31_536_000, "M": 2_592_000, "w": 604_800, "d": 86_400, "h": 3600, "m": 60, "s": 1, "": 1, "ms": 0.001}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"([0-9]+)(ms|[yMwdhms]?)", duration))


def size_in_bytes(size: str) -> int:
    """The number of bytes of a size that `SIZE` takes."""
    found = re.fullmatch(r"\s*([0-9]+)([kKmMgG]?)\s*", size)
    assert found, size
    return int(found[1]) << {"": 0, "k": 10, "m": 20, "g": 30}[found[2].lower()]


_DURATION = r"([0-9]+y)?\s*([0-9]+M)?\s*([0-9]+w)?\s*([0-9]+d)?\s*([0-9]+h)?\s*([0-9]+m)?\s*([0-9]+s?)?\s*([0-9]+ms)?"

BOOL = _matching("1|t|T|TRUE|true|True|0|f|F|FALSE|false|False", '`"true"` or `"false"`', _bool)
DURATION = _matching(rf"(?=.*[0-9]){_DURATION}", "a duration, such as `60s` or `1m30s`",
                     lambda value: _with_unit(value, _UNITS))  # fmt: skip
OFFSET = _matching(r"\s*[0-9]+[kKmMgG]?\s*", "a size with k, m or g, such as `8m`",
                   lambda value: _with_unit(value, _SIZES))  # fmt: skip
SIZE = _matching(r"\s*[0-9]+[kKmM]?\s*", "a size with k or m, such as `16k`", _size)
RATE = _matching(r"\s*0*[1-9][0-9]*r/[sm]\s*", "a rate, such as `10r/s` or `60r/m`", _rate)
COUNT = Form(wanted='a whole number from 0 up, such as `"3"`', fits=_integer(0, 2**64 - 1, signed=False))
INTEGER = Form(wanted='a whole number, such as `"32"`', fits=_integer(-(2**63), 2**63 - 1, signed=True))
STATUS = Form(wanted='a status from 400 to 599, such as `"429"`', fits=_integer(400, 599, signed=False))
"""https://nginx.org/en/docs/http/ngx_http_limit_req_module.html#limit_req_status; the controller takes any number."""
REDIRECT_CODE = one_of("301", "302", "307", "308")
LOG_LEVEL = one_of("info", "notice", "warn", "error")
INHERIT = Form(wanted="`on`, `off` or `merge`", fits=lambda value: value.strip().lower() in ("on", "off", "merge"))
BUFFERS = _matching(r"\s*[0-9]+ [0-9]+[kKmM]?\s*", "a number and a size, such as `8 16k`")
PORTS = Form(
    wanted="port numbers, commas without blanks between them",
    fits=lambda value: all(_integer(1, 2**31 - 1, signed=True)(part) for part in value.split(",")),
)
LIMIT_KEY = _matching(r"(\$\{[a-zA-Z_][a-zA-Z0-9_]*\}|\$[a-zA-Z_][a-zA-Z0-9_]*)+",
                      "variables of nginx alone, such as `$binary_remote_addr`")  # fmt: skip
REALM = _matching(r'([^"$\\]|\\[^$])*', 'text without `$` and with every `"` escaped')
TEXT = Form(wanted="text that nginx takes; the controller does not check it", fits=bool)

_METHODS = ("least_conn", "ip_hash", "random", "random two", "random two least_conn", "round_robin")
LB_METHOD = Form(
    wanted=f"{', '.join(f'`{one}`' for one in _METHODS)}, or `hash <key>` with or without `consistent`",
    fits=lambda value: (
        value.strip() in _METHODS or re.fullmatch(r"hash [^ ]+( consistent)?", value.strip()) is not None
    ),
)

_TRIES = (
    "error", "timeout", "invalid_header", "http_500", "http_502", "http_503", "http_504", "http_403", "http_404",
    "http_429", "non_idempotent", "off",
)  # fmt: skip
NEXT_UPSTREAM = Form(
    wanted=f"words with blanks between them, each once: {', '.join(f'`{one}`' for one in _TRIES)}",
    fits=lambda value: set(words := value.split()) <= set(_TRIES) and len(set(words)) == len(words) and bool(words),
    guess=lambda value: " ".join(value.replace(",", " ").split()),
)


def _header_name(name: str) -> bool:
    return re.fullmatch(r"[-A-Za-z0-9]+", name) is not None


def _header_value(value: str) -> bool:
    return re.fullmatch(r'([^"\\$\n\r]|\\[^$\n\r])*', value) is not None


def _parts(value: str, most: int) -> Sequence[Sequence[str]]:
    return [[part.strip() for part in entry.strip().split(":", most)] for entry in value.split(",")]


HEADERS = Form(
    wanted="header names, commas between them",
    fits=lambda value: all(_header_name(name.strip()) for name in value.split(",")),
)
SET_HEADERS = Form(
    wanted=(
        '`Name: value` pairs, commas between them, without `$` (`"X-Team: shop"`); a name alone passes the client\'s'
    ),
    fits=lambda value: all(_header_name(one[0]) and _header_value(":".join(one[1:])) for one in _parts(value, 1)),
)
ADD_HEADERS = Form(
    wanted='`Name:value` or `Name:value:always`, commas between them, without `$` (`"X-Frame-Options:DENY:always"`)',
    fits=lambda value: all(
        _header_name(one[0]) and all(map(_header_value, one[1:2])) and "".join(one[2:]).lower() in ("", "always")
        for one in _parts(value, 2)
    ),
)


def _status_codes(value: str) -> bool:
    tokens = [token.strip().lower() for token in value.split(",") if token.strip()]
    return bool(tokens) and all(
        token in ("4xx", "5xx") or (re.fullmatch("[0-9]+", token) and 300 <= int(token[:9]) <= 599 and token != "499")
        for token in tokens
    )


HTTP_ERRORS = Form(wanted="status codes from 300 to 599, `4xx` or `5xx`, commas between them", fits=_status_codes)
