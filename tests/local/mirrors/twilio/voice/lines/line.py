"""An application of a real framework that answers Twilio: IVR, campaign, conference, chat."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.twiml.voice_response import Connect, Dial, Gather, VoiceResponse

from tests.transport.serving import serving_app

MENU = "Press 1 for orders, 2 for an agent, 3 to leave a message."


@dataclass
class Line:
    """A support line: what it was told, by path, and where it is."""

    token: str
    url: str = ""
    told: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    socket: str = ""
    """The socket of the agent that takes calls."""
    sdk: Client | None = None

    def act(self, name: str, **given: Any) -> Any:
        """Let the application do something on its account."""
        assert self.sdk is not None
        if name == "answer":
            [number] = self.sdk.incoming_phone_numbers.list()
            return number.update(voice_url=given["url"]).sid
        if name == "join":
            [room] = self.sdk.conferences.list(limit=1)
            return room.participants.create(**_snake(given)).call_sid
        if name == "call":
            return self.sdk.calls.create(**_snake(given)).sid
        return self.sdk.calls(given["sid"]).fetch().answered_by

    def of(self, path: str) -> list[dict[str, str]]:
        """Return what a path was told."""
        return [form for each, form in self.told if each == path]

    async def take(self, request: Request) -> Response:
        """Check who asks, and answer with TwiML."""
        form = {name: str(value) for name, value in (await request.form()).items()}
        url = f"{self.url}{request.url.path}"
        signature = request.headers.get("x-twilio-signature", "")
        if not RequestValidator(self.token).validate(url, form, signature):
            return Response(status_code=403)
        self.told.append((request.url.path, form))
        answer = VoiceResponse()
        make = getattr(self, request.url.path.strip("/").replace("-", "_"), None)
        if make is not None and (other := make(answer, form)) is not None:
            return JSONResponse(other)
        return Response(str(answer), media_type="text/xml")

    def menu(self, answer: VoiceResponse, form: dict[str, str]) -> None:
        gather = Gather(num_digits=1, action="/chosen", timeout=5)
        gather.say(MENU)
        answer.append(gather)
        answer.redirect("/menu")

    def chosen(self, answer: VoiceResponse, form: dict[str, str]) -> None:
        if form["Digits"] == "1":
            gather = Gather(input="speech dtmf", action="/order", timeout=5)
            gather.say("Say or key in your order number.")
            answer.append(gather)
            answer.say("We heard nothing. Goodbye.")
        elif form["Digits"] == "2":
            answer.enqueue("support", action="/left", wait_url="/wait")
        elif form["Digits"] == "3":
            answer.say("Please leave a message.")
            answer.record(action="/thanks", transcribe=True, transcribe_callback="/transcribed")
        else:
            answer.say("That is none of the choices.")
            answer.redirect("/menu")

    def order(self, answer: VoiceResponse, form: dict[str, str]) -> None:
        answer.say(f"Order {form.get('SpeechResult') or form['Digits']} is on its way.")

    def wait(self, answer: VoiceResponse, form: dict[str, str]) -> None:
        answer.say(f"You are number {form['QueuePosition']}.")
        answer.pause(length=10)

    def left(self, answer: VoiceResponse, form: dict[str, str]) -> None:
        answer.say("Thank you for calling.")

    def thanks(self, answer: VoiceResponse, form: dict[str, str]) -> None:
        answer.say("We will call you back.")

    def agent(self, answer: VoiceResponse, form: dict[str, str]) -> None:
        answer.append(dial := Dial())
        dial.queue("support")

    def campaign(self, answer: VoiceResponse, form: dict[str, str]) -> None:
        if form["AnsweredBy"].startswith("machine_end"):
            answer.say("Please call us back about your appointment.")
        elif form["AnsweredBy"] == "human":
            gather = Gather(num_digits=1, action="/confirmed")
            gather.say("Press 1 to confirm your appointment.")
            answer.append(gather)

    def confirmed(self, answer: VoiceResponse, form: dict[str, str]) -> None:
        answer.say("See you tomorrow.")

    def agent_talks(self, answer: VoiceResponse, form: dict[str, str]) -> None:
        answer.append(connect := Connect(action="/talked"))
        connect.conversation_relay(url=self.socket, welcome_greeting="Hello!")

    def room(self, answer: VoiceResponse, form: dict[str, str]) -> None:
        answer.append(dial := Dial())
        dial.conference(
            "Case 7", status_callback="/conference", status_callback_event="start end join leave"
        )

    def before(self, answer: VoiceResponse, form: dict[str, str]) -> dict[str, str]:
        """Take cards out of what is said in a chat."""
        return {"body": re.sub(r"\d{13,19}", "[card number removed]", form["Body"])}


def _snake(given: dict[str, Any]) -> Any:
    """Write names as Python's SDK does: `statusCallback` is `status_callback`."""
    return {re.sub(r"([A-Z])", r"_\1", each).lower(): value for each, value in given.items()}


@contextmanager
def serving_line(token: str) -> Iterator[Line]:
    """Run the line on a port of its own."""
    line = Line(token)
    app: Any = Starlette(routes=[Route("/{path:path}", line.take, methods=["POST"])])
    with serving_app(app) as url:
        line.url = url
        yield line
