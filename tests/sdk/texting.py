"""Apps that text, written against Twilio's official SDK; nothing in here knows of Mirra."""

from typing import Any

from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.messaging_response import MessagingResponse

from tests.local.receiver import Received

UNSUBSCRIBED = 21610


class TwoFactorLogin:
    """A login whose second factor is a code by SMS.

    Source: https://www.twilio.com/docs/verify/quickstarts/node-express
    """

    def __init__(self, client: Client, service: str) -> None:
        self.service = client.verify.v2.services(service)

    def begin(self, phone: str, ip: str) -> str:
        """Send a code; say whether it is on its way, or why not."""
        try:
            sent = self.service.verifications.create(
                to=phone, channel="sms", rate_limits={"end_user_ip_address": ip}
            )
        except TwilioRestException as error:
            return {60200: "no phone", 60203: "try later", 20429: "slow down"}[error.code]
        return str(sent.status)

    def finish(self, phone: str, code: str) -> str:
        """Check what the person typed."""
        try:
            check = self.service.verification_checks.create(to=phone, code=code)
        except TwilioRestException as error:
            return {20404: "start again", 60202: "locked"}[error.code]
        return "in" if check.status == "approved" else "wrong"


class Shop:
    """A shop that tells customers where their orders are, and answers what they text.

    Source: https://www.twilio.com/docs/messaging/tutorials/how-to-send-sms-messages
    """

    def __init__(self, client: Client, token: str, url: str) -> None:
        self.client = client
        self.url = url
        self.validator = RequestValidator(token)
        self.statuses: dict[str, list[str]] = {}
        self.texts: list[tuple[str, str]] = []

    def open(self) -> str:
        """Get a number at which customers reach the shop."""
        offer = self.client.available_phone_numbers("US").local.list(sms_enabled=True, limit=1)[0]
        number = self.client.incoming_phone_numbers.create(
            phone_number=offer.phone_number, sms_url=self.url, sms_method="POST"
        )
        return str(number.phone_number)

    def notify(self, number: str, customer: str, order: str) -> str:
        """Text a customer; say which message it is, or that they don't want any."""
        try:
            sent = self.client.messages.create(
                from_=number,
                to=customer,
                body=f"Your order {order} is on its way.",
                status_callback=self.url,
            )
        except TwilioRestException as error:
            return {UNSUBSCRIBED: "unsubscribed"}[error.code]
        return str(sent.sid)

    def handle(self, request: Received) -> None:
        """Take a callback in, if Twilio signed it."""
        signature = request.headers["x-twilio-signature"]
        assert self.validator.validate(request.url, request.form, signature)
        assert not self.validator.validate(request.url, request.form | {"To": "x"}, signature)
        form = request.form
        if "MessageStatus" in form:
            self.statuses.setdefault(form["MessageSid"], []).append(form["MessageStatus"])
        else:
            self.texts.append((form["From"], form["Body"]))

    def answer(self) -> str:
        """Say what the shop replies to a text."""
        response = MessagingResponse()
        response.message("It comes on Friday.")
        return str(response)


def connected(setup: str) -> Any:
    """Run the lines that a session gives for Python, and return the SDK's client."""
    names: dict[str, Any] = {}
    exec(compile(setup, "setup", "exec"), names)
    return names["client"]
