"""Accounts of the v2 API: the accounts of the v1 API, seen by their roles.

Source: https://docs.stripe.com/api/v2/core/accounts
"""

from collections.abc import Collection
from typing import Any

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors, v2
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.local.mirrors.stripe.connect.accounts.layout import CURRENCIES, controller
from mirra_mcp.local.mirrors.stripe.connect.accounts.params import SaveAccount as SaveV1
from mirra_mcp.local.mirrors.stripe.connect.core_accounts import layout, reading, words
from mirra_mcp.local.mirrors.stripe.connect.core_accounts.params import (
    CloseAccount,
    ListAccounts,
    ReadAccount,
    SaveAccount,
)
from mirra_mcp.wire.model import Doc


class CoreAccounts(StripeResource):
    """Accounts as the v2 API has them; `accounts` keeps them."""

    entity, plural = "core_account", "core_accounts"
    object, path = "v2.core.account", "/v2/core/accounts"
    keeps = False

    @route("POST /v2/core/accounts")
    def create(self, params: SaveAccount) -> Doc:
        """Create an account with the roles that it is given.

        Fires: v2.core.account.created.
        Source: https://docs.stripe.com/api/v2/core/accounts/create

        Raises:
            VendorError: it has a role and no address, or a role and nobody responsible.
        """
        params = self._by_token(params)
        roles = list((params.configuration.given() if params.configuration else {}).keys())
        how = params.defaults.responsibilities if params.defaults else None
        if roles and not params.contact_email:
            raise _missing("contact_email")
        if roles and how is None:
            raise _missing("defaults.responsibilities")
        country = ((params.identity.country if params.identity else None) or "US").upper()
        dashboard = params.dashboard or ("full" if how is None else "none")
        losses = how.losses_collector if how else "stripe"
        collects = "application" if (losses, dashboard) == ("application", "none") else "stripe"
        fees = how.fees_collector if how else "stripe"
        accounts = self.stripe.accounts
        doc = accounts.lay_out(
            controller=controller(words.PAYERS.get(fees, fees), losses, collects, dashboard),
            country=country,
            default_currency=CURRENCIES.get(country, "eur"),
            type="none",
            _applied=roles,
        )
        accounts.save(doc)
        return self._shown(self._filled(doc, params, silent=True), params.include)

    @route("GET /v2/core/accounts/{id}")
    def retrieve(self, id: str, params: ReadAccount) -> Doc:
        """Return an account, whichever API made it."""
        return self._shown(self.of(id), params.include)

    @route("POST /v2/core/accounts/{id}")
    def update(self, id: str, params: SaveAccount) -> Doc:
        """Change an account, give it a role or take one away.

        Fires: v2.core.account[...].updated for each part that changed, and account.updated.
        Source: https://docs.stripe.com/api/v2/core/accounts/update
        """
        doc, params = self.of(id), self._by_token(params)
        if params.defaults and params.defaults.responsibilities:
            raise errors.invalid(
                "The responsibilities of an account can't be changed.", "defaults.responsibilities"
            )
        given = params.configuration.given() if params.configuration else {}
        roles = set(layout.applied(doc))
        for name, each in given.items():
            roles = roles - {name} if each.get("applied") is False else roles | {name}
        how = dict(doc["controller"])
        if params.dashboard:
            how["stripe_dashboard"] = {"type": params.dashboard}
        doc = {**doc, "_applied": sorted(roles), "controller": how}
        return self._shown(self._filled(doc, params), params.include)

    @route("GET /v2/core/accounts")
    def index(self, params: ListAccounts) -> Doc:
        """List accounts, newest first, by their roles if asked.

        Source: https://docs.stripe.com/api/v2/core/accounts/list
        """
        page = v2.paged(self.stripe.accounts, params, _own=False)
        wanted = set(params.applied_configurations)
        page["data"] = [
            self._shown(doc, ())
            for doc in page["data"]
            if not doc.get("_disconnected")
            and wanted <= set(layout.applied(doc))
            and params.closed in (None, bool(doc.get("_closed")))
        ]
        if page["next_page_url"]:
            page["next_page_url"] = page["next_page_url"].replace("/v1/accounts", self.path)
        return page

    @route("POST /v2/core/accounts/{id}/close")
    def close(self, id: str, params: CloseAccount) -> Doc:
        """Take all its roles from an account, for good. Fires: v2.core.account.closed.

        Source: https://docs.stripe.com/api/v2/core/accounts/close

        Raises:
            VendorError: a role that it has isn't named, or it has money.
        """
        doc = self.of(id)
        if sorted(set(params.applied_configurations)) != layout.applied(doc):
            raise errors.invalid(
                "All configurations on the Account must be passed in to close it.",
                "applied_configurations",
            )
        with self.stripe.acting_for(id):
            balance = self.stripe.balances.shown_now()
        if any(each["amount"] for name in ("available", "pending") for each in balance[name]):
            raise errors.invalid("An account with a balance can't be closed.", "id")
        closed = self.stripe.accounts.weighed({**doc, "_closed": True}, told=True)
        return self._shown(closed, ())

    def of(self, id: str) -> Doc:
        """Return a connected account.

        Raises:
            VendorError: there is none, with 404.
        """
        doc = self.stripe.accounts.reached(id)
        if doc is None:
            raise v2.not_found(f"No such account: '{id}'")
        return doc

    def _by_token(self, params: SaveAccount) -> SaveAccount:
        """Return what was sent, with what its account token tells; what was sent goes first.

        Source: https://docs.stripe.com/api/v2/core/accounts/create (account_token)
        """
        given = params.given()
        token = given.pop("account_token", None)
        if token is None:
            return params
        told = self.stripe.core_tokens.spend(token, None, "account_token")
        identity = {**(told.get("identity") or {}), **(given.get("identity") or {})}
        return SaveAccount.model_validate({**told, **given, "identity": identity})

    def _filled(self, doc: Doc, params: SaveAccount, *, silent: bool = False) -> Doc:
        """Put in what was sent, in the words of the v1 API, and save."""
        given = reading.fields_of(params)
        kept = {name: given.pop(name) for name in list(given) if name[0] == "_"}
        checked = SaveV1.model_validate(given).given()
        merged = dict(checked.get("metadata") or {})
        if "metadata" in checked:
            checked["metadata"] = merged
        return self.stripe.accounts.changed({**doc, **kept}, checked, silent=silent)

    def _shown(self, doc: Doc, include: Collection[str]) -> Doc:
        return layout.shown(doc, self.stripe.persons.of(doc["id"]), include)

    # What happens to accounts, told by thin events.

    def tell(self, before: Doc | None, after: Doc) -> None:
        """Say which parts of an account changed, to destinations that take thin events.

        Source: https://docs.stripe.com/api/v2/core/events/event-types
        """
        id = after["id"]
        if before is None:
            self.say(id, "v2.core.account.created")
            return
        every = [*layout.SECTIONS, *(f"configuration.{each}" for each in layout.CONFIGURATIONS)]
        people = self.stripe.persons.of(after["id"])
        old, new = (layout.shown(doc, people, every) for doc in (before, after))
        if new["closed"] and not old["closed"]:
            self.say(id, "v2.core.account.closed")
            return
        for section in layout.SECTIONS:
            if old[section] != new[section]:
                self.say(id, f"v2.core.account[{section}].updated")
        for role in layout.CONFIGURATIONS:
            self._tell_role(after, role, old["configuration"][role], new["configuration"][role])
        top = [name for name in new if name not in (*layout.SECTIONS, "configuration")]
        if any(old[name] != new[name] for name in top):
            self.say(id, "v2.core.account.updated")

    def _tell_role(self, account: Doc, role: str, old: Doc | None, new: Doc | None) -> None:
        if old == new:
            return
        then, now = (_states((each or {}).get("capabilities") or {}) for each in (old, new))
        name = f"v2.core.account[configuration.{role}]"
        rest = [{**(each or {}), "capabilities": None} for each in (old, new)]
        if rest[0] != rest[1] or then.keys() != now.keys():
            self.say(account["id"], f"{name}.updated")
        for each, state in now.items():
            if then.get(each) != state:
                changed = {"updated_capability": each}
                self.say(account["id"], f"{name}.capability_status_updated", changed)

    def say(self, account: str, type: str, data: Doc | None = None) -> None:
        """Tell a thin event about an account."""
        self.stripe.tell_thin(type, v2.related(self.object, account, self.path), account, data)


def _states(capabilities: Doc, path: str = "") -> dict[str, str]:
    """Return the status of each capability, by its path."""
    found: dict[str, str] = {}
    for name, each in capabilities.items():
        if isinstance(each, dict) and "status" in each:
            found[f"{path}{name}"] = each["status"]
        elif isinstance(each, dict):
            found |= _states(each, f"{path}{name}.")
    return found


def _missing(param: str) -> Any:
    return errors.invalid(f"Missing required param: {param}.", param, "parameter_missing")
