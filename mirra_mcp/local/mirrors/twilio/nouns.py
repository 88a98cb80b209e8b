"""Every noun of the Twilio mirror, area by area. `self.mirror.<plural>` is how they meet."""

from mirra_mcp.local.mirrors.twilio.accounts.accounts import Accounts
from mirra_mcp.local.mirrors.twilio.accounts.addresses import Addresses
from mirra_mcp.local.mirrors.twilio.accounts.alerts import MonitorAlerts
from mirra_mcp.local.mirrors.twilio.accounts.auth_tokens import SecondaryAuthTokens
from mirra_mcp.local.mirrors.twilio.accounts.keys import Keys
from mirra_mcp.local.mirrors.twilio.accounts.monitor_events import MonitorEvents
from mirra_mcp.local.mirrors.twilio.accounts.oauth_apps import OAuthApps
from mirra_mcp.local.mirrors.twilio.accounts.pricing import Pricing
from mirra_mcp.local.mirrors.twilio.accounts.tokens import Tokens
from mirra_mcp.local.mirrors.twilio.accounts.usage_records import UsageRecords
from mirra_mcp.local.mirrors.twilio.accounts.usage_triggers import UsageTriggers
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.content.approvals import ContentApprovals
from mirra_mcp.local.mirrors.twilio.content.contents import Contents
from mirra_mcp.local.mirrors.twilio.content.sends import ContentSends
from mirra_mcp.local.mirrors.twilio.conversations.addresses import ConversationAddresses
from mirra_mcp.local.mirrors.twilio.conversations.configurations import ConversationConfigurations
from mirra_mcp.local.mirrors.twilio.conversations.conversations.resource import Conversations
from mirra_mcp.local.mirrors.twilio.conversations.messages.media import ConversationMedia
from mirra_mcp.local.mirrors.twilio.conversations.messages.receipts import ConversationReceipts
from mirra_mcp.local.mirrors.twilio.conversations.messages.resource import ConversationMessages
from mirra_mcp.local.mirrors.twilio.conversations.participants import ConversationParticipants
from mirra_mcp.local.mirrors.twilio.conversations.roles import ConversationRoles
from mirra_mcp.local.mirrors.twilio.conversations.services import ConversationServices
from mirra_mcp.local.mirrors.twilio.conversations.user_conversations import UserConversations
from mirra_mcp.local.mirrors.twilio.conversations.users import ConversationUsers
from mirra_mcp.local.mirrors.twilio.conversations.webhooks.hooks import ConversationHooks
from mirra_mcp.local.mirrors.twilio.conversations.webhooks.scoped_webhooks import (
    ConversationWebhooks,
)
from mirra_mcp.local.mirrors.twilio.lookup.carrier_lines import CarrierLines
from mirra_mcp.local.mirrors.twilio.lookup.legacy import LegacyLookups
from mirra_mcp.local.mirrors.twilio.lookup.lookups import LookupOverrides, Lookups
from mirra_mcp.local.mirrors.twilio.messaging.carrier_troubles import CarrierTroubles
from mirra_mcp.local.mirrors.twilio.messaging.channels.channel_senders import ChannelSenders
from mirra_mcp.local.mirrors.twilio.messaging.channels.indicators import TypingIndicators
from mirra_mcp.local.mirrors.twilio.messaging.channels.pools import ServiceChannelSenders
from mirra_mcp.local.mirrors.twilio.messaging.channels.sandbox import SandboxParticipants
from mirra_mcp.local.mirrors.twilio.messaging.compliance.a2p import (
    BrandRegistrations,
    BrandVettings,
    Campaigns,
)
from mirra_mcp.local.mirrors.twilio.messaging.compliance.tollfree_verifications import (
    TollfreeVerifications,
)
from mirra_mcp.local.mirrors.twilio.messaging.geo_permissions import GeoPermissions
from mirra_mcp.local.mirrors.twilio.messaging.links.domains import LinkDomains, ServiceLinkDomains
from mirra_mcp.local.mirrors.twilio.messaging.links.short_links import ShortLinks
from mirra_mcp.local.mirrors.twilio.messaging.messages.feedback import Feedback
from mirra_mcp.local.mirrors.twilio.messaging.messages.media import Media
from mirra_mcp.local.mirrors.twilio.messaging.messages.resource import Messages
from mirra_mcp.local.mirrors.twilio.messaging.notifications import Notifications
from mirra_mcp.local.mirrors.twilio.messaging.opt_outs import OptOutReplies, OptOuts
from mirra_mcp.local.mirrors.twilio.messaging.services.resource import MessagingServices
from mirra_mcp.local.mirrors.twilio.messaging.services.senders import (
    AlphaSenders,
    DestinationAlphaSenders,
    ServicePhoneNumbers,
    ServiceShortCodes,
)
from mirra_mcp.local.mirrors.twilio.messaging.short_codes import ShortCodes
from mirra_mcp.local.mirrors.twilio.numbers.available_phone_numbers import AvailablePhoneNumbers
from mirra_mcp.local.mirrors.twilio.numbers.incoming_phone_numbers import IncomingPhoneNumbers
from mirra_mcp.local.mirrors.twilio.numbers.outgoing_caller_ids import OutgoingCallerIds
from mirra_mcp.local.mirrors.twilio.trusthub.assignments import TrustAssignments, TrustEndpoints
from mirra_mcp.local.mirrors.twilio.trusthub.bundles import CustomerProfiles, TrustProducts
from mirra_mcp.local.mirrors.twilio.trusthub.evaluations import TrustEvaluations
from mirra_mcp.local.mirrors.twilio.trusthub.items import EndUsers, SupportingDocuments
from mirra_mcp.local.mirrors.twilio.trusthub.policies import TrustPolicies
from mirra_mcp.local.mirrors.twilio.verify.factors.access_tokens import VerifyAccessTokens
from mirra_mcp.local.mirrors.twilio.verify.factors.challenges import VerifyChallenges
from mirra_mcp.local.mirrors.twilio.verify.factors.entities import VerifyEntities
from mirra_mcp.local.mirrors.twilio.verify.factors.notifications import VerifyNotifications
from mirra_mcp.local.mirrors.twilio.verify.factors.resource import VerifyFactors
from mirra_mcp.local.mirrors.twilio.verify.messaging_configurations import (
    VerifyMessagingConfigurations,
)
from mirra_mcp.local.mirrors.twilio.verify.rate_limits import VerifyBuckets, VerifyRateLimits
from mirra_mcp.local.mirrors.twilio.verify.safe_list_numbers import SafeListNumbers
from mirra_mcp.local.mirrors.twilio.verify.services import VerifyServices
from mirra_mcp.local.mirrors.twilio.verify.templates import VerifyTemplates
from mirra_mcp.local.mirrors.twilio.verify.verifications.attempts import VerificationAttempts
from mirra_mcp.local.mirrors.twilio.verify.verifications.checks import VerificationChecks
from mirra_mcp.local.mirrors.twilio.verify.verifications.resource import Verifications
from mirra_mcp.local.mirrors.twilio.verify.verifications.silent import SilentAttempts
from mirra_mcp.local.mirrors.twilio.verify.webhooks import VerifyWebhooks
from mirra_mcp.local.mirrors.twilio.voice.applications import Applications
from mirra_mcp.local.mirrors.twilio.voice.calls.resource import Calls
from mirra_mcp.local.mirrors.twilio.voice.conferences.participants import Participants
from mirra_mcp.local.mirrors.twilio.voice.conferences.resource import Conferences
from mirra_mcp.local.mirrors.twilio.voice.dialing_permissions import DialingPermissions
from mirra_mcp.local.mirrors.twilio.voice.lines import VoiceLines
from mirra_mcp.local.mirrors.twilio.voice.live_transcriptions import LiveTranscriptions
from mirra_mcp.local.mirrors.twilio.voice.media.relays import RelaySessions
from mirra_mcp.local.mirrors.twilio.voice.media.sessions import Payments
from mirra_mcp.local.mirrors.twilio.voice.media.siprecs import Siprecs
from mirra_mcp.local.mirrors.twilio.voice.media.streams import Streams
from mirra_mcp.local.mirrors.twilio.voice.queues.members import QueueMembers
from mirra_mcp.local.mirrors.twilio.voice.queues.resource import Queues
from mirra_mcp.local.mirrors.twilio.voice.recordings import Recordings
from mirra_mcp.local.mirrors.twilio.voice.sip.domains import SipDomains
from mirra_mcp.local.mirrors.twilio.voice.sip.lists import (
    SipCredentialLists,
    SipCredentials,
    SipIpAccessControlLists,
    SipIpAddresses,
)
from mirra_mcp.local.mirrors.twilio.voice.sip.mappings import SipMappings
from mirra_mcp.local.mirrors.twilio.voice.transcriptions import Transcriptions

NOUNS: tuple[type[TwilioResource], ...] = (
    Accounts,
    SecondaryAuthTokens,
    Keys,
    IncomingPhoneNumbers,
    AvailablePhoneNumbers,
    OutgoingCallerIds,
    UsageRecords,
    UsageTriggers,
    Addresses,
    MonitorAlerts,
    MonitorEvents,
    GeoPermissions,
    Tokens,
    OAuthApps,
    Pricing,
    TrustPolicies,
    EndUsers,
    SupportingDocuments,
    CustomerProfiles,
    TrustProducts,
    TrustAssignments,
    TrustEndpoints,
    TrustEvaluations,
    BrandRegistrations,
    BrandVettings,
    Campaigns,
    TollfreeVerifications,
    Messages,
    Media,
    Feedback,
    MessagingServices,
    LinkDomains,
    ServiceLinkDomains,
    ShortLinks,
    ServicePhoneNumbers,
    ServiceShortCodes,
    AlphaSenders,
    DestinationAlphaSenders,
    ShortCodes,
    ChannelSenders,
    ServiceChannelSenders,
    SandboxParticipants,
    TypingIndicators,
    OptOuts,
    OptOutReplies,
    Notifications,
    CarrierTroubles,
    VerifyServices,
    Verifications,
    VerificationChecks,
    VerificationAttempts,
    SilentAttempts,
    VerifyRateLimits,
    VerifyBuckets,
    VerifyMessagingConfigurations,
    VerifyTemplates,
    VerifyEntities,
    VerifyFactors,
    VerifyChallenges,
    VerifyNotifications,
    VerifyAccessTokens,
    VerifyWebhooks,
    SafeListNumbers,
    Lookups,
    LookupOverrides,
    LegacyLookups,
    CarrierLines,
    Contents,
    ContentApprovals,
    ContentSends,
    Calls,
    Recordings,
    Transcriptions,
    LiveTranscriptions,
    Streams,
    RelaySessions,
    Payments,
    Siprecs,
    SipDomains,
    SipCredentialLists,
    SipCredentials,
    SipIpAccessControlLists,
    SipIpAddresses,
    SipMappings,
    DialingPermissions,
    Conferences,
    Participants,
    Queues,
    QueueMembers,
    Applications,
    VoiceLines,
    ConversationServices,
    Conversations,
    ConversationParticipants,
    ConversationMessages,
    ConversationReceipts,
    ConversationMedia,
    ConversationUsers,
    UserConversations,
    ConversationRoles,
    ConversationConfigurations,
    ConversationHooks,
    ConversationWebhooks,
    ConversationAddresses,
)
