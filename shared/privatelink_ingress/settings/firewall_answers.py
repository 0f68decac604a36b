"""What clients and operators see of the firewall: its pages, and its log."""

from __future__ import annotations

import json
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from privatelink_ingress.settings.fields import UNIQUE, UNIQUE_NAMES, InvalidSetting, Settings, matching
from privatelink_ingress.settings.routes import HeaderName

_PAGE = 4 * 1024
"""Bytes of a custom response body: https://docs.aws.amazon.com/waf/latest/developerguide/limits.html"""


def _fits(text: str) -> str:
    if (size := len(text.encode())) > _PAGE:
        raise InvalidSetting(f"has {size:,} bytes, but WAF answers with {_PAGE:,} at most", "Shorten it.")
    return text


PageStatus = Literal[400, 401, 403, 404, 405, 408, 409, 411, 412, 413, 414, 415, 416, 421, 429, 500, 501, 502, 503, 504]
"""https://docs.aws.amazon.com/waf/latest/developerguide/customizing-the-response-status-codes.html"""

PageText = Annotated[str, Field(min_length=1), AfterValidator(_fits)]

Argument = Annotated[str, matching(r"[!-~]{1,64}", "the name of a query parameter, 1-64 visible ASCII characters")]


class Page(Settings):
    """An answer of the firewall: one of `html`, `text` and `json`."""

    status: PageStatus = 403
    html: PageText | None = None
    text: PageText | None = None
    json_: Annotated[PageText | None, Field(alias="json")] = None

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        written = [key for key, value in (("html", self.html), ("text", self.text), ("json", self.json_)) if value]
        if len(written) != 1:
            reason = f"has {' and '.join(written)}" if written else "has neither html, text nor json"
            raise InvalidSetting(reason, "Write one of html, text and json.")
        if self.json_ is not None:
            try:
                json.loads(self.json_)
            except ValueError as error:
                raise InvalidSetting(f"is not JSON: {error}", "Correct it.", at=("json",)) from None
        return self


class Hidden(Settings):
    """Parts of requests that neither logs nor samples show, beside the headers Authorization and Cookie."""

    headers: Annotated[tuple[HeaderName, ...], UNIQUE_NAMES] = ()
    arguments: Annotated[tuple[Argument, ...], UNIQUE] = ()
    """Parameters of the query, by name."""
    query: bool = False
    path: bool = False
    """In the logs alone; WAF keeps it in samples."""
    body: bool = False
    """What a rule matched in it: a log has no other part of a body."""
    by: Literal["substitution", "hash"] = "substitution"
    """`hash` lets equal values be recognized. https://docs.aws.amazon.com/waf/latest/developerguide/data-protection-masking.html"""


class FirewallLogs(Settings):
    """The web ACL's log."""

    keep: Literal["all", "findings"] = "all"
    """`findings` drops requests that no rule blocked, counted or challenged."""
    hide: Hidden = Hidden()
