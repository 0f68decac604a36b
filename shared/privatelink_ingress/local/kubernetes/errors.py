"""The API server's refusals."""

from __future__ import annotations


class KubernetesError(Exception):
    """A refusal, with the API server's reason: AlreadyExists, NotFound, Invalid, Forbidden or ServiceUnavailable."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason, self.message = reason, message
