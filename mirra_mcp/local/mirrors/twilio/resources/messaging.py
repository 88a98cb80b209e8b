"""Programmable Messaging's nouns, in the order of their pages."""

from mirra_mcp.local.mirrors.twilio.resource import TwilioResource
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

MESSAGING: tuple[type[TwilioResource], ...] = (
    Messages,
    Media,
    Feedback,
    MessagingServices,
    ServicePhoneNumbers,
    ServiceShortCodes,
    AlphaSenders,
    DestinationAlphaSenders,
    ShortCodes,
    OptOuts,
    OptOutReplies,
    Notifications,
    CarrierTroubles,
)
