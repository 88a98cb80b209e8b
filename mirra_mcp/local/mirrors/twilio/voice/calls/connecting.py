"""`<Connect>`: the call is handed to something that goes on until it ends by itself.

Source: https://www.twilio.com/docs/voice/twiml/connect
"""

from mirra_mcp.local.mirrors.twilio.voice.calls.dialing import Dialing
from mirra_mcp.wire.model import Doc


class Connecting(Dialing):
    """Calls that are connected to an application's socket."""

    def _connect(self, doc: Doc, verb: Doc) -> float | None:
        """Hand the call over; where there is nobody to hand it to, it goes on at once."""
        noun = verb["nested"][0] if verb["nested"] else None
        if noun is None:
            return 0.0
        if noun["verb"] not in ("Stream", "ConversationRelay"):
            told = f"<{noun['verb']}> of <Connect> is not mirrored."
            self.note(doc, "stopped", told, who="mirra")
            self.mirror.calls.end(doc, "completed")
            return None
        is_stream = noun["verb"] == "Stream"
        host = self.mirror.streams if is_stream else self.mirror.relay_sessions
        sid = host.connect(doc, noun)
        if sid is None:
            return 0.0
        doc = self.get(doc["sid"])
        self.note(doc, "connected", noun["url"])
        connected = {"sid": sid, "action": verb["action"], "method": verb["method"]}
        doc = self.save(doc | {"_connected": connected})
        if not is_stream:
            self.mirror.relay_sessions.greet(sid, noun)
        self.mirror.calls.converse(self.get(doc["sid"]))
        return None

    def disconnect(self, doc: Doc) -> Doc:
        """Let go of what a call is connected to: it will do something else."""
        if doc["_connected"] is None:
            return doc
        sid = doc["_connected"]["sid"]
        self.save(doc | {"_connected": None})
        if (stream := self.mirror.streams.peek(sid)) is not None:
            self.mirror.streams.stop(stream)
        else:
            self.mirror.relay_sessions.stop(self.mirror.relay_sessions.get(sid))
        return self.get(doc["sid"])

    def disconnected(self, id: str, wire: str, **told: str) -> None:
        """Go on after what a call was connected to has ended: with the action, if there is one.

        Source: https://www.twilio.com/docs/voice/twiml/connect#action
        """
        doc = self.peek(id)
        if doc is None or not doc["_connected"] or doc["_connected"]["sid"] != wire:
            return
        connected = doc["_connected"]
        doc = self.save(doc | {"_connected": None})
        if doc["status"] != "in-progress":
            return
        if connected["action"] is None:
            self.mirror.calls.go(doc)
        else:
            self.mirror.calls.ask_next(doc, connected["action"], connected["method"], **told)
