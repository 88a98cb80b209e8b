"""The Twilio mirror: what it has, who calls for which account, and how SDKs find it.

Source: https://www.twilio.com/docs/usage/api
"""

from datetime import datetime
from typing import Any

from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.kit.routes import Call
from mirra_mcp.local.kit.stories import stories_of
from mirra_mcp.local.kit.webhooks import WIRED, Letter, Outcome, Parcel
from mirra_mcp.local.mirrors.twilio.accounts.monitor_events import AUDITED
from mirra_mcp.local.mirrors.twilio.accounts.usage_triggers import FIRED
from mirra_mcp.local.mirrors.twilio.api import errors, gaps, hosts
from mirra_mcp.local.mirrors.twilio.api.access import (
    ACCOUNT_PATH,
    ACCOUNT_SID,
    AUTH_TOKEN,
    BEARER,
    DEVICE,
    MANAGED,
    SILENT,
    TOKENS,
    Caller,
    credentials,
)
from mirra_mcp.local.mirrors.twilio.api.peers import Peers
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.api.speech import CLICKED
from mirra_mcp.local.mirrors.twilio.conversations.webhooks.hooks import EVENTS as CHAT_EVENTS
from mirra_mcp.local.mirrors.twilio.messaging.messages.inbound import EVENTS
from mirra_mcp.local.mirrors.twilio.nouns import NOUNS
from mirra_mcp.local.mirrors.twilio.seeds import ENVS, FIXTURES
from mirra_mcp.local.mirrors.twilio.seeds.meanings import MEANINGS
from mirra_mcp.local.mirrors.twilio.seeds.phrases import PHRASES
from mirra_mcp.local.mirrors.twilio.simulate import MODULES
from mirra_mcp.local.mirrors.twilio.trusthub.bundles import REVIEWED
from mirra_mcp.local.mirrors.twilio.verify.webhooks import FIRED as VERIFY_EVENTS
from mirra_mcp.local.mirrors.twilio.voice.calls.asking import EVENTS as VOICE_EVENTS
from mirra_mcp.local.mirrors.twilio.voice.conferences.rooms import ANNOUNCED, STATUS
from mirra_mcp.local.mirrors.twilio.voice.live_transcriptions import LIVE
from mirra_mcp.local.mirrors.twilio.voice.media import sockets
from mirra_mcp.local.mirrors.twilio.voice.media.payments import PAYMENT
from mirra_mcp.local.mirrors.twilio.voice.media.playing import STREAM
from mirra_mcp.local.mirrors.twilio.voice.media.relays import RELAY, RelaySessions
from mirra_mcp.local.mirrors.twilio.voice.media.siprecs import SIPREC
from mirra_mcp.local.mirrors.twilio.voice.media.streams import STREAM_STATUS, Streams
from mirra_mcp.local.mirrors.twilio.voice.transcriptions import TRANSCRIBED
from mirra_mcp.wire.model import Doc


class Twilio(Peers):
    """One Twilio account with its subaccounts."""

    vendor = "twilio"
    version = "0.4.0"
    api_version = "2010-04-01"
    description = "Texts, calls, conversations, Verify, Lookup, numbers, TwiML."
    resources = NOUNS
    stories = stories_of(*MODULES)
    fixtures = FIXTURES
    phrases = PHRASES
    meanings = MEANINGS
    limits = gaps.LIMITS
    fault_errors = errors.FAULTS
    gaps = gaps.ENDPOINTS
    webhook_events = (
        *EVENTS, *VOICE_EVENTS, TRANSCRIBED, LIVE, STATUS, ANNOUNCED, *CHAT_EVENTS, FIRED,
        CLICKED, REVIEWED, *VERIFY_EVENTS, STREAM, STREAM_STATUS, RELAY, PAYMENT, SIPREC,
    )  # fmt: skip

    def install(self) -> None:
        """Lay out the session's own account."""
        self.account = None
        self.accounts.lay_out()

    @classmethod
    def gaps_told(cls) -> list[str]:
        """Tell the products that aren't there."""
        return gaps.told()

    # Requests.

    def find(self, call: Call) -> tuple[Any, dict[str, str]] | set[str]:
        """Return the endpoint that a call is for, on the host that it was for, if it tells."""
        product = hosts.product_of(call.headers)
        if product is None or hosts.has(product, call.path):
            return self.router().find(call.method, hosts.routed(product, call.path))
        return set()

    def authenticate(self, call: Call) -> Caller:
        """Return whose credentials came with the call, and note which account it is for.

        Raises:
            VendorError: 20003, as for everything that is wrong with credentials.
        """
        self.account, self.path = None, call.path
        is_open = call.path in TOKENS and call.method == "POST"
        if is_open or call.path.startswith(SILENT):
            return Caller("", is_main=False)
        header = call.headers.get("authorization", "")
        caller = self.callers.get(header) or self._known(header)
        self.account = caller.account_sid
        if found := ACCOUNT_PATH.match(call.path):
            self.account = self._addressed(caller, found[1], call)
        if not caller.is_main and MANAGED.match(call.path):
            raise errors.refusal(20003)
        return caller

    def _known(self, header: str) -> Caller:
        """Return whose credentials a header has: a token's life is looked at each time.

        Raises:
            VendorError: 20003, they are nobody's.
        """
        if header[:7].lower() == BEARER:
            account = self.oauth_apps.account_of(header[7:].strip())
            owner = self.accounts.peek(account or "")
            if account and owner and owner["status"] == "active":
                return Caller(account, is_main=False)
            raise errors.refusal(20003)
        given = credentials(header)
        if given and given[0] == DEVICE:
            account = self.verify_access_tokens.account_of(given[1], self.path)
            if account is None:
                raise errors.refusal(20003)
            return Caller(account, is_main=False)
        caller = self._caller(*given) if given else None
        if caller is None:
            raise errors.refusal(20003)
        self.callers[header] = caller
        return caller

    def _caller(self, user: str, password: str) -> Caller | None:
        key = self.keys.peek(user) if user.startswith("SK") else None
        account = self.accounts.peek(key["account_sid"] if key else user)
        if account is None or account["status"] != "active":
            return None
        if key is not None:
            known = password == key["secret"]
            return Caller(account["sid"], is_main=False) if known else None
        second = self.secondary_auth_tokens.peek(user)
        tokens = [account["auth_token"], second and second["secondary_auth_token"]]
        return Caller(user, is_main=True) if password in tokens else None

    def _addressed(self, caller: Caller, sid: str, call: Call) -> str:
        """Return the account in the path, if the caller may act for it.

        Source: https://www.twilio.com/docs/iam/api/subaccounts#authenticate-with-subaccounts
        """
        if sid == caller.account_sid:
            return sid
        account = self.accounts.peek(sid)
        if account is None or account["owner_account_sid"] != caller.account_sid:
            raise errors.refusal(20003) if account else errors.not_found(call.path)
        is_itself = call.path.count("/") == 3
        if account["status"] != "active" and not is_itself:
            raise errors.refusal(20003)
        return caller.account_sid if is_itself else sid

    def changed(self, noun: Resource, before: Doc | None, after: Doc | None) -> None:
        """Log what became of a document; Monitor tells what calls did to some."""
        super().changed(noun, before, after)
        if self.account is not None and noun.plural in AUDITED:
            self.monitor_events.note(noun, before, after)

    # Webhooks.

    def answered(self, parcel: Parcel, status: int, headers: dict[str, str], body: bytes) -> None:
        """Let the noun that the webhook was about act on what the application answered."""
        for noun in self._hearing(parcel):
            noun.heard(parcel, status, headers, body)

    def undelivered(self, parcel: Parcel, outcome: Outcome) -> None:
        """Let the noun that the webhook was about act on its failure."""
        for noun in self._hearing(parcel):
            noun.unheard(parcel, outcome)

    def letter(self, parcel: Parcel, at: datetime) -> Letter:
        """Return a webhook, or what is said over a socket, as Twilio sends it."""
        is_wired = parcel.method in WIRED
        return sockets.letter_of(parcel) if is_wired else super().letter(parcel, at)

    def awaits(self, parcel: Parcel) -> float:
        """Return how long an answer to what went over a socket may take."""
        return self._owner(parcel.ref or "").awaits(parcel)

    def over_wire(self, wire: str, texts: list[str | bytes]) -> bool:
        """Let the noun whose socket it is act on what came over it."""
        self.account, self.path = None, ""
        return self._owner(wire).over_wire(wire, texts)

    def wire_closed(self, wire: str, code: int) -> None:
        """Let the noun whose socket it was act on its end."""
        self.account, self.path = None, ""
        self._owner(wire).wire_closed(wire, code)

    def _owner(self, wire: str) -> Streams | RelaySessions:
        return self.streams if wire.startswith(Streams.prefix) else self.relay_sessions

    def _hearing(self, parcel: Parcel) -> list[TwilioResource]:
        self.account, self.path = None, ""
        nouns = [each for each in self.nouns.values() if isinstance(each, TwilioResource)]
        return [each for each in nouns if parcel.type in each.hears]

    def subscribe(self, url: str) -> bool:
        """Let every number, messaging service and sender hand what comes in to an address."""
        numbers = self.incoming_phone_numbers.find()
        for number in numbers:
            self.incoming_phone_numbers.save(number | {"sms_url": url, "sms_method": "POST"})
        services = self.messaging_services.find()
        for service in services:
            told = {"inbound_request_url": url, "inbound_method": "POST"}
            self.messaging_services.save(service | told)
        senders = self.channel_senders.find()
        for sender in senders:
            webhook = sender["webhook"] | {"callback_url": url, "callback_method": "POST"}
            self.channel_senders.save(sender | {"webhook": webhook})
        return bool(numbers or services or senders)

    # Using it.

    def env(self) -> dict[str, str]:
        """Return what points SDKs and handlers at this mirror."""
        return {
            "TWILIO_ACCOUNT_SID": ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_API_URL": self.url,
            **ENVS.get(self.fixture, {}),
        }

    def setup(self) -> dict[str, str]:
        """Return the lines that point the official SDKs at this mirror, for all of their hosts."""
        return {
            "python": PYTHON.replace("URL", self.url),
            "node": NODE.replace("URL", self.url),
        }


PYTHON = """\
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

class Mirror(TwilioHttpClient):
    def request(self, method, url, params=None, data=None, headers=None, *args, **kwargs):
        host, path = url.split("/", 3)[2:]
        headers = {**(headers or {}), "X-Mirra-Host": host}
        return super().request(method, "URL/" + path, params, data, headers, *args, **kwargs)

client = Client(http_client=Mirror())  # reads TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"""
"""Every URL of the SDK is `https://host/path`, or a page's URL on the mirror itself."""

NODE = """\
import twilio from "twilio";

class Mirror extends twilio.RequestClient {
  request(opts) {
    const [host, ...path] = opts.uri.split("/").slice(2);
    const headers = { ...opts.headers, "X-Mirra-Host": host };
    return super.request({ ...opts, headers, uri: "URL/" + path.join("/") });
  }
}
const client = twilio(process.env.TWILIO_ACCOUNT_SID, process.env.TWILIO_AUTH_TOKEN,
  { httpClient: new Mirror() });"""
