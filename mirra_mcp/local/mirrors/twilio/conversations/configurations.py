"""An account's defaults: its service, its messaging service, and timers of new conversations.

Source: https://www.twilio.com/docs/conversations/api/configuration-resource
"""

from typing import ClassVar

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.twilio.conversations.params import AccountConfiguration, duration
from mirra_mcp.local.mirrors.twilio.conversations.scoped import BASE, Scoped
from mirra_mcp.wire.model import Doc

PATH = f"{BASE}/Configuration"
TIMERS = {"inactive": 50375, "closed": 50376}


class ConversationConfigurations(Scoped):
    """The defaults of every account. They are kept as a setting, with no document of their own."""

    entity, plural = "conversation_configuration", "conversation_configurations"
    synonyms, names, is_record = (), (), True
    blank: ClassVar[Doc] = {
        "account_sid": None,
        "default_chat_service_sid": None,
        "default_messaging_service_sid": None,
        "default_inactive_timer": None,
        "default_closed_timer": None,
    }

    @route(f"GET {PATH}")
    def fetch(self) -> Doc:
        """Return the account's defaults."""
        account = self.mirror.account_sid
        kept = self.mirror.setting(f"conversations {account}", {})
        service = self.mirror.conversation_services.default()["sid"]
        found = {name: kept.get(name) for name in self.blank}
        url = f"{self.mirror.url}/v1"
        return found | {
            "account_sid": account,
            "default_chat_service_sid": service,
            "url": f"{url}/Configuration",
            "links": {
                "service": f"{url}/Services/{service}/Configuration",
                "webhooks": f"{url}/Configuration/Webhooks",
            },
        }

    @route(f"POST {PATH}")
    def update(self, params: AccountConfiguration) -> Doc:
        """Change the account's defaults; conversations that are there keep theirs."""
        key = f"conversations {self.mirror.account_sid}"
        kept = dict(self.mirror.setting(key, {}))
        seconds = dict(kept.get("_seconds", {}))
        if params.default_chat_service_sid:
            service = self.mirror.conversation_services.get(params.default_chat_service_sid)
            kept["default_chat_service_sid"] = service["sid"]
        if params.default_messaging_service_sid is not None:
            sid = self.mirror.conversations.messaging_service(params.default_messaging_service_sid)
            kept["default_messaging_service_sid"] = sid
        for state, code in TIMERS.items():
            name = f"default_{state}_timer"
            if (text := getattr(params, name)) is not None:
                seconds[state] = duration(text, code)
                kept[name] = text or None
        kept["_seconds"] = {state: wait for state, wait in seconds.items() if wait is not None}
        self.mirror.set_setting(key, kept)
        return self.fetch()
