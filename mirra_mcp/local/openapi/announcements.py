"""The document's webhooks: which tells what, what they carry, and who wants them."""

from typing import TYPE_CHECKING, Any

import orjson

from mirra_mcp.local.kit.errors import Refusal
from mirra_mcp.local.kit.stories import the_one
from mirra_mcp.local.kit.webhooks import Target
from mirra_mcp.local.openapi.documents import Documents
from mirra_mcp.local.openapi.plan import Plan
from mirra_mcp.local.openapi.words import participles, singular, snake, words_of
from mirra_mcp.wire.model import Doc

if TYPE_CHECKING:
    from mirra_mcp.local.openapi.mirror import DocumentMirror

MADE = {"created": {"created", "create", "new", "added", "placed", "opened", "registered"},
        "updated": {"updated", "update", "changed", "edited", "modified"},
        "deleted": {"deleted", "delete", "removed", "destroyed"}}  # fmt: skip
HOOKS = ("webhook", "hook", "webhook_endpoint", "webhook_subscription", "subscription", "callback")
URLS = ("url", "endpoint", "target_url", "callback_url", "webhook_url", "endpoint_url", "address")
CHOICES = (
    "events",
    "event_types",
    "enabled_events",
    "topics",
    "types",
    "event",
    "event_type",
    "topic",
)
INNER = ("data", "object", "resource", "payload", "body", "record")
TYPES = ("type", "event", "event_type", "event_name", "topic", "action", "name")


def event_of(plan: Plan, entity: str, happening: str) -> str | None:
    """Return the webhook that tells that something happened to a kind of documents."""
    wanted = MADE.get(happening) or {snake(happening), *participles(snake(happening))}
    for event in plan.spec.webhooks:
        words = [singular(word) for word in words_of(event)]
        about = entity.split("_")
        if all(word in words for word in about) and wanted & {*words_of(event), snake(event)}:
            return event
    return None


def noun_of(mirror: "DocumentMirror", event: str) -> Documents | None:
    """Return the kind of documents that a webhook is about, if its name says so."""
    for noun in mirror.nouns.values():
        if isinstance(noun, Documents) and event in noun.rules.events.values():
            return noun
    words = {singular(word) for word in words_of(event)}
    fitting = [
        noun
        for noun in mirror.nouns.values()
        if isinstance(noun, Documents) and set(noun.entity.split("_")) <= words
    ]
    return max(fitting, key=lambda noun: len(noun.entity), default=None)


def simulated(mirror: "DocumentMirror", event: str, id: str | None, data: Doc | None) -> Doc | None:
    """Send a webhook that nothing caused: about a document, or with given data.

    Raises:
        Refusal: there is no such document, several could be meant, or it is about none.
    """
    noun, doc = noun_of(mirror, event), None
    if noun is not None and (id is not None or noun.count()):
        doc = the_one(noun, id, "id")
    elif id is not None:
        raise Refusal(400, "mirra.simulate.invalid", f"'{event}' is about no kind of document.")
    shown = noun.view(doc) if noun is not None and doc is not None else {}
    ref = doc["id"] if doc is not None else None
    mirror.emit(event, {"id": ref, "doc": shown, "noun": noun and noun.plural, "data": data})
    return doc


def payload(mirror: "DocumentMirror", event: str, data: Doc) -> Doc:
    """Return a webhook's body: the declared schema with the document where it belongs."""
    doc, given = data.get("doc") or {}, data.get("data")
    operation = mirror.plan.spec.webhooks.get(event)
    schema = next(iter(operation.bodies.values()), None) if operation else None
    if schema is None:
        body = {"type": event, "timestamp": mirror.dice.now.isoformat(), "data": doc}
        return body | ({"data": doc | given} if given else {})
    schemas, samples = mirror.plan.schemas, mirror.samples
    noun = mirror.nouns.get(str(data.get("noun")))
    properties = schemas.shape(schema).properties
    if isinstance(noun, Documents) and _is_document(mirror, noun, schema):
        body = samples.of(schema, mirror.dice) | doc
    else:
        body = _template(mirror, event, schema)
        for name, each in properties.items():
            plain = snake(name)
            if plain in TYPES and "string" in schemas.types(each):
                body[name] = event
            elif (
                isinstance(noun, Documents)
                and doc
                and (plain in INNER or plain == noun.entity)
                and "object" in schemas.types(each)
            ):
                body[name] = _inner(mirror, noun, each, doc)
    if given:
        body = body | given
    fitted = samples.fit(schema, body, mirror.dice)
    return fitted if isinstance(fitted, dict) else body


def _template(mirror: "DocumentMirror", event: str, schema: Any) -> Doc:
    """Return what a webhook's schema gives as examples, made up once a session."""
    if event not in mirror.templates:
        made = mirror.samples.of(schema, mirror.dice, whole=True)
        mirror.templates[event] = orjson.dumps(made if isinstance(made, dict) else {})
    found: Doc = orjson.loads(mirror.templates[event])
    return found


def _is_document(mirror: "DocumentMirror", noun: Documents, schema: Any) -> bool:
    schemas = mirror.plan.schemas
    if schemas.name(schema) and schemas.name(schema) == schemas.name(noun.noun.schema):
        return True
    mine = set(schemas.shape(noun.noun.schema).properties)
    theirs = set(schemas.shape(schema).properties)
    return bool(mine) and len(mine & theirs) * 2 > len(mine | theirs)


def _inner(mirror: "DocumentMirror", noun: Documents, schema: Any, doc: Doc) -> Doc:
    """Return the document, or an object that holds it under its own name or `object`."""
    if _is_document(mirror, noun, schema):
        return doc
    for name, each in mirror.plan.schemas.shape(schema).properties.items():
        if snake(name) in (*INNER, noun.entity) and "object" in mirror.plan.schemas.types(each):
            return {name: doc}
    return doc


def endpoints(mirror: "DocumentMirror", event: str) -> list[Target]:
    """List who wants an event: the documents of a noun that holds addresses, and the session."""
    found = [
        Target(f"subscribed_{n}", url, mirror.webhook_secret)
        for n, url in enumerate(mirror.setting("subscribed", []), 1)
    ]
    for noun in mirror.nouns.values():
        if isinstance(noun, Documents) and noun.entity in HOOKS:
            for doc in noun.find(newest_first=False):
                url = _url(doc)
                if url and _wants(doc, event):
                    secret = doc.get("secret") or doc.get("signing_secret")
                    usable = isinstance(secret, str) and secret.startswith("whsec_")
                    found.append(
                        Target(doc["id"], url, str(secret) if usable else mirror.webhook_secret)
                    )
    return found


def _url(doc: Doc) -> str | None:
    inner = doc.get("config") if isinstance(doc.get("config"), dict) else {}
    for place in (doc, inner or {}):
        for name, value in place.items():
            if snake(name) in URLS and isinstance(value, str) and value.startswith("http"):
                return value
    return None


def _wants(doc: Doc, event: str) -> bool:
    for name, value in doc.items():
        if snake(name) in CHOICES and value:
            chosen = value if isinstance(value, list) else [value]
            names = [each.get("name") if isinstance(each, dict) else each for each in chosen]
            return "*" in names or event in names
    return not (doc.get("active") is False or doc.get("enabled") is False)
