"""What went wrong below HTTP, in words: refused, unknown host, TLS, timeouts, cut answers."""

import socket
import ssl
from collections.abc import Iterator

import httpx

from mirra_mcp.client.calls import SETTING, Call
from mirra_mcp.client.errors import MirraError, Outcome

_NOBODY = {
    "mirra": "Check that Mirra runs there and that MIRRA_API_URL is right.",
    "mirror": "The session may have ended: list the sessions, or start a new one.",
    "marketplace": "Check that the marketplace runs there and that MIRRA_MARKETPLACE_URL is right.",
}
_LOOK_FIRST = "It may have been done all the same: look before you repeat it."


def from_httpx(error: Exception, call: Call, seconds: float) -> MirraError:
    """Return the failure of an exchange as a sentence; `seconds` is what it was allowed."""
    causes = list(_causes(error))
    if isinstance(error, httpx.ConnectError):
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            return _unknown_host(call)
        if tls := next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None):
            return _tls(call, tls)
        return _unreached(call, causes)
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return _error(
            call,
            f"{call.base} could not be connected to in time.",
            code="mirra.client.connect_timeout",
            hint=_NOBODY[call.kind],
            outcome="not_done",
        )
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return _error(
            call,
            f"{call.base} did not answer {call.name} within {seconds:g} s.",
            code="mirra.client.timeout",
            hint=_LOOK_FIRST if call.method != "GET" else "Try again, or allow a longer timeout.",
            outcome="unknown",
        )
    if isinstance(error, httpx.ProxyError):
        return _error(
            call,
            f"The proxy on the way to {call.base} refused the connection.",
            code="mirra.client.proxy",
            hint="Check HTTPS_PROXY, or add the host to NO_PROXY.",
        )
    if isinstance(error, httpx.LocalProtocolError | httpx.InvalidURL | httpx.UnsupportedProtocol):
        return _error(
            call,
            f"{call.name} can't be sent: it isn't a valid HTTP request.",
            code="mirra.request.invalid",
            hint="Check the path and the headers for characters that don't belong there.",
        )
    if isinstance(error, httpx.DecodingError):
        return _error(
            call,
            f"{call.base} answered {call.name} with a body that is not what its"
            " content-encoding says.",
            code="mirra.client.malformed_answer",
            hint="A proxy may have changed it; try again without the proxy.",
            outcome="unknown",
        )
    return _cut(call, error)


def from_environment(error: Exception, call: Call) -> MirraError:
    """Return why no connection can even be tried: what the environment says can't be used."""
    return _error(
        call,
        f"{call.base} can't be called with the proxy or certificates of this environment: {error}.",
        code="mirra.client.environment",
        hint="Correct HTTPS_PROXY, ALL_PROXY or SSL_CERT_FILE, whichever it is, or unset it.",
    )


def _unknown_host(call: Call) -> MirraError:
    host = httpx.URL(call.base).host
    return _error(
        call,
        f"The host {host} is unknown: its name could not be looked up.",
        code="mirra.client.unknown_host",
        hint="Check the network connection and the spelling"
        + (" of the mirror's URL." if call.kind == "mirror" else f" in {SETTING[call.kind]}."),
    )


def _tls(call: Call, error: ssl.SSLError) -> MirraError:
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = error.verify_message.rstrip(".") or "it could not be verified"
        return _error(
            call,
            f"The certificate of {call.base} is not trusted: {reason}.",
            code="mirra.client.tls",
            hint="If a company proxy reads TLS traffic, point SSL_CERT_FILE at its certificate;"
            " otherwise don't trust this network.",
        )
    return _error(
        call,
        f"No TLS connection to {call.base} could be made: the other side may not speak TLS.",
        code="mirra.client.tls",
        hint="A Mirra on this machine is usually http://, not https://.",
    )


def _unreached(call: Call, causes: list[BaseException]) -> MirraError:
    why = (
        "connection refused"
        if any(isinstance(cause, ConnectionRefusedError) for cause in causes)
        else "the connection could not be made"
    )
    return _error(
        call,
        f"Nothing answers at {call.base}: {why}.",
        code="mirra.client.unreachable",
        hint=_NOBODY[call.kind],
        outcome="not_done",
    )


def _cut(call: Call, error: Exception) -> MirraError:
    garbled = "malformed" in str(error) or "illegal" in str(error)
    what = (
        "answered in something other than HTTP"
        if garbled
        else "closed the connection before the answer was complete"
    )
    return _error(
        call,
        f"{call.base} {what} ({call.name}).",
        code="mirra.client.malformed_answer" if garbled else "mirra.client.disconnected",
        hint=_LOOK_FIRST if call.method != "GET" else "Try again; the server may be restarting.",
        outcome="unknown",
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    if error is None:
        return
    yield error
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _causes(inner)
    yield from _causes(error.__cause__ or error.__context__)


def _error(
    call: Call, message: str, *, code: str, hint: str, outcome: Outcome = "refused"
) -> MirraError:
    return MirraError(message, code=code, hint=hint, outcome=outcome, request=call.name)
