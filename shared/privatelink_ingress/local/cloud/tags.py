"""Tags that no service takes.

Source: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html.
"""

from __future__ import annotations

from collections.abc import Sequence

LONGEST_KEY, LONGEST_VALUE, MOST = 128, 256, 50


def too_many(tags: Sequence[tuple[str, str]]) -> str:
    """What is wrong with the number of tags; empty when nothing is."""
    return f"A resource has at most {MOST} tags, not {len(tags)}" if len(tags) > MOST else ""


def wrong(tags: Sequence[tuple[str, str]]) -> str:
    """What is wrong with a key or a value; empty when nothing is."""
    for key, value in tags:
        if key.lower().startswith("aws:"):
            reason = "Tag keys starting with 'aws:' are reserved for internal use"
            return f"Value ( {key} ) for parameter key is invalid. {reason}"
        if not 1 <= len(key) <= LONGEST_KEY:
            return f"Tag key is empty, or exceeds the maximum length of {LONGEST_KEY} characters"
        if len(value) > LONGEST_VALUE:
            return f"Tag value exceeds the maximum length of {LONGEST_VALUE} characters"
    return ""
