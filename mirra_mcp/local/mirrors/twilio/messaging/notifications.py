"""Notifications: what Twilio's debugger says about an application's answers.

Source: https://www.twilio.com/docs/usage/api/notifications
"""

from typing import ClassVar
from urllib.parse import urlencode

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.kit.webhooks import Outcome, Parcel
from mirra_mcp.local.mirrors.twilio.api.errors import MORE
from mirra_mcp.local.mirrors.twilio.api.params import MOMENT, Values, whole
from mirra_mcp.local.mirrors.twilio.api.resource import ACCOUNT, TwilioResource
from mirra_mcp.local.mirrors.twilio.messaging.errors import FAULTS, OUTCOMES
from mirra_mcp.local.mirrors.twilio.messaging.messages.replies import params_of
from mirra_mcp.wire.model import Doc

PATH = f"{ACCOUNT}/Notifications"
WARNINGS = frozenset((12200, 14109))


class Notifications(TwilioResource):
    """The debugger's log of every account."""

    entity, plural, prefix, is_2010 = "notification", "notifications", "NO", True
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "api_version": "2010-04-01",
        "call_sid": None,
        "date_created": None,
        "date_updated": None,
        "error_code": None,
        "log": "0",
        "message_date": None,
        "message_text": None,
        "more_info": None,
        "request_method": None,
        "request_url": None,
        "request_variables": None,
        "response_body": "",
        "response_headers": None,
        "sid": None,
        "uri": None,
        "_resource": None,
    }
    indexes = ("account_sid", "log")
    filters: ClassVar[Values] = {
        "Log": whole(0, 3),
        **dict.fromkeys(("MessageDate", "MessageDate<", "MessageDate>"), MOMENT),
    }

    def note(self, parcel: Parcel, outcome: Outcome) -> int:
        """Write down that an address could not be asked; return the error's code."""
        code = 11200 if outcome.status is not None else 11205
        self.fault(parcel, code, outcome.body)
        return code

    def fault(self, parcel: Parcel, code: int, answer: bytes = b"") -> None:
        """Write down what was wrong with an answer, or with what it asked for."""
        params = params_of(parcel)
        self.tell(
            params.get("AccountSid", self.mirror.account_sid),
            code,
            FAULTS.get(code) or OUTCOMES.get(code) or "Message could not be sent",
            is_warning=code in WARNINGS,
            call_sid=params.get("CallSid"),
            _resource=params.get("MessageSid") or params.get("ConversationSid"),
            request_method=parcel.method,
            request_url=parcel.url,
            request_variables=urlencode(params),
            response_body=answer[:4096].decode("utf-8", errors="replace"),
        )

    def tell(
        self, account: str, code: int, text: str, *, is_warning: bool = False, **about: str | None
    ) -> None:
        """Write down that something went wrong, with what it was `about`."""
        sid = self.new_id()
        doc = self.new(
            id=sid,
            account_sid=account,
            error_code=str(code),
            log="1" if is_warning else "0",
            message_date=self.stamp(),
            message_text=text,
            more_info=f"{MORE}{code}",
            uri=f"{PATH.format(account=account)}/{sid}.json",
            **about,
        )
        self.save(doc)

    @route(f"GET {PATH}.json")
    def list(self, call: Call) -> Doc:
        """List the account's notifications, newest first; those of one level with `Log`."""
        where: Doc = {"log": level} if (level := call.query.get("Log")) else {}
        listed = self.listed(call, **where)
        listed["notifications"] = [brief(each) for each in listed["notifications"]]
        return listed

    @route(f"GET {PATH}/{{Sid}}.json")
    def fetch(self, Sid: str) -> Doc:
        """Return one notification with what was asked and answered."""
        return self.view(self.get(Sid))


def brief(shown: Doc) -> Doc:
    """Return what a list shows of a notification."""
    long = ("request_variables", "response_body", "response_headers")
    return {name: value for name, value in shown.items() if name not in long}
