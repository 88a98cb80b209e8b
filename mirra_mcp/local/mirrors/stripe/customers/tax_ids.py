"""Tax ids of customers and of the account itself. Source: https://docs.stripe.com/api/tax_ids"""

import re
from datetime import timedelta
from typing import Any, ClassVar, Literal

from mirra_mcp.local.kit.routes import route
from mirra_mcp.local.mirrors.stripe.api import errors
from mirra_mcp.local.mirrors.stripe.api.forms.params import ListParams, Nested, StripeParams
from mirra_mcp.local.mirrors.stripe.api.resource import StripeResource
from mirra_mcp.wire.model import Doc

NAMES = """
ad_nrt ae_trn al_tin am_tin ao_tin ar_cuit au_abn au_acn au_arn au_wpn aw_tin az_tin ba_tin bb_tin
bd_bin bf_ifu bg_uic bh_vat bj_ifu bo_tin br_cnpj br_cpf bs_tin bw_vat by_tin ca_bn ca_gst_hst
ca_pst_bc ca_pst_mb ca_pst_sk ca_qst cd_nif ch_uid ch_vat ci_vat cl_tin cm_niu cn_tin co_nit
cr_tin cv_nif cz_dic de_stn do_rcn ec_ruc eg_tin es_cif et_tin eu_oss_vat eu_vat fo_vat fr_siren
fr_siret fr_spi gb_vat ge_vat gh_tin gi_tin gn_nif hk_br hr_oib hu_tin ic_nif id_npwp il_vat
in_gst is_kt is_vat it_cf jp_cn jp_rn jp_trn ke_pin kg_tin kh_tin kr_brn kz_bin la_tin li_uid
li_vat lk_vat ma_vat md_cf md_vat me_pib mk_vat mr_nif mu_vat mx_rfc my_frp my_itn my_sst mz_nuit
ng_tin no_vat no_voec np_pan nz_bn nz_gst om_vat pe_ruc ph_tin pl_nip pt_nif py_ruc ro_tin rs_pib
ru_inn ru_kpp sa_vat sg_gst sg_uen si_tin sm_coe sn_ninea sr_fin sv_nit th_vat tj_tin tr_tin
tt_bir tt_vat tw_vat tz_vat ua_vat ug_tin us_ein uy_ruc uz_tin uz_vat ve_rif vn_tin za_vat zm_tin
zw_tin
"""
TYPES = frozenset(NAMES.split())
FORMS = {
    "eu_vat": r"[A-Z]{2}[0-9A-Z+*.]{2,13}",
    "gb_vat": r"(GB|XI)?[0-9]{9}([0-9]{3})?",
    "us_ein": r"[0-9]{2}-?[0-9]{7}",
    "au_abn": r"[0-9]{11}",
    "in_gst": r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][0-9A-Z]{3}",
}
VERIFIED_TYPES = ("au_abn", "eu_vat", "gb_vat")
OUTCOMES = {"000000000": "verified", "111111111": "unverified", "222222222": "pending"}
"""What verification finds of a test value. Source: https://docs.stripe.com/billing/customer/tax-ids"""
WHILE = timedelta(seconds=5)


class CreateTaxId(StripeParams):
    """Parameters of a customer's new id."""

    type: str
    value: str


class Owner(Nested):
    """Whose id it is."""

    type: Literal["account", "application", "customer", "self"]
    account: str | None = None
    customer: str | None = None


class CreateOwnTaxId(CreateTaxId):
    """Parameters of a new id of an owner, the account itself if not said."""

    owner: Owner | None = None


class ListTaxIds(ListParams):
    """Filters of the list: the account's own ids if not said."""

    owner: Owner | None = None


class TaxIds(StripeResource):
    """The tax ids of customers and of the account."""

    entity, plural = "tax_id", "tax_ids"
    object, prefix, path = "tax_id", "txi", "/v1/tax_ids"
    title = "tax ID"
    indexes = ("customer",)
    blank: ClassVar[Doc] = {
        "country": None,
        "created": None,
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "owner": None,
        "type": "",
        "value": "",
        "verification": None,
    }

    def check(self, type: str, value: str, within: str = "") -> None:
        """Refuse an id that can't be one; `within` names the object that holds it.

        Source: https://docs.stripe.com/tax/standalone-tax-api#tax-ids

        Raises:
            VendorError: no such type, or no such value of it.
        """
        names = [f"{within}[{name}]" if within else name for name in ("type", "value")]
        if type not in TYPES:
            raise errors.invalid(
                f"Invalid type: must be one of {', '.join(sorted(TYPES))}", names[0]
            )
        form = FORMS.get(type)
        if value not in OUTCOMES and form and not re.fullmatch(form, value.replace(" ", "")):
            raise errors.invalid(f"Invalid value for {type}.", names[1], "tax_id_invalid")

    def make(self, type: str, value: str, *, customer: str | None, param: str = "") -> Doc:
        """Save an id, which is verified in a while where that is possible.

        Fires: customer.tax_id.created (a customer's).

        Raises:
            VendorError: no such type, or no such value of it.
        """
        self.check(type, value, param)
        owner = {"type": "self"} if customer is None else {"customer": customer, "type": "customer"}
        checked = type in VERIFIED_TYPES
        status = "pending" if checked else "unavailable"
        country = value[:2] if type == "eu_vat" else type[:2].upper()
        doc = self.new(
            country=country if country.isalpha() else None,
            customer=customer,
            owner={"customer_account": None, **owner} if customer else owner,
            type=type,
            value=value,
            verification=None
            if customer is None
            else {"status": status, "verified_address": None, "verified_name": None},
        )
        if checked and customer is not None and value in OUTCOMES:
            self.mirror.after(WHILE, "tax_ids.verify", id=doc["id"])
        return self.save(doc, event="customer.tax_id.created" if customer else None)

    def verify(self, id: str) -> None:
        """Tell what became of a verification. Fires: customer.tax_id.updated."""
        doc = self.peek(id)
        if doc is None or OUTCOMES[doc["value"]] == "pending":
            return
        found = doc["verification"] | {"status": OUTCOMES[doc["value"]]}
        if found["status"] == "verified":
            owner = self.stripe.customers.peek(doc["customer"]) or {}
            found |= {"verified_name": owner.get("name"), "verified_address": None}
        self.save(doc | {"verification": found}, event="customer.tax_id.updated")

    def drop_all(self, customer: str) -> None:
        """Forget the ids of a customer who is being deleted."""
        for doc in self.find(customer=customer):
            self.drop(doc)

    @route("POST /v1/customers/{customer}/tax_ids")
    def create_of_customer(self, customer: str, params: CreateTaxId) -> Doc:
        """Add an id to a customer. Fires: customer.tax_id.created."""
        self.stripe.customers.get(customer)
        return self.view(self.make(params.type, params.value, customer=customer))

    @route("GET /v1/customers/{customer}/tax_ids/{id}")
    def retrieve_of_customer(self, customer: str, id: str) -> Doc:
        """Return one id of a customer."""
        return self.view(self._of(customer, id))

    @route("GET /v1/customers/{customer}/tax_ids")
    def index_of_customer(self, customer: str, params: ListParams) -> Doc:
        """List a customer's ids."""
        self.stripe.customers.get(customer)
        return self.listed(params, url=f"/v1/customers/{customer}/tax_ids", customer=customer)

    @route("DELETE /v1/customers/{customer}/tax_ids/{id}")
    def delete_of_customer(self, customer: str, id: str) -> Doc:
        """Remove an id from a customer. Fires: customer.tax_id.deleted."""
        return self._removed(self._of(customer, id))

    @route("POST /v1/tax_ids")
    def create(self, params: CreateOwnTaxId) -> Doc:
        """Add an id to an owner: the account itself, or a customer."""
        owner = params.owner
        customer = None
        if owner is not None and owner.type == "customer":
            if owner.customer is None:
                raise errors.invalid(
                    "Missing required param: owner[customer].",
                    "owner[customer]",
                    "parameter_missing",
                )
            customer = self.stripe.customers.live(owner.customer, "owner[customer]")["id"]
        return self.view(self.make(params.type, params.value, customer=customer))

    @route("GET /v1/tax_ids/{id}")
    def retrieve(self, id: str) -> Doc:
        """Return one id."""
        return self.view(self.get(id))

    @route("GET /v1/tax_ids")
    def index(self, params: ListTaxIds) -> Doc:
        """List the ids of an owner."""
        where: dict[str, Any] = {"customer": params.owner.customer if params.owner else None}
        return self.listed(params, **where)

    @route("DELETE /v1/tax_ids/{id}")
    def delete(self, id: str) -> Doc:
        """Remove an id. Fires: customer.tax_id.deleted (a customer's)."""
        return self._removed(self.get(id))

    def _removed(self, doc: Doc) -> Doc:
        self.drop(doc, event="customer.tax_id.deleted" if doc["customer"] else None)
        return self.deleted(doc)

    def _of(self, customer: str, id: str) -> Doc:
        self.stripe.customers.get(customer)
        doc = self.get(id)
        if doc["customer"] != customer:
            raise self.missing(id)
        return doc
