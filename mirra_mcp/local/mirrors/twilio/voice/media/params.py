"""What callers send about what goes on beside a call, and is told parameters of its own.

Source: https://www.twilio.com/docs/voice/api/stream-resource
"""

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, create_model

from mirra_mcp.local.mirrors.twilio.api.params import TwilioParams, Values, any_of

TRACKS = ("inbound_track", "outbound_track", "both_tracks")
MOST_PARAMETERS = 99


class StreamFields(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/api/stream-resource#create-a-stream"""

    values: ClassVar[Values] = {"Track": any_of(*TRACKS)}

    url: str = ""
    name: str = ""
    track: str = "inbound_track"
    status_callback: str = ""
    status_callback_method: str = "POST"


class SiprecFields(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/api/siprec#create-a-siprec-resource"""

    values: ClassVar[Values] = {"Track": any_of(*TRACKS)}

    name: str = ""
    connector_name: str = ""
    track: str = "inbound_track"
    status_callback: str = ""
    status_callback_method: str = "POST"


class StopStream(TwilioParams):
    """Source: https://www.twilio.com/docs/voice/api/stream-resource#stop-a-stream"""

    values: ClassVar[Values] = {"Status": any_of("stopped")}

    status: str = ""


def numbered(base: type[TwilioParams]) -> Any:
    """Return a form that takes `Parameter1.Name`, `Parameter1.Value` and so on up to 99."""
    fields: dict[str, Any] = {
        f"parameter{number}_{part.lower()}": (str, Field("", alias=f"Parameter{number}.{part}"))
        for number in range(1, MOST_PARAMETERS + 1)
        for part in ("Name", "Value")
    }
    return create_model(f"{base.__name__}Numbered", __base__=base, **fields)


def parameters_of(params: TwilioParams) -> dict[str, str]:
    """Return the numbered parameters of a form: each name with its value."""
    found: dict[str, str] = {}
    for number in range(1, MOST_PARAMETERS + 1):
        if name := getattr(params, f"parameter{number}_name"):
            found[name] = getattr(params, f"parameter{number}_value")
    return found


if TYPE_CHECKING:
    StartStream = StreamFields
    StartSiprec = SiprecFields
else:
    StartStream = numbered(StreamFields)
    StartSiprec = numbered(SiprecFields)
