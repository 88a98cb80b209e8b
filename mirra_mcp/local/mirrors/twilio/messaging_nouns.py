"""Messaging's nouns by name, so that a misspelt one is found by the type checker."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mirra_mcp.local.mirrors.twilio.resources.carrier_troubles import CarrierTroubles
    from mirra_mcp.local.mirrors.twilio.resources.feedback import Feedback
    from mirra_mcp.local.mirrors.twilio.resources.media import Media
    from mirra_mcp.local.mirrors.twilio.resources.messages import Messages
    from mirra_mcp.local.mirrors.twilio.resources.messaging_services import MessagingServices
    from mirra_mcp.local.mirrors.twilio.resources.notifications import Notifications
    from mirra_mcp.local.mirrors.twilio.resources.opt_outs import OptOutReplies, OptOuts
    from mirra_mcp.local.mirrors.twilio.resources.service_senders import (
        AlphaSenders,
        DestinationAlphaSenders,
        ServicePhoneNumbers,
        ServiceShortCodes,
    )
    from mirra_mcp.local.mirrors.twilio.resources.short_codes import ShortCodes


class MessagingNouns:
    """What the mirror has of Programmable Messaging."""

    if TYPE_CHECKING:
        alpha_senders: AlphaSenders
        carrier_troubles: CarrierTroubles
        destination_alpha_senders: DestinationAlphaSenders
        feedback: Feedback
        media: Media
        messages: Messages
        messaging_services: MessagingServices
        notifications: Notifications
        opt_out_replies: OptOutReplies
        opt_outs: OptOuts
        service_phone_numbers: ServicePhoneNumbers
        service_short_codes: ServiceShortCodes
        short_codes: ShortCodes
