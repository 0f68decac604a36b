"""Pages that the load balancer answers with itself: in maintenance, and for what no connection answers to."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from privatelink_ingress.settings.fields import InvalidSetting, Settings

_LONGEST = 1_024
"""Bytes of MessageBody: FixedResponseActionConfig of the ELBv2 API."""


def _fits(text: str) -> str:
    if (size := len(text.encode())) > _LONGEST:
        reason = f"has {size:,} bytes, but the load balancer answers with {_LONGEST:,} at most"
        raise InvalidSetting(reason, "Shorten it, or refer to a page elsewhere.")
    return text


PageText = Annotated[str, Field(min_length=1), AfterValidator(_fits)]


class FixedPage(Settings):
    """One of `html` and `text`. The load balancer adds no header of ours to it."""

    html: PageText | None = None
    text: PageText | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        written = [key for key, value in (("html", self.html), ("text", self.text)) if value is not None]
        if len(written) != 1:
            reason = "has html and text" if written else "has neither html nor text"
            raise InvalidSetting(reason, "Write one of the two.")
        return self

    @property
    def content_type(self) -> str:
        """As FixedResponseActionConfig takes it."""
        return "text/plain" if self.html is None else "text/html"

    @property
    def content(self) -> str:
        """The body."""
        return str(self.text if self.html is None else self.html)


MAINTENANCE = FixedPage(text="Down for maintenance. Please try again later.")
NOT_FOUND = FixedPage(text="Not found")
