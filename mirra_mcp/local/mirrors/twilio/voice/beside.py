"""What runs beside a call until it is stopped: streams, recording services, transcriptions."""

from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.wire.model import Doc


def to_stop(noun: TwilioResource, call_sid: str, sid: str, status: str) -> Doc:
    """Return what is to be stopped of a call, by SID or name.

    Source: https://www.twilio.com/docs/voice/api/stream-resource#stop-a-stream

    Raises:
        VendorError: there is no such call or nothing of that name, or the status isn't `stopped`.
    """
    noun.mirror.calls.get(call_sid)
    for each in noun.find(call_sid=call_sid):
        if sid in (each["sid"], each["name"]):
            break
    else:
        raise noun.missing(sid)
    if status != "stopped":
        raise wrong(f"Invalid parameter Status: {status} is not stopped")
    return each
