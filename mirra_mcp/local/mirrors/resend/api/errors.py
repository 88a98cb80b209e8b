"""Resend's refusals: `{"statusCode", "message", "name"}`, each with its documented name and words.

Source: https://resend.com/docs/api-reference/errors
"""

from mirra_mcp.local.kit.errors import VendorError

ADDRESS_FORMAT = (
    "The email address needs to follow the `email@example.com` or "
    "`Name <email@example.com>` format."
)


def refusal(
    status: int, name: str, message: str, headers: dict[str, str] | None = None
) -> VendorError:
    """Make an error in the shape that every Resend error has."""
    return VendorError(status, {"statusCode": status, "message": message, "name": name}, headers)


def validation_error(message: str, status: int = 422) -> VendorError:
    """A field or a combination of fields that can't be accepted."""
    return refusal(status, "validation_error", message)


def missing_required_field(field: str) -> VendorError:
    """A required field of the body is absent.

    Source: https://github.com/resend/resend-node (recorded answers: "Missing `name` field.")
    """
    return refusal(422, "missing_required_field", f"Missing `{field}` field.")


def wrong_type(field: str, kind: str) -> VendorError:
    """A field has a value of another type.

    Source: https://github.com/databasus/databasus/issues/91 ("The `to` field must be a `string`.")
    """
    return validation_error(f"The `{field}` field must be a `{kind}`.")


def not_found(what: str) -> VendorError:
    """Nothing has that id.

    Source: https://github.com/resend/resend-node (recorded answers: "API key not found")
    """
    return refusal(404, "not_found", f"{what} not found")


def invalid_parameter(field: str = "id") -> VendorError:
    """An id isn't a UUID."""
    return refusal(422, "invalid_parameter", f"The `{field}` must be a valid UUID.")


def invalid_address(field: str) -> VendorError:
    """An address can't be read.

    Source: https://github.com/resend/resend-python/issues/65
    """
    return validation_error(f"Invalid `{field}` field. {ADDRESS_FORMAT}")


def not_allowed(character: str, field: str) -> VendorError:
    """A character that would break a header.

    Source: https://github.com/triggerdotdev/trigger.dev/issues/1745 (of a line feed in `subject`)
    """
    told = {"\n": "\\n", "\r": "\\r"}.get(character, character)
    return validation_error(f"The `{told}` is not allowed in the `{field}` field.")


def invalid_limit() -> VendorError:
    """A page of less than 1 or more than 100.

    Source: https://resend.com/docs/api-reference/pagination
    """
    return validation_error(
        "The pagination limit must be a number between 1 and 100. "
        "See https://resend.com/docs/pagination for more information."
    )


def already_registered(domain: str) -> VendorError:
    """A domain that was added before."""
    return validation_error(f"The {domain} domain has been registered already.", 403)


def both_cursors() -> VendorError:
    """A list is asked for in both directions.

    Source: https://resend.com/docs/api-reference/pagination
    """
    return validation_error("You can only use either `after` or `before`, not both.")


def invalid_attachment() -> VendorError:
    """An attachment has neither content nor a place to get it from."""
    message = "Attachment must have either a `content` or `path`."
    return refusal(422, "invalid_attachment", message)


def attachment_unreadable(field: str, wanted: str) -> VendorError:
    """An attachment's content or address that can't be read. The words are ours."""
    return refusal(422, "invalid_attachment", f"The attachment's `{field}` must be {wanted}.")


def no_user_agent() -> VendorError:
    """A request without `User-Agent`, which doesn't get past Resend's edge.

    Source: https://resend.com/docs/api-reference/introduction (403, "error code: 1010")
    """
    return refusal(403, "missing_user_agent", "error code: 1010")


def invalid_region() -> VendorError:
    """A region that Resend doesn't send from."""
    regions = '"us-east-1" | "eu-west-1" | "sa-east-1" | "ap-northeast-1"'
    return refusal(422, "invalid_region", f"Region must be {regions}.")


def invalid_access() -> VendorError:
    """A permission that doesn't exist."""
    return refusal(422, "invalid_access", 'Access must be "full_access" | "sending_access".')


def missing_api_key() -> VendorError:
    """No key in the Authorization header."""
    return refusal(401, "missing_api_key", "Missing API key in the authorization header.")


def restricted_api_key() -> VendorError:
    """A `sending_access` key was used for more than sending."""
    return refusal(401, "restricted_api_key", "This API key is restricted to only send emails.")


def invalid_api_key() -> VendorError:
    """A key that nobody issued, or that was deleted."""
    return refusal(403, "invalid_api_key", "API key is invalid")


def suspended() -> VendorError:
    """The account may not send: too many of its emails bounced."""
    return refusal(403, "suspended_api_key", "This API key is suspended")


def domain_not_verified(domain: str) -> VendorError:
    """The sender's domain is not a verified one of this account.

    Source: https://resend.com/docs/knowledge-base/403-error-domain-mismatch and, for the words,
    https://github.com/resend/resend-node/issues/455
    """
    return validation_error(
        f"The {domain} domain is not verified. "
        "Please, add and verify your domain on https://resend.com/domains",
        403,
    )


def not_authorized(domain: str) -> VendorError:
    """The key may send from another domain only.

    Source: https://resend.com/docs/api-reference/api-keys/create-api-key (`domain_id`); the words
    are reported in many projects' logs.
    """
    return validation_error(f"This API key is not authorized to send emails from {domain}", 403)


def testing_only(owner: str) -> VendorError:
    """`resend.dev` sends to the account's owner and to the test addresses only.

    Source: https://resend.com/docs/knowledge-base/403-error-resend-dev-domain and, for the words,
    https://github.com/hsharghi/swift-resend/issues/15
    """
    return validation_error(
        f"You can only send testing emails to your own email address ({owner}). To send emails to "
        "other recipients, please verify a domain at resend.com/domains, and change the `from` "
        "address to an email using this domain.",
        403,
    )


def unknown_endpoint() -> VendorError:
    """No such path."""
    return refusal(404, "not_found", "The requested endpoint does not exist.")


def method_not_allowed() -> VendorError:
    """The path exists, but not with this method."""
    return refusal(405, "method_not_allowed", "Method is not allowed for the requested path.")


def invalid_idempotency_key() -> VendorError:
    """A key that is empty or too long.

    Source: https://resend.com/docs/dashboard/emails/idempotency-keys
    """
    return refusal(
        400,
        "invalid_idempotency_key",
        "Idempotency keys, if present, must have between 1 and 256 characters.",
    )


def invalid_idempotent_request() -> VendorError:
    """A key that came with another payload before."""
    return refusal(
        409,
        "invalid_idempotent_request",
        "This idempotency key has been used with this HTTP method and endpoint within the last 24 "
        "hours, but the request body was modified and doesn't match the original request.",
    )


def rate_limit_exceeded(limit: int, reset: int) -> VendorError:
    """Too many requests in one second.

    Source: https://resend.com/docs/api-reference/rate-limit
    """
    return refusal(
        429,
        "rate_limit_exceeded",
        f"Too many requests. You can only make {limit} requests per second. See rate limit "
        "response headers for more information. Or contact support to increase rate limit.",
        {"retry-after": str(reset)},
    )


def quota_exceeded(period: str) -> VendorError:
    """The account's `daily` or `monthly` quota of emails is used up."""
    message = f"You have reached your {period} email sending quota."
    return refusal(429, f"{period}_quota_exceeded", message)


def application_error() -> VendorError:
    """Something broke on the server's side."""
    return refusal(500, "application_error", "An unexpected error occurred.")


def not_implemented(reason: str) -> VendorError:
    """Ours, not Resend's: an endpoint that Resend has and this mirror doesn't."""
    return refusal(501, "not_implemented", reason)
