"""Tags in addition to those of this system."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from privatelink_ingress.settings.fields import InvalidSetting

_SYSTEM_TAGS = {"owner": "owner", "environment": "environment", "managedby": None, "stack": None, "name": None}
"""In lower case, with the setting that each is written from."""

_KEY, _VALUE = re.compile(r"[\w .:/=+@-]{1,128}"), re.compile(r"[\w .:/=+@-]{0,256}")


def _tags(tags: dict[str, str]) -> dict[str, str]:
    # https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    seen: dict[str, str] = {}
    for key, value in tags.items():
        # The keys of a role's tags are the same in upper and lower case, and every stack has roles:
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules
        lower = key.lower()
        if lower in _SYSTEM_TAGS:
            instead = _SYSTEM_TAGS[lower]
            remedy = f"Set `{instead}` instead." if instead else "Choose another key."
            raise InvalidSetting("is a tag that this system sets itself", remedy, at=(key,))
        if other := seen.get(lower):
            reason = f"is the same tag as {other}: roles cannot have both, since IAM ignores upper and lower case"
            raise InvalidSetting(reason, "Keep one of the two.", at=(key,))
        seen[lower] = key
        if lower.startswith("aws:"):
            raise InvalidSetting("starts with aws:, which AWS reserves", "Choose another key.", at=(key,))
        if not _KEY.fullmatch(key) or not _VALUE.fullmatch(value):
            signs = "letters, digits, spaces and . : / = + @ - _"
            raise InvalidSetting(
                "is not a tag that AWS accepts", f"Use {signs}; 128 in the key, 256 in the value.", at=(key,)
            )
    return tags


Tags = Annotated[dict[str, str], AfterValidator(_tags), Field(default_factory=dict, max_length=45)]
"""Tags in addition to the five of this system; AWS allows 50 on a resource."""
