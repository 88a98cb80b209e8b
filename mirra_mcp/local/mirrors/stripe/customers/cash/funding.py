"""Funding instructions: the account that a customer sends bank transfers to.

Source: https://docs.stripe.com/api/customers/create_funding_instructions
"""

from typing import Literal

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import Currency, Nested, StripeParams
from mirra_mcp.local.mirrors.stripe.api.pricing import transfers
from mirra_mcp.local.mirrors.stripe.customers.cash.balances import CashBalances
from mirra_mcp.wire.model import Doc


class EuTransfer(Nested):
    """In which country a European account is."""

    country: Literal["BE", "DE", "ES", "FR", "IE", "NL"]


class Transfer(Nested):
    """The kind of transfer."""

    type: Literal[
        "eu_bank_transfer",
        "gb_bank_transfer",
        "jp_bank_transfer",
        "mx_bank_transfer",
        "us_bank_transfer",
    ]
    eu_bank_transfer: EuTransfer | None = None
    requested_address_types: list[str] | None = None


class CreateInstructions(StripeParams):
    """What the instructions are for."""

    bank_transfer: Transfer
    currency: Currency
    funding_type: Literal["bank_transfer"]


class FundedBalances(CashBalances):
    """The cash balances of the account, with where to send money to."""

    @route("POST /v1/customers/{customer}/funding_instructions")
    def instruct(self, customer: str, params: CreateInstructions) -> Doc:
        """Return the account number that is a customer's own, the same each time.

        Raises:
            VendorError: the currency isn't the transfer's, or no country was given.
        """
        self.stripe.customers.get(customer)
        asked = params.bank_transfer
        kind = transfers.KINDS.get(params.currency)
        if f"{kind}_bank_transfer" != asked.type:
            raise errors.invalid(
                f"The currency {params.currency} doesn't go with bank transfers of type"
                f" {asked.type}.",
                "currency",
            )
        country = transfers.COUNTRIES[params.currency]
        if asked.type == "eu_bank_transfer":
            if asked.eu_bank_transfer is None:
                raise errors.invalid(
                    "Missing required param: bank_transfer[eu_bank_transfer].",
                    "bank_transfer[eu_bank_transfer]",
                    "parameter_missing",
                )
            country = asked.eu_bank_transfer.country
        wanted = asked.requested_address_types
        addresses = [
            address
            for address in transfers.addresses(params.currency, country, customer)
            if wanted is None or address["type"] in wanted
        ]
        return {
            "object": "funding_instructions",
            "bank_transfer": {
                "country": country,
                "financial_addresses": addresses,
                "type": asked.type,
            },
            "currency": params.currency,
            "funding_type": "bank_transfer",
            "livemode": False,
        }
