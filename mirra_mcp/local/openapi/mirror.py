"""What every mirror of an OpenAPI document is: `making` makes classes of it, as `written` does."""

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from mirra_mcp.local.kit.errors import VendorError
from mirra_mcp.local.kit.mirror import Mirror
from mirra_mcp.local.kit.params import Problem
from mirra_mcp.local.kit.ratelimit import RateLimiter
from mirra_mcp.local.kit.routes import Call, Route
from mirra_mcp.local.kit.webhooks import Target, svix_schedule
from mirra_mcp.local.openapi import access, announcements, signing
from mirra_mcp.local.openapi.answers import Answering
from mirra_mcp.local.openapi.behaviour.applying import worded
from mirra_mcp.local.openapi.behaviour.rules import Behaviour
from mirra_mcp.local.openapi.document.samples import Samples
from mirra_mcp.local.openapi.document.spec import Operation, bases_of
from mirra_mcp.local.openapi.documents import Documents
from mirra_mcp.local.openapi.errors import refusal
from mirra_mcp.local.openapi.plan import Noun, Plan
from mirra_mcp.local.openapi.routing import Paths
from mirra_mcp.local.openapi.words import snake
from mirra_mcp.wire.model import Doc


class _Dice:
    """What a mirror's made-up values are made of: its own ids and time."""

    def __init__(self, mirror: "DocumentMirror") -> None:
        self._mirror = mirror

    @property
    def now(self) -> datetime:
        """The session's time."""
        return self._mirror.now

    def token(self, length: int) -> str:
        """Return letters and digits."""
        return self._mirror.ids.token(length)

    def uuid(self) -> str:
        """Return a UUID."""
        return self._mirror.ids.uuid()


class DocumentMirror(Mirror):
    """The base of every mirror that a document is made into."""

    plan: ClassVar[Plan]
    behaviour: ClassVar[Behaviour] = Behaviour()
    answering: ClassVar[Mapping[str, Answering]]
    webhook_secret = "whsec_bWlycmEtbWlycm9yLW1pcnJhLW1pcnJv"
    retry_schedule = svix_schedule()
    event_id_key = "objectId"

    operation: Operation | None = None
    """The operation of the call that is being answered."""

    def __init__(self, url: str, fixture: str) -> None:
        super().__init__(url, fixture)
        self.dice = _Dice(self)
        self.samples = Samples(self.plan.schemas)
        self.templates: dict[str, bytes] = {}
        """What webhooks carry beside the document that they are about."""
        self.limiters = {
            spec: RateLimiter(rate.calls, rate.window)
            for spec, rate in self.behaviour.api.rates.items()
        }

    def recall(self) -> None:
        """Forget how often was called: the state has been replaced."""
        for limiter in self.limiters.values():
            limiter.clear()

    @cached_property
    def nouns_by_entity(self) -> dict[str, Documents]:
        """The nouns by what one of them is called."""
        return {noun.entity: noun for noun in self.nouns.values() if isinstance(noun, Documents)}

    def noun_of(self, noun: Noun | None) -> Any:
        """Return the documents of a planned noun."""
        return self.nouns.get(noun.plural) if noun is not None else None

    @classmethod
    def routes(cls) -> list[Route]:
        """List the document's operations under each server's path, then what nouns add to them."""
        spec = cls.plan.spec
        found = [
            Route(each.method, base + each.path, 200, "", each.spec, True, None, ())
            for base in spec.bases
            for each in spec.operations
        ]
        for each in spec.operations:
            for base in bases_of(each.servers):
                if base not in spec.bases:
                    path = base + each.path
                    found.append(Route(each.method, path, 200, "", each.spec, True, None, ()))
        return found + super().routes()

    @classmethod
    def operation_at(cls, spec: str) -> Operation | None:
        """Return the operation of a route, by the route's method and path."""
        if "_at" not in cls.__dict__:
            cls._at = {  # type: ignore[attr-defined]  # a cache per subclass
                each.spec: cls.answering[each.verb].operation
                for each in cls.routes()
                if not each.noun
            }
        found: Operation | None = cls._at.get(spec)  # type: ignore[attr-defined]
        return found

    @classmethod
    def router(cls) -> Any:
        """Return the operations by path, as OpenAPI's templates have it."""
        if "_paths" not in cls.__dict__:
            paths = Paths()
            for each in cls.routes():
                paths.add(each.method, each.path, each)
            cls._paths = paths  # type: ignore[attr-defined]  # a cache per subclass
        return cls._paths  # type: ignore[attr-defined]

    def invoke(self, route: Route, args: dict[str, Any]) -> Any:
        """Let an operation answer."""
        if route.noun:
            return super().invoke(route, args)
        return self.answering[route.verb].answer(self, args["call"])

    # Calls.

    def admit(self, call: Call, spec: str) -> None:
        """Refuse callers that don't say who they are, or call more often than they may.

        Raises:
            VendorError: 401, or 429.
        """
        operation = self.operation_at(spec)
        self.operation = operation
        if operation is None:
            return
        if (wanted := access.missing(self.plan.spec, operation, call)) is not None:
            headers = {"www-authenticate": wanted.challenge} if wanted.challenge else {}
            rule = self.behaviour.api.errors.get("unauthorized")
            status, message, code = worded(rule, 401, wanted.message, {})
            raise self.refusal(status, message, headers=headers, code=code)
        self._count(operation, call)

    def _count(self, operation: Operation, call: Call) -> None:
        for spec, limiter in self.limiters.items():
            if spec not in ("*", operation.spec):
                continue
            taken = limiter.take(call.now)
            if not taken.allowed:
                rule = self.behaviour.api.errors.get("limited")
                told = f"More than {taken.limit} calls in this window."
                status, message, code = worded(rule, 429, told, {})
                headers = {
                    "retry-after": str(taken.reset_seconds),
                    "x-ratelimit-limit": str(taken.limit),
                    "x-ratelimit-remaining": "0",
                    "x-ratelimit-reset": str(int(call.now.timestamp()) + taken.reset_seconds),
                }
                raise self.refusal(status, message, headers=headers, code=code)

    def refusal(
        self,
        status: int,
        message: str,
        problems: list[tuple[str, str]] | None = None,
        headers: dict[str, str] | None = None,
        code: str | None = None,
    ) -> VendorError:
        """Return a refusal in the words of the operation that is being called."""
        return refusal(
            self.samples, self.dice, self.operation, status, message, problems, headers, code
        )

    def authenticate(self, call: Call) -> None:
        """Forget the last call. Who calls is looked at when the operation is known."""
        self.operation = None

    def invalid(self, problems: list[Problem], call: Call) -> VendorError:
        """Say what is wrong with the parameters."""
        return self.refusal(400, "; ".join(each.message for each in problems))

    def malformed(self, call: Call) -> VendorError:
        """Say that the body can't be read."""
        return self.refusal(400, "The body can't be read.")

    def too_large(self, call: Call) -> VendorError:
        """Say that the body is too large."""
        return self.refusal(413, f"The body is over {self.max_body} bytes.")

    def unknown_path(self, call: Call) -> VendorError:
        """Say that the document has no such path."""
        return self.refusal(404, f"{self.plan.spec.title} has no {call.path}.")

    def wrong_method(self, call: Call, allowed: set[str]) -> VendorError:
        """Say which methods a path takes."""
        names = ", ".join(sorted(allowed))
        told = f"{call.path} takes {names}."
        return self.refusal(405, told, headers={"allow": names})

    def gap(self, call: Call, reason: str) -> VendorError:
        """Say that something isn't mirrored."""
        return self.refusal(501, reason)

    def crashed(self, call: Call) -> VendorError:
        """Say that the mirror failed."""
        return VendorError(500, {"error": {"status": 500, "message": "The mirror failed."}})

    def idempotency_conflict(self, call: Call) -> VendorError:
        """Say that a key was another call's."""
        return self.refusal(409, "That idempotency key was used for another request.")

    # What happens.

    def tell(self, noun: Documents, doc: Doc, happening: str) -> None:
        """Send the webhook of something that happened to a document, if the API has one."""
        event = noun.rules.events.get(happening) or announcements.event_of(
            self.plan, noun.entity, happening
        )
        if event:
            self.emit(event, {"id": doc["id"], "doc": noun.view(doc), "noun": noun.plural})

    def set_timers(self, noun: Documents, doc: Doc, before: Doc | None = None) -> None:
        """Plan what happens by itself to a document in its new status."""
        field = noun.noun.status_field
        if field is None or not noun.rules.after:
            return
        status = str(doc.get(field))
        if before is not None:
            if before.get(field) == doc.get(field):
                return
            self.cancel_timers(f"{noun.plural}.fall", id=doc["id"])
        for new, wait in noun.rules.after.get(status, {}).items():
            self.after(wait, f"{noun.plural}.fall", id=doc["id"], status=new)

    def payload(self, event: str, data: Doc) -> Doc:
        """Return a webhook's body in the shape that the document gives it."""
        return announcements.payload(self, event, data)

    def endpoints(self, event: str) -> list[Target]:
        """List the endpoints that subscribed by the API's own operations, or at the start."""
        return announcements.endpoints(self, event)

    def subscribe(self, url: str) -> bool:
        """Send all webhooks to a URL, whatever the API's own operations say."""
        if not self.webhook_events:
            return False
        known = self.setting("subscribed", [])
        self.set_setting("subscribed", [*known, *([url] if url not in known else [])])
        return True

    def sign(self, secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
        """Sign a webhook as the behaviour file says, else as Standard Webhooks has it."""
        rule = self.behaviour.api.signing
        if rule is not None:
            signed = signing.as_ruled(rule, secret, message_id, at, body)
        else:
            signed = signing.headers(secret, message_id, at, body)
        return {"content-type": "application/json"} | signed

    def signature_of(self, headers: dict[str, str]) -> str:
        """Pick the signature."""
        rule = self.behaviour.api.signing
        return headers[rule.header.lower() if rule is not None else "webhook-signature"]

    def env(self) -> dict[str, str]:
        """Return variables for the address and a key."""
        name = snake(self.vendor).upper()
        found = {f"{name}_BASE_URL": self.url + self.plan.spec.base, f"{name}_API_KEY": access.KEY}
        if self.webhook_events:
            found[f"{name}_WEBHOOK_SECRET"] = self.webhook_secret
        return found

    def setup(self) -> dict[str, str]:
        """Return the lines that point a client here."""
        url = self.url + self.plan.spec.base
        return {
            "python": f'httpx.Client(base_url="{url}", headers={access.headers(self.plan.spec)!r})',
            "curl": f"curl {url} {access.curl(self.plan.spec)}".strip(),
        }
