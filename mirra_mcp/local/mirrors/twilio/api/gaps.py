"""What Twilio has and this mirror doesn't: products that answer 501, and other differences."""

import re

_ACCOUNT = "/2010-04-01/Accounts/AC[0-9a-f]{32}/"

AREAS: tuple[tuple[str, str, str], ...] = (
    (
        "Voice: trunks, messages to clients",
        "Voice is mirrored in part: this is not there.",
        f"{_ACCOUNT}(Calls|Recordings)/[^/]+/."
        f"|{_ACCOUNT}Recordings/[^/]+[.]mp3$"
        "|/v1/(Voice|Trunks|DialingPermissions|ByocTrunks|ConnectionPolicies|IpRecords"
        "|SourceIpMappings|Settings|Archives)(/|$)|/v2/Trunks(/|$)",
    ),
    (
        "Conversations: push, channel metadata; Chat",
        "This part of Conversations is not mirrored, and neither is Programmable Chat.",
        "/v1/Credentials(/|$)"
        "|/v1/Services/IS[0-9a-f]{32}/(Bindings|Configuration/Notifications)(/|$)"
        "|/v1/(Services/IS[0-9a-f]{32}/)?Conversations/[^/]+/Messages/[^/]+/ChannelMetadata$"
        "|/v[123]/Services/IS[0-9a-f]{32}(/|$)|/v1/Configuration(/|$)",
    ),
    ("Studio", "Studio is not mirrored.", "/v[12]/Flows(/|$)"),
    (
        "SendGrid",
        "SendGrid is not mirrored here; for email use the resend mirror.",
        "/v3/(mail|templates|marketing|contactdb|suppression|asm|user|api_keys|whitelabel)(/|$)",
    ),
    (
        "Flex and TaskRouter",
        "Flex and TaskRouter are not mirrored.",
        "/v1/(Workspaces|Channels|FlexFlows|Interactions|WebChannels|PluginService)(/|$)",
    ),
    (
        "Sync, Video, Proxy, Notify, Serverless, IoT",
        "This product is not mirrored.",
        "/v1/(Rooms|Compositions|CompositionHooks|CompositionSettings|Recordings|RecordingSettings"
        "|Environments|Fleets|Sims|Networks|NetworkAccessProfiles|RatePlans|Commands|SmsCommands"
        "|IpCommands|SettingsUpdates|UsageRecords|ESimProfiles|RampUpPlans)(/|$)",
    ),
    (
        "Regulatory Compliance, TrustHub's inquiries",
        "This part of TrustHub is not mirrored.",
        "/v1/ComplianceInquiries(/|$)|/v1/[A-Za-z]+/[^/]+/ProvisionalCopy$"
        "|/v2/RegulatoryCompliance(/|$)",
    ),
    (
        "Prices of trunking, Event Streams",
        "This API is not mirrored.",
        "/v[12]/(Countries|Trunking/Countries|Trunking/Numbers|Messaging|Voice|Sinks|Schemas|Subscriptions|Types"
        "|Insights|Exports|Numbers)(/|$)|/v1/PhoneNumbers(/|$)",
    ),
    (
        "Verify: passkeys",
        "Of Verify's factors TOTP and push are mirrored: no passkeys.",
        "/v2/Services/VA[0-9a-f]{32}/Passkeys(/|$)|/v2/Forms(/|$)",
    ),
    (
        "Lookup: rate limits",
        "Lookup's rate limits are not mirrored.",
        "/v2/RateLimits(/|$)",
    ),
    (
        "Messaging: deactivations",
        "This part of messaging is not mirrored.",
        "/v1/Deactivations(/|$)|/v2/Channels(/|$)",
    ),
    (
        "Porting, hosted numbers, add-ons, OAuth, Routes",
        "This API is not mirrored.",
        "/v[12]/(Porting|HostedNumber|AvailableAddOns|InstalledAddOns|oauth|token|authorize"
        "|SipDomains|Trunks|BundleClone|Documents|SigningRequest|SenderIdRegistrations"
        "|SenderIds|Quickstart|Modules|ReferralConversion)(/|$)|/v[123]/(Organizations|Assistants"
        "|Sessions|Feedback|Tools|Knowledge|KnowledgeBases|Stores|Profiles)(/|$)",
    ),
    (
        "Products that are known by name only",
        "This API is not mirrored.",
        "/v[1-4]/(ControlPlane|Instances|WebChats|account|Account|Conferences|Video"
        "|Voice|InsightsDomains|OperatorTypes|Operators|Transcripts|OperatorResults|RuleExecutions"
        "|Conversations|Listings?|LinkShortening|ShortCodes|CallerIds|HostedNumbers"
        "|A2PBrandRegistrations|A2PCampaignRegistrations|AccountDefaultConfiguration"
        "|Configurations|Transcriptions|Webhooks|Credentials)(/|$)|/v3/PhoneNumbers(/|$)"
        "|/(hosted_numbers|marketplace|wireless|versionless)/",
    ),
    (
        "Other parts of the account",
        "This part of the account is not mirrored.",
        f"{_ACCOUNT}(ConnectApps|AuthorizedConnectApps)[/.]"
        f"|{_ACCOUNT}IncomingPhoneNumbers/[^/]+/AssignedAddOns"
        f"|{_ACCOUNT}AvailablePhoneNumbers/[A-Z]+/(National|SharedCost|Voip|MachineToMachine)[.]"
        "|/v1/(Consents|Contacts|Credentials|SafeList)(/|$)",
    ),
)
"""Name, reason, and what paths look like."""

ENDPOINTS: dict[str, str] = {
    "POST /v1/Services/PreregisteredUsa2p": "Campaigns registered elsewhere are not mirrored.",
}
"""What would be taken for another endpoint."""

_AREAS = tuple((reason, re.compile(pattern)) for _, reason, pattern in AREAS)

_FOUND = (
    "Distance", "ExcludeAllAddressRequired", "ExcludeForeignAddressRequired",
    "ExcludeLocalAddressRequired", "NearLatLong",
)  # fmt: skip
_NUMBERS = "/2010-04-01/Accounts/{account}/AvailablePhoneNumbers/{country}"

UNREAD: dict[str, tuple[str, ...]] = {
    "POST /2010-04-01/Accounts/{account}/Calls.json": (
        "Byoc", "CallReason", "ClientNotificationUrl", "Passports", "RecordingConfigurationId",
        "SipAuthPassword", "SipAuthUsername", "Trim",
    ),
    "POST /2010-04-01/Accounts/{account}/Conferences/{ConferenceSid}/Participants.json": (
        "Byoc", "CallReason", "CallerDisplayName", "ClientNotificationUrl", "ConferenceTrim",
        "EarlyMedia", "EmergencyAddress", "EmergencyCallerLocation", "EmergencyCallerPosition",
        "EmergencyCity", "EmergencyCountry", "EmergencyName", "EmergencyState",
        "EmergencyZipCode", "JitterBufferSize", "Passports", "RecordingConfigurationId",
        "SipAuthPassword", "SipAuthUsername", "Trim",
    ),
    "POST /2010-04-01/Accounts/{account}/Calls/{CallSid}/Transcriptions.json": (
        "ConversationConfiguration", "ConversationId", "EnableProviderData", "IntelligenceService",
        "TranscriptionConfigurationId",
    ),
    "POST /2010-04-01/Accounts/{account}/Calls/{CallSid}/Payments.json": (
        "Confirmation", "Input", "Parameter", "RequireMatchingInputs",
    ),
    "POST /2010-04-01/Accounts/{account}/Calls/{CallSid}/Recordings.json": (
        "RecordingConfigurationId", "Trim",
    ),
    "GET /2010-04-01/Accounts/{account}/Recordings.json": ("IncludeSoftDeleted",),
    "GET /2010-04-01/Accounts/{account}/Recordings/{Sid}.json": ("IncludeSoftDeleted",),
    **{
        f"POST /2010-04-01/Accounts/{{account}}/IncomingPhoneNumbers{end}.json": ("ApiVersion",)
        for end in ("", "/{sid}", "/Local", "/Mobile", "/TollFree")
    },
    "DELETE /v1/AuthTokens/Secondary": ("SuppressEmailNotification",),
    "POST /v1/AuthTokens/Secondary": ("SuppressEmailNotification",),
    "POST /v1/AuthTokens/Promote": ("SuppressEmailNotification",),
    f"GET {_NUMBERS}/Local.json": _FOUND,
    f"GET {_NUMBERS}/Mobile.json": _FOUND,
    f"GET {_NUMBERS}/TollFree.json": _FOUND,
    "GET /2010-04-01/Accounts/{account}/Notifications.json": ("MessageDate",),
    "POST /2010-04-01/Accounts/{account}/Addresses.json": ("AutoCorrectAddress",),
    "POST /2010-04-01/Accounts/{account}/Addresses/{Sid}.json": ("AutoCorrectAddress",),
    "GET /v1/Services/{service}/Compliance/Usa2p/Usecases": ("BrandRegistrationSid",),
    "GET /v1/Tollfree/Verifications": ("IncludeSubAccounts", "TrustProductSid"),
    "GET /v2/PhoneNumbers/{PhoneNumber}": ("AddressLine2", "PartnerSubId", "VerificationSid"),
    "POST /2010-04-01/Accounts/{account}/Messages.json": (
        "Attempt", "ForceDelivery", "MaxPrice", "MessageIntent", "TrafficType",
    ),
    "POST /2010-04-01/Accounts/{account}/OutgoingCallerIds.json": (
        "CallDelay", "Extension", "StatusCallback", "StatusCallbackMethod",
    ),
    "POST /v1/Tollfree/Verifications/{sid}": ("EditReason",),
    "POST /v2/Services/{ServiceSid}/VerificationCheck": ("SnaClientToken",),
    "POST /v2/Services/{ServiceSid}/Verifications": (
        "EnableSnaClientToken", "SendDigits", "Templates",
    ),
}  # fmt: skip
"""By endpoint the parameters that Twilio takes, and that change nothing here.

Source: https://github.com/twilio/twilio-python (what the SDK sends)
"""


def unread_told() -> str:
    """Tell all of them in a sentence."""
    by_names: dict[tuple[str, ...], list[str]] = {}
    for spec, names in UNREAD.items():
        by_names.setdefault(names, []).append(spec.split("/")[-1].removesuffix(".json"))
    parts = [
        f"`{'`, `'.join(names)}` of {' and '.join(dict.fromkeys(ends))}"
        for names, ends in by_names.items()
    ]
    return f"These parameters are taken and change nothing: {'; '.join(parts)}."


LIMITS: tuple[str, ...] = (
    "All of Twilio's hosts share the mirror's URL: the header `X-Mirra-Host` tells them apart."
    " Without it only the path counts, so that `/v1/Services` is Messaging's, not Conversations'.",
    "The 2010 API answers JSON only: its paths end in `.json`.",
    "Magic test numbers (+15005550000 to +15005550009) mean what Twilio documents, with any"
    " credentials: what +15005550006 sends stays `queued`, and tells nobody.",
    "Any number that can exist and that nobody has can be bought; searches make numbers up, always"
    " the same ones.",
    "Calls that verify caller ids are never made: simulate `caller_id.verified`.",
    "Brands, campaigns and toll-free numbers are approved two seconds after they are registered,"
    " unless simulated events decide otherwise.",
    "Every account begins with 100 US dollars; running out of them stops nothing. Usage has the"
    " categories of what is mirrored, and lookups aren't counted.",
    "Policies of Restricted API keys are kept, not enforced.",
    "Webhooks are retried as connection overrides in the URL say (`#rc=2&rp=all`): once by"
    " default, when the connection fails. Their timeouts and edges don't count: a receiver has 15"
    " seconds.",
    "Calls are made of TwiML's Say, Play, Pause, Gather, Record, Pay, Refer, Redirect, Hangup,"
    " Reject, Enqueue, Leave, Start and Stop of transcriptions, recordings, streams and SIPREC,"
    " Connect of streams and ConversationRelay, and Dial of numbers, clients, SIP addresses,"
    " conferences and queues; at another verb a call ends, and its `transcript` in the state says"
    " so. Of their attributes voices, languages, hints of Gather, `trim`, `ringTone`,"
    " `jitterBufferSize`, `eventCallbackUrl`, SIP user names and passwords, `speechTimeout` and"
    " partial results change nothing.",
    "Of dialing permissions no number counts as one of toll fraud; premium and shared-cost numbers"
    " are special ones, and off at first.",
    "A SIP domain lets in who passes its lists of both kinds; nobody registers with one, and its"
    " `secure`, emergency settings and `ByocTrunkSid` are kept only."
    " A deleted name is free at once.",
    "SIPREC sends its sound nowhere. A phone that isn't SIP's can't be referred: the action is"
    " asked without the parameters of `<Refer>`.",
    "A conference that waits plays Twilio's own music unless `waitUrl` says what; the mirror plays"
    " nothing, and asks nobody. Who is added to a conference that is over gets 404.",
    "A queue that is full, has a name that another has or still has callers is refused as 20001:"
    " Twilio documents no codes.",
    "Real-time transcriptions tell final results only: no partial ones, and no provider's data.",
    "Media streams are opened to `ws://` on loopback as well as `wss://`, their messages at most"
    " 1 MiB. What is said or played is sent as soon as it begins: a hum in frames of 20 ms with a"
    " second of silence after words; no frames go out while nobody speaks. What an application"
    " plays is counted in seconds. How many streams and tracks a call has is not limited; fault"
    " rules and forgeries leave sockets alone.",
    "Of ConversationRelay's attributes voices, providers, models, hints, `ttsLanguage`,"
    " `preemptible`, `debug`, `interruptSensitivity` and `<Language>` change nothing; of partial"
    " prompts there is one, of half the words. Who speaks while no time has passed interrupts"
    " nobody. After 20 invalid messages a session fails.",
    "`<Pay>` has no real connector: every card and account that adds up is taken, but those that"
    " Stripe lets be declined in tests. Its `paymentConnector`, parameters and"
    " `requireMatchingInputs` change nothing; what is keyed in is masked in the transcript."
    " A payment that is led by the API captures no input twice, and is one at a time of a call.",
    "What a recording is transcribed as is what was said into it, ten seconds later.",
    "Nothing is heard: speech takes a second for 15 letters, a file 5 seconds, recordings are"
    " silence. Whoever is called picks up after two seconds and is silent, unless simulated.",
    "Calls cost 1.4 cents a minute, wherever they go; recordings a quarter of a cent, uncounted.",
    "Prices are the mirror's own, the same in every country; trunking has none.",
    "OAuth apps get tokens for their client credentials only, which may do what a Standard key may;"
    " their policies are kept, not enforced, and audiences and scopes are refused (20001).",
    "Access tokens that servers make for clients are taken by simulated events"
    " (`access_token.shown`, `call.received`, `conversation.message_sent`): the key, its signature"
    " and its grants are looked at, but not when they end, which SDKs write by their machine's"
    " clock.",
    "TrustHub knows the policies of A2P messaging and of signed calls, with the attributes that"
    " their documents ask for. Bundles are reviewed two seconds after they are handed in: approved"
    " if an evaluation finds them whole. Brands take any bundle SID that no bundle has, and of"
    " those that one has approved ones only (20001).",
    "`url` and `links` of documents lead to the mirror, not to Twilio's hosts.",
    "Of channels there are SMS, MMS, WhatsApp and RCS; Messenger's addresses are refused (63007)."
    " Everybody can be reached over RCS unless `carrier.rcs_changed` says otherwise; a message"
    " that a service sends over RCS gets a `to` with `rcs:`. Opt-out keywords count on SMS alone."
    " A WhatsApp message outside the 24 hours ends `undelivered` (63016), one to who didn't join"
    " the sandbox `failed` (63015); both cost nothing, and others half a cent.",
    "The sandbox's code is `join steady-mirror`, every account's; where its texts go is set by"
    " simulate (`whatsapp.sandbox_configured`), as in the console. A sender of WhatsApp's whose"
    " number isn't the account's takes any six digits as its code.",
    "Of content templates the texts' lengths, variables and fields are checked as documented; what"
    " the Content API gives no code is 20001. The `body` of a message says the text of what the"
    " channel shows; a template of WhatsApp's is approved two seconds after it was submitted.",
    "Messages fail by themselves with 14107, 21610, 21611, 21703, 30032 and 30034; the carriers'"
    " other codes need `message.failed`, `message.undelivered` or `carrier.outage`.",
    "Conversations knows chat users, SMS and WhatsApp: no other channels, group texting, email or"
    " Studio (501). Files are at most 5 MB. Its roles are kept, not enforced: the REST API may do"
    " everything. A conversation's"
    " messaging service is kept, and texts go out from the participant's `ProxyAddress`. Both"
    " timers count from the last message or change. What Twilio gives no code is 20001.",
    "Of Conversations' pre-event webhooks a service's own is asked before the account's; whatever"
    " isn't 2xx refuses, and a call is answered 403 (20403). Under a fault rule a call that would"
    " ask is answered 501.",
    "Media that are sent are fetched from this machine only, where MMS may be 5 MB together, and"
    " WhatsApp and RCS 16; other hosts are never asked: types are guessed from addresses, and sizes"
    " don't count. A file that can't be got fails an MMS with 11200, up to five redirects on.",
    "Of messages `Attempt`, `ForceDelivery`, `MessageIntent` and `TrafficType` are for Twilio's own"
    " statistics, and `MaxPrice` is obsolete: they show no effect there, either.",
    "Every account may redact messages: a text is gone and a number's last four digits are `XXXX`"
    " once the message was sent or has failed, from its status callbacks, too.",
    "Domains for short links are registered by simulate (`link_domain.verified`), as in the"
    " console, and clicks are simulated (`link.clicked`): the mirror answers at no such domain."
    " Links are looked for in texts only, not in what a content template shows.",
    "The mirror answers at the address of a silent network authentication (`sna`) once, and vouches"
    " for the number; `sna.invoked` lets it fail. A failed one stays pending, costs"
    " nothing and has no client token; `auto` never chooses it.",
    "Monitor's events tell what calls did to accounts, numbers, caller ids, short codes and"
    " applications, and which messages, media, calls and recordings they deleted: of nothing else,"
    " and always from 127.0.0.1.",
    "Push factors are as Twilio's SDKs for devices use them; nothing is pushed to a device, so that"
    " credentials for APN and FCM are kept only. A device's JWT never ends: its machine's clock"
    " would say when.",
    "Texts to numbers of which `carrier.pumping_detected` told end `failed` (30450) unless"
    " `RiskCheck` is `disable` or the number is on Verify's SafeList.",
    unread_told(),
    "Advanced Opt-Out's words and answers, by service and country, are set by simulate"
    " (`messaging_service.opt_out_configured`), as in the console; else they are Twilio's, in"
    " English.",
)


def reason_of(path: str) -> str | None:
    """Return why a path of Twilio's is not there, or None if Twilio has no such path either."""
    return next((reason for reason, pattern in _AREAS if pattern.match(path)), None)


def told() -> list[str]:
    """Tell the products that are not there, a line each."""
    areas = [f"{name}: 501. {reason}" for name, reason, _ in AREAS]
    return areas + [f"{spec}: 501. {reason}" for spec, reason in ENDPOINTS.items()]
