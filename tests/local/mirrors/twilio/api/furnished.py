"""An account with one of everything, and for each endpoint a call that it takes."""

import re

from mirra_mcp.wire.model import Doc
from tests.local.mirrors.twilio.client import Account
from tests.local.mirrors.twilio.verify.test_factors import at, shown

ALICE, OURS, FREE = "+15558675310", "+15017122661", "+18885550123"
URL = "https://example.com/hook"
CHAT = "/conversations.twilio.com/v1"


class Furnished:
    """Where everything is, by the segment of a path that is followed by its SID."""

    once = (20409, 21231, 21450, 60202, 20404)
    """Refusals of what can be done once, and has been."""

    def __init__(self, account: Account) -> None:
        self.account = account
        post = account.post
        number = post("/IncomingPhoneNumbers.json", PhoneNumber=OURS)["sid"]
        free = post("/IncomingPhoneNumbers.json", PhoneNumber=FREE)["sid"]
        short = account.simulate("short_code.assigned", shortCode="12345")["result"]["sid"]
        other = account.simulate("short_code.assigned", shortCode="54321")["result"]["sid"]
        account.simulate("caller_id.verified", phoneNumber="+14155552671")
        caller = account.fetch("/OutgoingCallerIds.json")["outgoing_caller_ids"][0]["sid"]
        message = post("/Messages.json", To=ALICE, From=OURS, Body="Hi", MediaUrl=URL)["sid"]
        waits = "<Response><Enqueue>support</Enqueue></Response>"
        call = post("/Calls.json", To=ALICE, From=OURS, Twiml=waits)["sid"]
        queue = post("/Queues.json", FriendlyName="support")["sid"]
        meets = "<Response><Dial><Conference record='record-from-start'>Room</Conference></Dial>"
        meets += "</Response>"
        post("/Calls.json", To="+14155552669", From=OURS, Twiml=meets)
        account.advance("3s")
        person = post("/Conferences/Room/Participants.json", To="+14155552670", From=OURS)
        account.advance("3s")
        room = f"/Conferences/{person['conference_sid']}"
        self.of_conference = account.fetch(f"{room}/Recordings.json")["recordings"][0]["sid"]
        recording = post(f"/Calls/{call}/Recordings.json")["sid"]
        live = post(f"/Calls/{call}/Transcriptions.json")["sid"]
        paid = post(f"/Calls/{call}/Payments.json", IdempotencyKey="1", StatusCallback=URL)["sid"]
        application = post("/Applications.json", FriendlyName="IVR")["sid"]
        key = post("/Keys.json")["sid"]
        self.of_2010 = {
            "Accounts": account.sid, "AvailablePhoneNumbers": "US", "IncomingPhoneNumbers": number,
            "Messages": message, "Calls": call, "Keys": key, "SigningKeys": key,
            "ShortCodes": short, "OutgoingCallerIds": caller, "Recordings": recording,
            "Queues": queue, "Members": call, "Transcriptions": live, "Applications": application,
            "Conferences": person["conference_sid"], "Participants": person["call_sid"],
            **self._sip(), "Payments": paid, "Addresses": post("/Addresses.json", **OFFICE)["sid"],
            "Triggers": post("/Usage/Triggers.json", **TRIGGER)["sid"],
        }  # fmt: skip
        service = post("/v1/Services", FriendlyName="Shop")["sid"]
        brand = post(
            "/v1/a2p/BrandRegistrations",
            CustomerProfileBundleSid=f"BU{'1' * 32}",
            A2PProfileBundleSid=f"BU{'2' * 32}",
        )["sid"]
        account.advance("3s")
        self.campaign = {
            "BrandRegistrationSid": brand,
            "Description": "We send news about orders to people who asked for it.",
            "MessageFlow": "People give their number in a form on our site and tick a box.",
            "MessageSamples": ["Your order 1042 is on its way.", "Your order 1043 has arrived."],
            "UsAppToPersonUsecase": "2FA",
            "HasEmbeddedLinks": "false",
            "HasEmbeddedPhone": "false",
        }
        campaign = post(f"/v1/Services/{service}/Compliance/Usa2p", **self.campaign)["sid"]
        empty = post("/v1/Services", FriendlyName="Empty")["sid"]
        self.tollfree = {
            "BusinessName": "Acme", "BusinessWebsite": "https://acme.example",
            "NotificationEmail": "ops@acme.example", "UseCaseCategories": "MARKETING",
            "UseCaseSummary": "Offers.", "ProductionMessageSample": "Sale!",
            "OptInImageUrls": "https://acme.example/a.png", "OptInType": "WEB_FORM",
            "MessageVolume": "10", "TollfreePhoneNumberSid": free,
        }  # fmt: skip
        verified = post("/v1/Tollfree/Verifications", **self.tollfree)["sid"]
        account.simulate("tollfree.rejected", sid=verified)
        domain = account.simulate("link_domain.verified", domain="links.acme.example")
        domain_sid = domain["result"]["sid"]
        post(f"/v1/LinkShortening/Domains/{domain_sid}/MessagingServices/{service}")
        self.of_messaging = {
            "Domains": domain_sid, "MessagingServices": service, "MessagingService": service,
            "Services": service, "BrandRegistrations": brand, "Usa2p": campaign, "Keys": key,
            "Verifications": verified,
        }  # fmt: skip
        verify = post("/v2/Services", FriendlyName="Acme", CustomCodeEnabled="true")["sid"]
        path = f"/v2/Services/{verify}"
        entity = "user-0123456789"
        people = f"{path}/Entities/{entity}"
        made = post(f"{people}/Factors", FriendlyName="Phone", FactorType="totp")
        factor = made["sid"]
        post(f"{people}/Factors/{factor}", AuthPayload=shown(made["binding"]["uri"], at()))
        device = account.simulate("push.enrolled", serviceSid=verify, identity=entity)["result"]
        asked = {"FactorSid": device["sid"], "Details.Message": "Log in?"}
        device_token = post(f"{path}/AccessTokens", Identity=entity, FactorType="push")["sid"]
        limit = post(f"{path}/RateLimits", UniqueName="a.b")["sid"]
        self.of_verify = {
            "Services": verify, "Entities": entity, "Factors": factor,
            "Challenges": post(f"{people}/Challenges", **asked)["sid"],
            "AccessTokens": device_token,
            "RateLimits": limit,
            "Buckets": post(f"{path}/RateLimits/{limit}/Buckets", Max=9, Interval=60)["sid"],
            "Webhooks": post(f"{path}/Webhooks", FriendlyName="Hook", EventTypes="*",
                             WebhookUrl=URL)["sid"],
            "MessagingConfigurations": post(f"{path}/MessagingConfigurations", Country="GB",
                                            MessagingServiceSid=service)["country"],
            "Verifications": post(f"{path}/Verifications", To=ALICE, Channel="sms")["sid"],
            "PhoneNumbers": ALICE,
        }  # fmt: skip
        address = post(f"{CHAT}/Configuration/Addresses", Type="sms", Address=OURS)["sid"]
        self.of_chat = self._chat(CHAT) | {"Addresses": address}
        made = post(f"{CHAT}/Services", FriendlyName="Support")["sid"]
        self.of_service = self._chat(f"{CHAT}/Services/{made}") | {"Services": made}
        self.of_messaging |= self._trusted(number)
        self.of_verify |= {"Countries": "US", "Numbers": ALICE}
        self.good = self._good(number, other, empty, brand) | self._good_trust(number)
        self.good |= self._good_sip()

    def _sip(self) -> dict[str, str]:
        """A SIP domain with its lists."""
        post = self.account.post
        domain = post("/SIP/Domains.json", DomainName="acme.sip.twilio.com")["sid"]
        people = post("/SIP/CredentialLists.json", FriendlyName="People")["sid"]
        office = post("/SIP/IpAccessControlLists.json", FriendlyName="Office")["sid"]
        self.lists = {
            "CredentialListSid": post("/SIP/CredentialLists.json", FriendlyName="New")["sid"],
            "IpAccessControlListSid":
                post("/SIP/IpAccessControlLists.json", FriendlyName="New")["sid"],
        }  # fmt: skip
        path = f"/SIP/Domains/{domain}"
        post(f"{path}/Auth/Registrations/CredentialListMappings.json", CredentialListSid=people)
        post(f"{path}/CredentialListMappings.json", CredentialListSid=people)
        post(f"{path}/IpAccessControlListMappings.json", IpAccessControlListSid=office)
        return {
            "Domains": domain, "CredentialLists": people, "IpAccessControlLists": office,
            "CredentialListMappings": people, "IpAccessControlListMappings": office,
            "Credentials": post(f"/SIP/CredentialLists/{people}/Credentials.json", **ADA)["sid"],
            "IpAddresses": post(
                f"/SIP/IpAccessControlLists/{office}/IpAddresses.json", **DESK)["sid"],
        }  # fmt: skip

    def _good_sip(self) -> dict[str, Doc]:
        path = "POST /2010-04-01/Accounts/{account}/SIP"
        domain = f"{path}/Domains/{{DomainSid}}"
        acls, lists = f"{path}/IpAccessControlLists", f"{path}/CredentialLists"
        forms: dict[str, Doc] = {
            f"{path}/Domains.json": {"DomainName": "other.sip.twilio.com"},
            f"{lists}.json": {"FriendlyName": "More"},
            f"{lists}/{{Sid}}.json": {"FriendlyName": "More"},
            f"{lists}/{{CredentialListSid}}/Credentials.json": ADA | {"Username": "bob"},
            f"{acls}.json": {"FriendlyName": "More"},
            f"{acls}/{{Sid}}.json": {"FriendlyName": "More"},
            f"{acls}/{{IpAccessControlListSid}}/IpAddresses.json": DESK,
        }
        for part in ("", "/Auth/Calls", "/Auth/Registrations"):
            for name, sid in self.lists.items():
                forms[f"{domain}{part}/{name.removesuffix('Sid')}Mappings.json"] = {name: sid}
        return forms

    def _trusted(self, number: str) -> dict[str, str]:
        """Bundles of TrustHub with their parts, and an OAuth app."""
        post = self.account.post
        app = post("/v1/Account/OAuthApps", friendly_name="CI")
        profile = post("/v1/CustomerProfiles", PolicySid=SECONDARY, **BUNDLE)["sid"]
        user = post("/v1/EndUsers", FriendlyName="Ada", Type="authorized_representative_1")["sid"]
        path = f"/v1/CustomerProfiles/{profile}"
        self.app = {"client_id": app["sid"], "client_secret": app["secret"]}
        ends = {"ChannelEndpointType": "phone-number", "ChannelEndpointSid": number}
        paper = {"FriendlyName": "Office", "Type": "customer_profile_address"}
        types = self.account.fetch("/v1/EndUserTypes")["end_user_types"]
        papers = self.account.fetch("/v1/SupportingDocumentTypes")["supporting_document_types"]
        return {
            "CustomerProfiles": profile, "EndUsers": user, "OAuthApps": app["sid"],
            "TrustProducts": post("/v1/TrustProducts", PolicySid=A2P, **BUNDLE)["sid"],
            "SupportingDocuments": post("/v1/SupportingDocuments", **paper)["sid"],
            "EntityAssignments": post(f"{path}/EntityAssignments", ObjectSid=user)["sid"],
            "Evaluations": post(f"{path}/Evaluations", PolicySid=SECONDARY)["sid"],
            "ChannelEndpointAssignments": post(
                f"{path}/ChannelEndpointAssignments", **ends)["sid"],
            "Policies": SECONDARY, "EndUserTypes": types[0]["sid"],
            "SupportingDocumentTypes": papers[0]["sid"], "Countries": "US", "Numbers": ALICE,
        }  # fmt: skip

    def _good_trust(self, number: str) -> dict[str, Doc]:
        forms: dict[str, Doc] = {
            "POST /v1/Account/OAuthApps": {"friendly_name": "CD"},
            "POST /v1/EndUsers": {"FriendlyName": "E", "Type": "authorized_representative_1"},
            "POST /v1/SupportingDocuments": {
                "FriendlyName": "D", "Type": "customer_profile_address"},
        }  # fmt: skip
        for version in ("v1", "v2"):
            forms[f"POST /{version}/token"] = {"grant_type": "client_credentials", **self.app}
        for noun, part, policy in (
            ("CustomerProfiles", "ProfileSid", SECONDARY), ("TrustProducts", "ProductSid", A2P)
        ):  # fmt: skip
            path = f"POST /v1/{noun}"
            forms |= {
                path: {"PolicySid": policy, **BUNDLE},
                f"{path}/{{{part}}}/EntityAssignments": {
                    "ObjectSid": self.of_messaging["SupportingDocuments"]},
                f"{path}/{{{part}}}/Evaluations": {"PolicySid": policy},
                f"{path}/{{{part}}}/ChannelEndpointAssignments": {
                    "ChannelEndpointType": "phone-number", "ChannelEndpointSid": number},
            }  # fmt: skip
        return forms

    def _chat(self, path: str) -> dict[str, str]:
        post = self.account.post
        role = post(f"{path}/Roles", FriendlyName="r", Type="service", Permission="addParticipant")
        found = {"Roles": role["sid"], "Users": post(f"{path}/Users", Identity="ann")["sid"]}
        talk = post(f"{path}/Conversations", FriendlyName="Help")["sid"]
        talk_path = f"{path}/Conversations/{talk}"
        return found | {
            "Conversations": talk,
            "Participants": post(f"{talk_path}/Participants", Identity="bob")["sid"],
            "Messages": post(f"{talk_path}/Messages", Author="bob", Body="Hello")["sid"],
            "Webhooks": post(f"{talk_path}/Webhooks", **HOOK)["sid"],
        }

    def _good(self, number: str, short: str, empty: str, brand: str) -> dict[str, Doc]:
        """By endpoint what it takes, where it takes not just anything."""
        numbers = "POST /2010-04-01/Accounts/{account}/IncomingPhoneNumbers"
        service = self.of_messaging["Services"]
        forms: dict[str, Doc] = {
            "POST /2010-04-01/Accounts/{account}/Messages.json": {
                "To": ALICE, "From": OURS, "Body": "Hi"},
            "POST /2010-04-01/Accounts/{account}/Calls.json": {
                "To": ALICE, "From": OURS, "Url": URL},
            "POST /2010-04-01/Accounts/{account}/Conferences/{ConferenceSid}/Participants.json": {
                "To": ALICE, "From": OURS},
            "POST /2010-04-01/Accounts/{account}/Calls/{CallSid}/Payments.json": {
                "IdempotencyKey": "1", "StatusCallback": URL},
            "POST /2010-04-01/Accounts/{account}/Calls/{CallSid}/Payments/{Sid}.json": {
                "IdempotencyKey": "2", "StatusCallback": URL, "Capture": "security-code"},
            "POST /2010-04-01/Accounts/{account}/Queues.json": {"FriendlyName": "sales"},
            f"{numbers}.json": {"PhoneNumber": "+15017122671"},
            f"{numbers}/Local.json": {"PhoneNumber": "+15017122672"},
            f"{numbers}/Mobile.json": {"PhoneNumber": "+447400123456"},
            f"{numbers}/TollFree.json": {"PhoneNumber": "+18885550124"},
            "POST /2010-04-01/Accounts/{account}/OutgoingCallerIds.json": {
                "PhoneNumber": "+14155552672"},
            "POST /2010-04-01/Accounts/{account}/Addresses.json": OFFICE,
            "POST /2010-04-01/Accounts/{account}/Usage/Triggers.json": TRIGGER,
            "POST /v1/Keys": {"AccountSid": self.account.sid},
            "GET /v1/Keys": {"AccountSid": self.account.sid},
            "POST /v1/a2p/BrandRegistrations": {
                "CustomerProfileBundleSid": f"BU{'1' * 32}",
                "A2PProfileBundleSid": f"BU{'2' * 32}"},
            "POST /v1/a2p/BrandRegistrations/{brand}/Vettings": {"VettingProvider": "aegis"},
            "POST /v1/Services": {"FriendlyName": "Shop"},
            "POST /v1/Services/{ServiceSid}/AlphaSenders": {"AlphaSender": "Acme"},
            "POST /v1/Services/{ServiceSid}/DestinationAlphaSenders": {"AlphaSender": "Acme2"},
            "POST /v1/Services/{ServiceSid}/PhoneNumbers": {"PhoneNumberSid": number},
            "POST /v1/Services/{ServiceSid}/ShortCodes": {"ShortCodeSid": short},
            "POST /v1/Services/{service}/Compliance/Usa2p": self.campaign,
            "POST /v1/Services/{service}/Compliance/Usa2p/{sid}": {
                name: value for name, value in self.campaign.items()
                if name not in ("BrandRegistrationSid", "UsAppToPersonUsecase")}
                | {"AgeGated": "false", "DirectLending": "false"},
            "GET /v1/Services/{service}/Compliance/Usa2p/Usecases": {"BrandRegistrationSid": brand},
            "POST /v1/Tollfree/Verifications": self.tollfree,
            "POST /v1/LinkShortening/Domains/{DomainSid}/Certificate": {
                "TlsCert": "-----BEGIN CERTIFICATE-----\nMA==\n-----BEGIN PRIVATE KEY-----"},
            "POST /v2/SafeList/Numbers": {"PhoneNumber": ALICE},
            "POST /v2/Services": {"FriendlyName": "Acme"},
            "POST /v2/Services/{ServiceSid}/Entities": {"Identity": "user-9876543210"},
            "POST /v2/Services/{ServiceSid}/AccessTokens": {
                "Identity": "user-9876543210", "FactorType": "push"},
            "POST /v2/Services/{ServiceSid}/Entities/{Identity}/Factors": {
                "FriendlyName": "Phone", "FactorType": "totp"},
            "POST /v2/Services/{ServiceSid}/Entities/{Identity}/Challenges": {
                "FactorSid": self.of_verify["Factors"]},
            "POST /v2/Services/{ServiceSid}/MessagingConfigurations": {
                "Country": "FR", "MessagingServiceSid": service},
            "POST /v2/Services/{ServiceSid}/MessagingConfigurations/{Country}": {
                "MessagingServiceSid": service},
            "POST /v2/Services/{ServiceSid}/RateLimits": {"UniqueName": "c.d"},
            "POST /v2/Services/{ServiceSid}/RateLimits/{RateLimitSid}/Buckets": {
                "Max": 5, "Interval": 30},
            "POST /v2/Services/{ServiceSid}/Verifications": {"To": ALICE, "Channel": "sms"},
            "POST /v2/Services/{ServiceSid}/VerificationCheck": {"To": ALICE, "Code": "000000"},
            "POST /v2/Services/{ServiceSid}/Verifications/{Sid}": {"Status": "canceled"},
            "POST /v2/Services/{ServiceSid}/Webhooks": {
                "FriendlyName": "Hook", "EventTypes": "*", "WebhookUrl": URL},
        }  # fmt: skip
        for path in (CHAT, f"{CHAT}/Services/{{ChatServiceSid}}"):
            talk = f"{path}/Conversations/{{ConversationSid}}"
            forms |= {
                f"POST {path}/Roles": {
                    "FriendlyName": "s", "Type": "service", "Permission": "addParticipant"},
                f"POST {path}/Roles/{{Sid}}": {"Permission": "addParticipant"},
                f"POST {path}/Users": {"Identity": "eve"},
                f"POST {talk}/Participants": {"Identity": "eve"},
                f"POST {talk}/Messages": {"Body": "Hi"},
                f"POST {talk}/Webhooks": HOOK,
            }  # fmt: skip
        return forms | {
            f"POST {CHAT}/Services": {"FriendlyName": "Other"},
            f"POST {CHAT}/Configuration/Addresses": {"Type": "sms", "Address": FREE},
        }

    def path(self, spec: str) -> str:
        """Return the path of an endpoint, with the SIDs of what is there."""
        path = spec.partition(" ")[2]
        path = path.replace("{country}/Mobile", "GB/Mobile")
        found = (
            self.of_2010
            if path.startswith("/2010")
            else self.of_service
            if path.startswith(f"{CHAT}/Services")
            else self.of_chat
            if path.startswith(CHAT)
            else self.of_verify
            if path.startswith("/v2")
            else self.of_messaging
        )
        if "Conferences/{ConferenceSid}/Recordings" in path:
            found = found | {"Recordings": self.of_conference}
        return re.sub(
            r"([^/]+)/\{[^}]+\}", lambda each: f"{each[1]}/{found.get(each[1], 'x')}", path
        )


SECONDARY, A2P = "RNdfbf3fae0e1107f8aded0e7cead80bf5", "RNb0d4771c2c98518d916a3d4cd70a8f8b"
BUNDLE = {"FriendlyName": "Acme", "Email": "ops@acme.example"}
OFFICE = {
    "CustomerName": "Acme", "Street": "375 Beale St", "City": "San Francisco", "Region": "CA",
    "PostalCode": "94105", "IsoCountry": "US",
}  # fmt: skip
ADA = {"Username": "ada", "Password": "IWasAtSignal2018"}
DESK = {"FriendlyName": "Desk", "IpAddress": "203.0.113.16"}
TRIGGER = {"CallbackUrl": URL, "TriggerValue": "50", "UsageCategory": "totalprice"}
HOOK = {
    "Target": "webhook", "Configuration.Url": URL, "Configuration.Filters": "onMessageAdded",
}  # fmt: skip
