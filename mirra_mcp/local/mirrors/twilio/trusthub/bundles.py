"""Customer profiles and trust products: bundles of papers that Twilio reviews.

A bundle is approved two seconds after it is handed in, unless its evaluation finds something
missing, or a simulated event decides otherwise.

Source: https://www.twilio.com/docs/trust-hub/trusthub-rest-api/customer-profiles
    https://www.twilio.com/docs/trust-hub/trusthub-rest-api/trust-products
"""

from datetime import timedelta
from typing import ClassVar

from mirra_mcp.local.kit.routes import Call, route
from mirra_mcp.local.kit.webhooks import Outcome, Parcel
from mirra_mcp.local.mirrors.twilio.api.errors import wrong
from mirra_mcp.local.mirrors.twilio.api.params import Values, sid
from mirra_mcp.local.mirrors.twilio.api.resource import TwilioResource
from mirra_mcp.local.mirrors.twilio.trusthub.params import (
    SETTABLE,
    CreateBundle,
    UpdateBundle,
)
from mirra_mcp.local.mirrors.twilio.trusthub.policies import POLICIES
from mirra_mcp.wire.model import Doc

REVIEW = timedelta(seconds=2)
REVIEWED = "trust_bundle.reviewed"
PROFILES: str = "/v1/CustomerProfiles"
PRODUCTS: str = "/v1/TrustProducts"
FROM = {
    "draft": ("pending-review",),
    "pending-review": ("draft",),
    "twilio-rejected": ("draft", "pending-review"),
}
"""What the account may make of a bundle, by its status."""
PARTS = ("EntityAssignments", "Evaluations", "ChannelEndpointAssignments")


class TrustBundles(TwilioResource):
    """What customer profiles and trust products do alike."""

    path: ClassVar[str] = ""
    plural_told: ClassVar[str] = "results"
    prefix = "BU"
    address_fields = ("status_callback",)
    names = ("friendly_name",)
    hears = (REVIEWED,)
    blank: ClassVar[Doc] = {
        "sid": None,
        "account_sid": None,
        "policy_sid": None,
        "friendly_name": None,
        "status": "draft",
        "email": None,
        "status_callback": None,
        "valid_until": None,
        "date_created": None,
        "date_updated": None,
        "url": None,
        "links": None,
        "errors": None,
    }
    indexes = ("account_sid", "status", "policy_sid", "friendly_name")
    filters: ClassVar[Values] = {"Status": SETTABLE, "PolicySid": sid("RN")}

    def _make(self, params: CreateBundle) -> Doc:
        policy = POLICIES.get(params.policy_sid)
        if policy is None or policy.noun != self.plural:
            raise wrong(f"Invalid parameter PolicySid: {params.policy_sid} isn't one of these")
        return self.view(self.save(self.new(**params.model_dump())))

    def _list(self, call: Call) -> Doc:
        names = {"Status": "status", "FriendlyName": "friendly_name", "PolicySid": "policy_sid"}
        where: Doc = {
            field: call.query[name] for name, field in names.items() if call.query.get(name)
        }
        return self.listed(call, "results", **where)

    def _update(self, id: str, params: UpdateBundle) -> Doc:
        doc = self.get(id)
        given = params.model_dump(exclude_none=True)
        status = given.pop("status", doc["status"]) or doc["status"]
        if status != doc["status"] and status not in FROM.get(doc["status"], ()):
            raise wrong(f"Invalid parameter Status: {doc['status']} doesn't become {status}")
        url = {"status_callback": given["status_callback"] or None} if "status_callback" in given \
            else {}  # fmt: skip
        moved = status != doc["status"]
        doc = self.change(doc, **(given | url | {"status": status}))
        self.mirror.cancel_timers(f"{self.plural}.review", id=id)
        if moved and status == "pending-review":
            self.mirror.after(REVIEW, f"{self.plural}.review", id=id)
        return self.view(doc)

    def review(self, id: str) -> None:
        """Look at a bundle that was handed in: what is whole is approved."""
        doc = self.peek(id)
        if doc is None or doc["status"] != "pending-review":
            return
        lacking = self.mirror.trust_evaluations.lacking(doc)
        self.decide(doc, approves=not lacking, reason="; ".join(lacking))

    def decide(self, doc: Doc, *, approves: bool, reason: str = "") -> Doc:
        """Approve a bundle or reject it, and tell the account."""
        errors = None if approves else [{"code": 22215, "message": reason or "Rejected"}]
        status = "twilio-approved" if approves else "twilio-rejected"
        doc = self.change(doc, status=status, errors=errors)
        told = {
            "AccountSid": doc["account_sid"],
            "BundleSid": doc["sid"],
            "Status": status,
            "FailureReason": None if approves else reason,
        }
        url = doc["status_callback"]
        to = [self.mirror.accounts.target(doc["account_sid"], url)] if url else []
        self.mirror.emit(REVIEWED, told, to=to)
        return doc

    def _delete(self, sid: str) -> None:
        doc = self.get(sid)
        self.mirror.cancel_timers(id=sid)
        for noun in (self.mirror.trust_assignments, self.mirror.trust_endpoints,
                     self.mirror.trust_evaluations):  # fmt: skip
            for each in noun.find(bundle_sid=sid):
                noun.drop(each)
        self.drop(doc)

    def is_fine(self, account: str, sid: str) -> bool:
        """Say whether a bundle is approved; one that nobody made here counts as such: ours."""
        doc = self.peek(sid)
        if doc is None:
            return True
        return bool(doc["account_sid"] == account and doc["status"] == "twilio-approved")

    def unheard(self, parcel: Parcel, outcome: Outcome) -> None:
        """Note in the debugger that nobody took a decision."""
        if self.peek(parcel.ref or "") is not None:
            self.mirror.notifications.note(parcel, outcome)

    def path_of(self, doc: Doc) -> str:
        """Return the path of a bundle."""
        return f"{self.path}/{doc['sid']}"

    def links_of(self, doc: Doc) -> dict[str, str]:
        """Return the paths of what belongs to a bundle."""
        base, noun = self.path_of(doc), self.plural
        names = ("entity_assignments", "evaluations", "channel_endpoint_assignment")
        return {f"{noun}_{name}": f"{base}/{part}" for name, part in zip(names, PARTS, strict=True)}


class CustomerProfiles(TrustBundles):
    """Who a business is."""

    entity, plural, path = "customer_profile", "customer_profiles", PROFILES

    @route(f"POST {PROFILES}", status=201)
    def create(self, params: CreateBundle) -> Doc:
        """Begin a customer profile."""
        return self._make(params)

    @route(f"GET {PROFILES}")
    def index(self, call: Call) -> Doc:
        """List the account's customer profiles."""
        return self._list(call)

    @route(f"GET {PROFILES}/{{Sid}}")
    def fetch(self, Sid: str) -> Doc:
        """Return one customer profile."""
        return self.view(self.get(Sid))

    @route(f"POST {PROFILES}/{{Sid}}")
    def update(self, Sid: str, params: UpdateBundle) -> Doc:
        """Change a customer profile, or hand it in."""
        return self._update(Sid, params)

    @route(f"DELETE {PROFILES}/{{Sid}}", status=204)
    def delete(self, Sid: str) -> None:
        """Delete a customer profile."""
        self._delete(Sid)


class TrustProducts(TrustBundles):
    """What a business wants to be trusted with."""

    entity, plural, path = "trust_product", "trust_products", PRODUCTS

    @route(f"POST {PRODUCTS}", status=201)
    def create(self, params: CreateBundle) -> Doc:
        """Begin a trust product."""
        return self._make(params)

    @route(f"GET {PRODUCTS}")
    def index(self, call: Call) -> Doc:
        """List the account's trust products."""
        return self._list(call)

    @route(f"GET {PRODUCTS}/{{Sid}}")
    def fetch(self, Sid: str) -> Doc:
        """Return one trust product."""
        return self.view(self.get(Sid))

    @route(f"POST {PRODUCTS}/{{Sid}}")
    def update(self, Sid: str, params: UpdateBundle) -> Doc:
        """Change a trust product, or hand it in."""
        return self._update(Sid, params)

    @route(f"DELETE {PRODUCTS}/{{Sid}}", status=204)
    def delete(self, Sid: str) -> None:
        """Delete a trust product."""
        self._delete(Sid)
