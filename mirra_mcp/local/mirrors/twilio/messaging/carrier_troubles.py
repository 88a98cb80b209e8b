"""Troubles of carriers and handsets: whom messages don't reach, and with which error.

Ours: there is no such API. A story makes a trouble, and messages then end `undelivered`.
"""

from typing import ClassVar

from mirra_mcp.local.mirrors.twilio.api.phones import parse
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.wire.model import Doc

BY_LINE = {"unreachable": 30003, "inactive": 30005}
"""What a line that isn't in use, as Lookup tells it, means for messages."""


class CarrierTroubles(TwilioResource):
    """Who can't be reached at the moment: a number, or a whole country."""

    entity, plural, prefix = "carrier_trouble", "carrier_troubles", "CT"
    blank: ClassVar[Doc] = {"of": None, "error_code": 30003, "date_created": None}
    indexes = ("of",)

    def begin(self, of: str, code: int) -> Doc:
        """Let messages to a number or a country fail from now on."""
        known = self.first(of=of)
        if known is not None:
            return self.save(known | {"error_code": code})
        return self.save(self.new(of=of, error_code=code))

    def end(self, of: str) -> Doc | None:
        """Let them get through again; return what troubled them."""
        known = self.first(of=of)
        if known is not None:
            self.drop(known)
        return known

    def code_for(self, to: str) -> int | None:
        """Return with which error a message to a number ends; None: it arrives."""
        known = self.first(of=to)
        if known is None and (phone := parse(to)) is not None:
            known = self.first(of=phone.country)
        if known is not None:
            code: int = known["error_code"]
            return code
        return BY_LINE.get(self.mirror.carrier_lines.of_number(to)["status"])
