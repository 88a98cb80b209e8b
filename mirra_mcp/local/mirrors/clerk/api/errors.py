"""Clerk's refusals: `{"errors": [{"message", "long_message", "code", "meta"}]}`.

Words and codes are those that Clerk publishes of its API, each under its name there.

Source: https://github.com/clerk/clerk-docs (data/api_errors.json) and
https://clerk.com/docs/guides/development/errors/overview
"""

from typing import Any

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.wire.model import Doc


def refusal(
    status: int, code: str, message: str, long_message: str = "", **meta: Any
) -> VendorError:
    """Make an error in the shape that every Clerk error has."""
    error: Doc = {"message": message, "long_message": long_message or message, "code": code}
    if meta:
        error["meta"] = meta
    return VendorError(status, {"errors": [error]})


# who is calling


def invalid_authorization_header() -> VendorError:
    """No key, or not as `Bearer`: `InvalidAuthorizationHeaderFormat`."""
    return refusal(
        401,
        "authorization_header_format_invalid",
        "Invalid Authorization header format",
        "Invalid Authorization header format. Must be 'Bearer <YOUR_API_KEY>'",
    )


def invalid_secret_key() -> VendorError:
    """A key that isn't the instance's: `InvalidClerkSecretKey`."""
    return refusal(
        401,
        "clerk_key_invalid",
        "The provided Clerk Secret Key is invalid. "
        "Make sure that your Clerk Secret Key is correct.",
    )


def invalid_authentication() -> VendorError:
    """Nobody is signed in: `InvalidAuthentication`."""
    return refusal(
        401,
        "authentication_invalid",
        "Invalid authentication",
        "Unable to authenticate the request, you need to supply an active session",
    )


def signed_out() -> VendorError:
    """The session of a browser is over: `SignedOut`."""
    return refusal(401, "signed_out", "Signed out", "You are signed out")


def unauthorized() -> VendorError:
    """Who calls may not do this: `InvalidAuthorization`."""
    return refusal(
        403,
        "authorization_invalid",
        "Unauthorized request",
        "You are not authorized to perform this request",
    )


def too_many_requests(seconds: int) -> VendorError:
    """Over the rate limit: `TooManyRequests`.

    Source: https://clerk.com/docs/guides/how-clerk-works/system-limits (`Retry-After`)
    """
    refused = refusal(
        429, "too_many_requests", "Too many requests", "Too many requests, retry later"
    )
    refused.headers["retry-after"] = str(seconds)
    return refused


def invalid_version(reason: str) -> VendorError:
    """A version of the API that there isn't, or two: `InvalidAPIVersion`."""
    long = f"Invalid Clerk API version: {reason}"
    return refusal(400, "api_version_invalid", "invalid API version", long)


def expired_ticket() -> VendorError:
    """The time of a ticket is over: `TicketExpired`."""
    return refusal(
        400,
        "ticket_expired_code",
        "ticket has expired",
        "This ticket has expired and cannot be used anymore.",
    )


# requests that can't be read


def unreadable() -> VendorError:
    """A body that isn't JSON: `InvalidRequestBody`."""
    return refusal(
        400,
        "request_body_invalid",
        "Request body invalid",
        "The request body is invalid. Please consult the API documentation for more information.",
    )


def too_large(limit: int) -> VendorError:
    """A body over the limit: `RequestBodyTooLarge`."""
    long = f"The request body exceeds the maximum allowed size of {limit} bytes."
    return refusal(413, "request_body_too_large", "Request body too large", long)


def not_found(long_message: str = "Resource not found", message: str = "not found") -> VendorError:
    """Nothing has that id: `ResourceNotFound` and its like."""
    return refusal(404, "resource_not_found", message, long_message)


def unexpected() -> VendorError:
    """Something broke on the server's side: `Unexpected`."""
    return refusal(
        500,
        "internal_clerk_error",
        "Oops, an unexpected error occurred",
        "There was an internal error on our servers. We've been notified and are working on "
        "fixing it.",
    )


def not_implemented(reason: str) -> VendorError:
    """Ours, not Clerk's: something that Clerk has and this mirror doesn't."""
    return refusal(501, "not_implemented", "Not implemented by this mirror", reason)


# API keys and M2M tokens, which a service of its own keeps


def bad_request(param: str, reason: str) -> VendorError:
    """A parameter of API keys or M2M tokens that can't be.

    Source: https://github.com/clerk/openapi-specs (API Keys, `400 Bad Request`)
    """
    return refusal(400, "bad_request", "Bad Request", f"Invalid '{param}': {reason}")


# parameters


def missing(param: str) -> VendorError:
    """A required parameter is absent: `FormMissingParameter`."""
    long = f"{param} must be included."
    return refusal(422, "form_param_missing", "is missing", long, param_name=param)


def one_of_missing(*params: str) -> VendorError:
    """None of several parameters is there: `FormAtLeastOneOptionalParameterMissing`."""
    named = ", ".join(params)
    return refusal(
        422,
        "form_param_missing",
        "at least one parameter must be provided",
        f"at least one of `{named}` must be provided",
        param_names=list(params),
    )


def unknown(param: str) -> VendorError:
    """A parameter that isn't one: `FormUnknownParameter`."""
    long = f"{param} is not a valid parameter for this request."
    return refusal(422, "form_param_unknown", "is unknown", long, param_name=param)


def wrong_type(param: str, received: str, wanted: str) -> VendorError:
    """A value of another JSON type: `FailedToParseRequestBody`."""
    long = f"{param} is invalid. Received {received}, must be of type {wanted}."
    return refusal(422, "form_param_value_invalid", "is invalid", long, param_name=param)


def wrong_query_type(param: str, wanted: str) -> VendorError:
    """A query's value that can't be read: `FormInvalidTypeParameter`."""
    long = f"`{param}` must be a `{wanted}`."
    return refusal(422, "form_param_type_invalid", "is invalid", long, param_name=param)


def not_allowed(param: str, value: object) -> VendorError:
    """A value that isn't one of those allowed: `FormInvalidParameterValue`."""
    long = f"{value} does not match one of the allowed values for parameter {param}"
    return refusal(422, "form_param_value_invalid", "is invalid", long, param_name=param)


def not_one_of(param: str, value: object, allowed: list[str]) -> VendorError:
    """The same, with what is allowed: `FormInvalidParameterValueWithAllowed`."""
    long = f"{value} does not match the allowed values for parameter {param}. Allowed values: "
    return refusal(
        422, "form_param_value_invalid", "is invalid", long + ", ".join(allowed), param_name=param
    )


def invalid(param: str) -> VendorError:
    """A value that breaks a rule: `FormValidationFailed`."""
    long = f"{param} is invalid"
    return refusal(422, "form_param_value_invalid", "is invalid", long, param_name=param)


def value_too_large(param: str, most: object) -> VendorError:
    """A number above the most: `FormParameterValueTooLarge`."""
    long = f"The value of {param} can't be greater than {most}"
    return refusal(422, "form_param_value_too_large", "Value too large", long, param_name=param)


def too_long(param: str, most: object) -> VendorError:
    """A text of too many characters: `FormParameterMaxLengthExceeded`."""
    long = f"{param} should not exceed {most} characters."
    return refusal(
        422, "form_param_max_length_exceeded", "exceeds maximum length", long, param_name=param
    )


def too_short(param: str, least: object) -> VendorError:
    """A text of too few characters: `FormParameterMinLengthExceeded`."""
    long = f"{param} must be at least {least} characters long."
    return refusal(
        422,
        "form_param_min_length_exceeded",
        "does not reach minimum length",
        long,
        param_name=param,
    )


def too_many(param: str, most: object) -> VendorError:
    """An array of too many items: `FormParameterArraySizeExceeded`."""
    long = f"{param} should not exceed {most} items."
    return refusal(
        422, "form_param_array_size_exceeded", "exceeds maximum size", long, param_name=param
    )


def invalid_time(param: str) -> VendorError:
    """A time that isn't RFC 3339: `FormInvalidTime`."""
    long = (
        f"{param} must contain a datetime specified in RFC3339 format "
        "(e.g. `2022-10-20T10:00:27.645Z`)."
    )
    return refusal(422, "form_param_invalid_time", "invalid format", long, param_name=param)


def invalid_email(param: str = "email_address") -> VendorError:
    """Not an email address: `FormInvalidEmailAddress`."""
    long = f"{param} must be a valid email address."
    return refusal(422, "form_param_format_invalid", "is invalid", long, param_name=param)


def invalid_phone(param: str = "phone_number") -> VendorError:
    """Not a phone number: `FormInvalidPhoneNumber`."""
    long = f"{param} must be a valid phone number according to E.164 international standard."
    return refusal(422, "form_param_format_invalid", "is invalid", long, param_name=param)


def taken(param: str, what: str) -> VendorError:
    """Another user has it: `FormIdentifierExists`.

    Source: https://github.com/clerk/javascript (packages/ui tests: "This username is taken. Please
    try another."); of an email address it is reported alike by many projects
    """
    told = f"{what} is taken. Please try another."
    return refusal(422, "form_identifier_exists", told, param_name=param)


def resource_missing(param: str) -> VendorError:
    """A parameter names something that there isn't: `FormMissingResource`."""
    long = f"The resource associated with the supplied {param} was not found."
    return refusal(422, "form_resource_not_found", "is missing", long, param_name=param)


def unverified(param: str) -> VendorError:
    """An identification has to be verified first: `FormUnverifiedIdentification`."""
    long = "This identification needs to be verified before you can perform this action."
    return refusal(422, "form_verification_needed", "is unverified", long, param_name=param)


def not_with(param: str, other: str) -> VendorError:
    """Two that exclude each other: `FormParameterNotAllowedIfAnotherParameterIsPresent`."""
    long = f"`{param}` isn't allowed when `{other}` is present."
    return refusal(
        422, "form_conditional_param_disallowed", "is not allowed", long, param_name=param
    )


def needed_with(param: str, other: str) -> VendorError:
    """One that another needs: `FormMissingConditionalParameterOnExistence`."""
    long = f"`{param}` is required when `{other}` is present."
    return refusal(422, "form_conditional_param_missing", "is missing", long, param_name=param)


def incorrect_code() -> VendorError:
    """Say that a code is wrong."""
    return refusal(422, "form_code_incorrect", "is incorrect", "Incorrect code", param_name="code")


def not_prepared() -> VendorError:
    """Say that no code was sent yet.

    Source: https://github.com/clerk/clerk-docs (data/api_errors.json, `VerificationNotSent`)
    """
    return refusal(
        400,
        "verification_not_sent",
        "not sent",
        "You need to send a verification code before attempting to verify.",
    )
