"""A vendor that doesn't exist: parcels that are sent, arrive, and can be lost."""

import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal
from urllib.parse import urlencode

import orjson

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.idempotency import Idempotency
from mirra_mcp.local.kit.mirror import Fixture, Mirror
from mirra_mcp.local.kit.params import Params, Problem
from mirra_mcp.local.kit.resource import Resource
from mirra_mcp.local.kit.routes import Answer, Call, route
from mirra_mcp.local.kit.stories import Story, stories_of, story, the_one
from mirra_mcp.local.kit.webhooks import Letter, Outcome, Parcel, Target, svix_schedule
from mirra_mcp.wire.model import Doc


class SendParcel(Params):
    to: str
    tags: list[str] = []
    weight: int = 1


class SaveHook(Params):
    url: str


class Track(Params):
    url: str
    method: str = "POST"


class Parcels(Resource):
    entity, plural = "parcel", "parcels"
    blank: ClassVar[Doc] = {"to": "", "status": "packed", "tags": [], "weight": 1, "sent_at": None}
    indexes = ("to", "status", "tags")
    moves: ClassVar[dict[str, set[str]]] = {"packed": {"sent"}, "sent": {"arrived", "lost"}}

    def missing(self, id: str) -> VendorError:
        return VendorError(404, {"message": f"no parcel {id}"})

    def illegal_move(self, doc: Doc, status: str) -> VendorError:
        return VendorError(409, {"message": f"{doc['status']} can't become {status}"})

    @route("POST /parcels", status=201)
    def create(self, params: SendParcel) -> Doc:
        doc = self.new(**params.model_dump(), sent_at=self.now.isoformat())
        doc = self.move(self.save(doc), "sent", event="parcel.sent")
        self.mirror.after(timedelta(seconds=2), "parcels.arrive", id=doc["id"])
        if params.to == "nowhere":
            raise VendorError(422, {"message": "nobody lives there"})
        if params.to == "crash":
            raise RuntimeError("a bug in the mirror")
        return self.view(doc)

    def arrive(self, id: str) -> None:
        if self.get(id)["to"] == "cursed":
            self.move(self.get(id), "lost")
            raise RuntimeError("a bug in a timer")
        self.move(self.get(id), "arrived", event="parcel.arrived")

    @route("GET /parcels/latest")
    def latest(self) -> Doc:
        return self.find(limit=1)[0]

    @route("GET /parcels/{id}")
    def retrieve(self, id: str) -> Doc:
        return self.view(self.get(id))

    @route("GET /parcels")
    def index(self, call: Call) -> Answer:
        page = self.page(limit=int(call.query.get("limit", 10)), after=call.query.get("after"))
        return Answer(200, [self.view(doc) for doc in page.docs])

    @route("POST /parcels/{id}/track.json")
    @route("POST /parcels/{id}.track")
    def track(self, id: str, params: Track) -> Doc:
        """Ask one address alone where the parcel should go."""
        doc = self.get(id)
        target = Target("tracker", params.url, "toysec_tracker", params.method)
        self.mirror.emit("parcel.asked", {"id": id, "to": doc["to"]}, to=[target])
        return self.view(doc)

    def redirect(self, id: str, to: str) -> None:
        if to == "crash":
            self.save(self.get(id) | {"to": "half done"})
            raise RuntimeError("a bug over an answer")
        self.save(self.get(id) | {"to": to}, event="parcel.redirected")

    @route("DELETE /parcels/{id}")
    def delete(self, id: str) -> None:
        self.drop(self.get(id), event="parcel.gone")


class Hooks(Resource):
    entity, plural = "hook", "hooks"
    blank: ClassVar[Doc] = {"url": "", "secret": ""}
    secret_fields = ("secret",)
    address_fields = ("url",)

    def missing(self, id: str) -> VendorError:
        return VendorError(404, {"message": f"no hook {id}"})

    @route("POST /hooks", status=201)
    def create(self, params: SaveHook) -> Doc:
        secret = f"toysec_{self.mirror.ids.token(20)}"
        return self.save(self.new(url=params.url, secret=secret))


@story("parcel.lost", aliases=("lost",))
def lost(toy: "Toy", parcelId: str | None = None, why: Literal["theft", "fire"] = "fire") -> Doc:
    """A parcel disappears on its way."""
    doc = the_one(toy.nouns["parcels"], parcelId, "parcelId", status="sent")
    toy.cancel_timers("parcels.arrive", id=doc["id"])
    return toy.nouns["parcels"].move(doc, "lost", event="parcel.lost", why=why)


def _busy(toy: Mirror) -> None:
    parcels = toy.nouns["parcels"]
    for number in range(1000):
        parcels.save(parcels.new(to=f"street {number}", status="arrived"))


class Toy(Mirror):
    vendor, version, api_version = "toy", "1.0.0", "2026-01-01"
    description = "Parcels."
    resources = (Parcels, Hooks)
    fixtures: ClassVar[dict[str, Fixture]] = {
        "empty": Fixture("Nothing.", lambda toy: None),
        "busy": Fixture("A thousand parcels that have arrived.", _busy),
    }
    gaps: ClassVar[dict[str, str]] = {"POST /ships": "Ships don't sail here."}
    fault_errors: ClassVar[dict[str, Callable[[], VendorError]]] = {
        "rate_limit": lambda: VendorError(429, {"message": "slow down"}, {"retry-after": "1"})
    }
    webhook_events = ("parcel.sent", "parcel.arrived", "parcel.lost", "parcel.gone")
    webhook_secret = "toysec_default"
    event_id_key = "parcelId"
    retry_schedule = svix_schedule()
    idempotency = Idempotency(replay_header=("idempotent-replayed", "true"))
    max_body = 100_000
    reads_answers = 100
    stories: ClassVar[dict[str, Story]] = {}

    def authenticate(self, call: Call) -> str:
        if call.headers.get("authorization") != "Bearer toy":
            raise VendorError(401, {"message": "who are you?"})
        return "toy"

    def invalid(self, problems: list[Problem], call: Call) -> VendorError:
        where = ".".join(map(str, problems[0].loc))
        return VendorError(422, {"message": f"{where}: {problems[0].message}"})

    def malformed(self, call: Call) -> VendorError:
        return VendorError(400, {"message": "not JSON"})

    def too_large(self, call: Call) -> VendorError:
        return VendorError(413, {"message": "too large"})

    def unknown_path(self, call: Call) -> VendorError:
        return VendorError(404, {"message": "no such path"})

    def wrong_method(self, call: Call, allowed: set[str]) -> VendorError:
        return VendorError(405, {"message": f"use {sorted(allowed)}"})

    def gap(self, call: Call, reason: str) -> VendorError:
        return VendorError(501, {"message": reason})

    def crashed(self, call: Call) -> VendorError:
        return VendorError(500, {"message": "the mirror failed"})

    def idempotency_conflict(self, call: Call) -> VendorError:
        return VendorError(409, {"message": "that key was another request"})

    def payload(self, event: str, data: Doc) -> Doc:
        return {"type": event, "created_at": self.now.isoformat(), "data": data}

    def endpoints(self, event: str) -> list[Target]:
        hooks: list[dict[str, Any]] = self.nouns["hooks"].find(newest_first=False)
        return [Target(each["id"], each["url"], each["secret"]) for each in hooks]

    def letter(self, parcel: Parcel, at: datetime) -> Letter:
        if parcel.type != "parcel.asked":
            return super().letter(parcel, at)
        form = urlencode(orjson.loads(parcel.payload)["data"])
        url = parcel.url or ""
        if parcel.method == "GET":
            url, form = f"{url}?{form}", ""
        headers = {"toy-signature": f"{parcel.secret[-4:]}:{url}:{form}"}
        return Letter(parcel.method, url, headers, form.encode())

    def answered(self, parcel: Parcel, status: int, headers: dict[str, str], body: bytes) -> None:
        if parcel.type == "parcel.asked" and body:
            id = orjson.loads(parcel.payload)["data"]["id"]
            parcels = self.nouns["parcels"]
            assert isinstance(parcels, Parcels)
            parcels.redirect(id, body.decode())

    def undelivered(self, parcel: Parcel, outcome: Outcome) -> None:
        if parcel.type == "parcel.asked":
            self.emit("parcel.unknown", {"id": parcel.ref, "status": outcome.status})

    def retry(self, parcel: Parcel, outcome: Outcome, tries: int) -> timedelta | None:
        if parcel.type == "parcel.asked":
            return None
        return super().retry(parcel, outcome, tries)

    def sign(self, secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
        signature = f"{secret[-4:]}:{len(body)}:{message_id}"
        return {"content-type": "application/json", "toy-signature": signature}

    def signature_of(self, headers: dict[str, str]) -> str:
        return headers["toy-signature"]

    def env(self) -> dict[str, str]:
        return {"TOY_URL": self.url, "TOY_KEY": "toy"}

    def setup(self) -> dict[str, str]:
        return {"python": f"toy.url = '{self.url}'"}


Toy.stories = {"parcel.lost": stories_of(sys.modules[__name__])["parcel.lost"]}
