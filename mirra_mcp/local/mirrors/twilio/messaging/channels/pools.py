"""The channels' senders in pools of messaging services.

Source: https://www.twilio.com/docs/messaging/api/messaging-service-channelsender-resource
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.mirrors.twilio.api import phones
from mirra_mcp.local.mirrors.twilio.api.errors import refusal
from mirra_mcp.local.mirrors.twilio.messaging.channels.addresses import bare, channel_of
from mirra_mcp.local.mirrors.twilio.messaging.channels.params import AddChannelSender
from mirra_mcp.local.mirrors.twilio.messaging.services.senders import MEMBERSHIP, ServiceSenders
from mirra_mcp.wire.model import Doc

PATH = "/v1/Services/{ServiceSid}/ChannelSenders"
TYPES = {"whatsapp": "WhatsApp", "rcs": "RCS"}


class ServiceChannelSenders(ServiceSenders):
    """Which senders of WhatsApp and RCS are in which pool."""

    entity, plural, prefix = "service_channel_sender", "service_channel_senders", "XE"
    part = "ChannelSenders"
    blank: ClassVar[Doc] = MEMBERSHIP | {
        "sender": None,
        "sender_type": None,
        "country_code": None,
        "url": None,
        "sender_sid": None,
    }

    @route(f"POST {PATH}", status=201)
    def create(self, ServiceSid: str, params: AddChannelSender) -> Doc:
        """Add one of the account's senders."""
        return self.view(self.join(self.mirror.messaging_services.get(ServiceSid), params.sid))

    @route(f"GET {PATH}")
    def list(self, ServiceSid: str, call: Call) -> Doc:
        """List the senders in a pool."""
        return self.page_of(call, ServiceSid, "senders")

    @route(f"GET {PATH}/{{Sid}}")
    def fetch(self, ServiceSid: str, Sid: str) -> Doc:
        """Return one sender in a pool."""
        return self.view(self.of(ServiceSid, Sid))

    @route(f"DELETE {PATH}/{{Sid}}", status=204)
    def delete(self, ServiceSid: str, Sid: str) -> None:
        """Take a sender out of a pool."""
        self.take_out(ServiceSid, Sid)

    def join(self, service: Doc, sid: str) -> Doc:
        """Add a sender to a pool.

        Raises:
            VendorError: the account has no such sender, or it is in a pool.
        """
        sender = self.mirror.channel_senders.peek(sid)
        if sender is None or sender["account_sid"] != service["account_sid"]:
            raise refusal(20404, path=f"/ChannelSenders/{sid}")
        phone = phones.parse(bare(sender["sender_id"]))
        return self.admit(
            service,
            sid,
            sender=sender["sender_id"],
            sender_type=TYPES[channel_of(sender["sender_id"])],
            country_code=phone.country if phone else "US",
        )

    def choose(self, service: str, channel: str) -> str | None:
        """Return whom of its pool a service sends from on a channel: who came first."""
        for member in self.members(service):
            sender = self.mirror.channel_senders.peek(member["sid"])
            if sender and channel_of(sender["sender_id"]) == channel:
                address: str = sender["sender_id"]
                return address
        return None

    def view(self, doc: Doc) -> Doc:
        """Return what the API shows: here a service's SID has its longer name."""
        shown = super().view(doc)
        service = shown.pop("service_sid")
        return {"account_sid": shown.pop("account_sid"), "messaging_service_sid": service, **shown}
