"""Errors that no right would change: no credentials, invalid ones, a wrong clock, a Region that is off, no network."""

from __future__ import annotations

from collections.abc import Mapping

from botocore import exceptions as errors
from botocore.exceptions import BotoCoreError, ClientError

_EXPIRED = "Sign in again: `aws sso login`, or fetch a new session token."
_KEY = (
    "Replace the access key: `aws sts get-caller-identity` must succeed with it. Where it does in another Region, "
    "enable this one: `aws account enable-region --region-name <Region>`."
)
_SECRET = "Correct the secret access key: it does not belong to the access key. `aws configure` writes both."
_CLOCK = "Set the clock of this computer: AWS refuses requests that are more than 15 minutes off."
_REGION = "Enable the Region in this account: `aws account enable-region --region-name <Region>`."
_NETWORK = "Run this where the endpoints of AWS can be reached; behind a proxy, set HTTPS_PROXY."

_BY_CODE: Mapping[str, str] = {
    "ExpiredToken": _EXPIRED,
    "ExpiredTokenException": _EXPIRED,
    # Of EC2, for temporary credentials and for a clock alike.
    "RequestExpired": f"{_EXPIRED} If that does not help: {_CLOCK[0].lower()}{_CLOCK[1:]}",
    "InvalidClientTokenId": _KEY,
    "UnrecognizedClientException": _KEY,
    "InvalidAccessKeyId": _KEY,
    "AuthFailure": _KEY,
    "MissingAuthenticationToken": _KEY,
    "MissingAuthenticationTokenException": _KEY,
    "SignatureDoesNotMatch": _SECRET,
    "InvalidSignatureException": _SECRET,
    "IncompleteSignature": _SECRET,
    "RequestTimeTooSkewed": _CLOCK,
    "RequestInTheFuture": _CLOCK,
    "OptInRequired": _REGION,
    "SubscriptionRequiredException": _REGION,
}
"""What to do, by error code. Common errors of every service, and those of EC2 and S3:
https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""

NOT_ADMITTED = frozenset(_BY_CODE)
"""Error codes with which every further call would fail as well."""

_SKEWED = ("Signature expired", "Signature not yet current")
"""How services begin the message of a request whose date is too old or too new, under the code of a wrong signature."""


def remedy(error: Exception, *, profile: str | None = None) -> str | None:
    """What to do about an error; None where the credentials were admitted, such as for a right that is missing.

    Args:
        error: Of botocore.
        profile: The AWS profile whose credentials were used, if any.
    """
    if isinstance(error, ClientError):
        answer = error.response["Error"]
        if any(sign in answer.get("Message", "") for sign in _SKEWED):
            return _CLOCK
        return _named(_BY_CODE.get(answer["Code"]), profile)
    return _named(_of_this_computer(error), profile) if isinstance(error, BotoCoreError) else None


def trusting(role_arn: str) -> str:
    """What to do when admitted credentials may not assume a role."""
    return (
        f"Allow these credentials sts:AssumeRole on {role_arn}, and name them in its trust policy (`trust.principals` "
        "of the bootstrap stack); or name a profile of that account with --profile."
    )


def _of_this_computer(error: BotoCoreError) -> str | None:
    match error:
        case errors.NoCredentialsError():
            return "Sign in (`aws sso login`), set AWS_PROFILE, or name a profile with --profile."
        case errors.PartialCredentialsError():
            return "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY together, or neither of them."
        case errors.ProfileNotFound():
            return "Name a profile that `aws configure list-profiles` prints, or correct AWS_PROFILE."
        case errors.LoginError():
            return "Sign in again: `aws login`."
        case errors.SSOError() | errors.TokenRetrievalError() | errors.NoAuthTokenError():
            return _EXPIRED
        case errors.CredentialRetrievalError():
            return "Correct what the profile takes its credentials from, such as its credential_process."
        case errors.HTTPClientError() | errors.ConnectionError():
            return _NETWORK
        case errors.ConfigParseError() | errors.ConfigNotFound() | errors.InvalidConfigError():
            return "Correct the AWS configuration file: ~/.aws/config, or the one that AWS_CONFIG_FILE names."
    return None


def _named(text: str | None, profile: str | None) -> str | None:
    """With the profile in the command that signs in."""
    return text.replace("`aws sso login`", f"`aws sso login --profile {profile}`") if text and profile else text
