"""An account in which there is at least one of everything."""

from tests.local.mirrors.stripe.account.test_files import upload
from tests.local.mirrors.stripe.client import NOW, Account

CARD = "payment_method_types[]=card"


def post(account: Account, path: str, form: str = "") -> str:
    """Make or change something and return its id."""
    answer = account.call("POST", f"/v1/{path}", form)
    assert answer.is_success, (path, answer.text)
    return str(answer.json().get("id"))


def crowd(account: Account) -> list[str]:
    """Make one of everything, and return the paths of what no list shows."""
    customer, price = catalogue(account)
    charge, mandate, setup = payments(account, customer)
    return [
        "/v1/account",
        "/v1/balance",
        "/v1/balance_settings",
        "/v1/country_specs/US",
        f"/v1/customers/{customer}",
        f"/v1/mandates/{mandate}",
        f"/v1/payment_methods?customer={customer}",
        f"/v1/setup_attempts?setup_intent={setup}",
        f"/v1/charges/{charge}?expand[]=balance_transaction&expand[]=customer",
        *billing(account, customer, price),
        *pages(account, customer, price),
        *others(account, customer),
    ]


def catalogue(account: Account) -> tuple[str, str]:
    """Make customers, products, prices and what lowers them."""
    customer = post(
        account,
        "customers",
        "name=Ada&email=ada@example.com&phone=1&address[city]=Bonn&shipping[name]=Ada"
        "&shipping[address][city]=Bonn&metadata[a]=1&preferred_locales[]=de&source=tok_visa"
        "&invoice_settings[footer]=Thanks",
    )
    post(account, "customers", "name=Empty")
    product = post(
        account, "products", "name=Pen&metadata[a]=1&shippable=true&images[]=https://a.b/c"
    )
    price = post(
        account,
        "prices",
        f"product={product}&currency=usd&unit_amount=1000&recurring[interval]=month",
    )
    post(
        account,
        "prices",
        f"product={product}&currency=usd&billing_scheme=tiered&tiers_mode=graduated"
        "&recurring[interval]=month&tiers[0][up_to]=5&tiers[0][unit_amount]=100"
        "&tiers[1][up_to]=inf&tiers[1][unit_amount]=50",
    )
    post(account, "plans", f"product={product}&currency=usd&amount=700&interval=year")
    post(account, "coupons", "id=ten&percent_off=10&duration=repeating&duration_in_months=3")
    post(account, "coupons", "id=five&amount_off=500&currency=usd&duration=once")
    post(account, "promotion_codes", "coupon=ten&code=TEN")
    post(account, f"customers/{customer}", "coupon=five")
    post(account, "tax_rates", "display_name=VAT&percentage=19&inclusive=false&country=DE")
    post(
        account,
        "shipping_rates",
        "display_name=Mail&type=fixed_amount&fixed_amount[amount]=500&fixed_amount[currency]=usd",
    )
    post(account, f"customers/{customer}/tax_ids", "type=eu_vat&value=DE123456789")
    post(account, "tax_ids", "type=eu_vat&value=DE123456789")
    post(account, f"customers/{customer}/balance_transactions", "amount=-300&currency=usd")
    meter = post(
        account,
        "billing/meters",
        "display_name=Calls&event_name=calls&default_aggregation[formula]=sum",
    )
    money = "amount[type]=monetary&amount[monetary][currency]=usd&amount[monetary][value]=500"
    scope = "applicability_config[scope][price_type]=metered"
    post(account, "billing/credit_grants", f"customer={customer}&{money}&{scope}&name=Gift")
    watched = f"usage_threshold[meter]={meter}&usage_threshold[gte]=9"
    once = "alert_type=usage_threshold&title=Heavy&usage_threshold[recurrence]=one_time"
    post(account, "billing/alerts", f"{once}&{watched}")
    return customer, price


def payments(account: Account, customer: str) -> tuple[str, str, str]:
    """Pay, fail, dispute, refund, pay out."""
    paid = f"amount=2000&currency=usd&customer={customer}&confirm=true&{CARD}"
    intent = post(account, "payment_intents", f"{paid}&payment_method=pm_card_visa")
    charge: str = account.fetch(f"/v1/payment_intents/{intent}")["latest_charge"]
    post(account, "refunds", f"charge={charge}&amount=500&reason=requested_by_customer")
    declined = account.call(
        "POST", "/v1/payment_intents", f"{paid}&payment_method=pm_card_chargeDeclined"
    )
    assert declined.status_code == 402, declined.text
    url = "return_url=https://acme.com"
    post(account, "payment_intents", f"{paid}&payment_method=pm_card_threeDSecureRequired&{url}")
    held = f"{paid}&payment_method=pm_card_visa&capture_method=manual"
    post(account, "payment_intents", held)
    post(account, "payment_intents", "amount=100&currency=eur")
    post(account, "payment_intents", f"{paid}&payment_method=pm_card_createDispute")
    account.simulate("radar.early_fraud_warning.created", charge=charge)
    account.simulate("review.opened", charge=charge)
    method = post(account, "payment_methods", "type=card&card[token]=tok_mastercard")
    post(account, f"payment_methods/{method}/attach", f"customer={customer}")
    debit = post(
        account,
        "payment_methods",
        "type=sepa_debit&sepa_debit[iban]=DE89370400440532013000&billing_details[name]=Ada"
        "&billing_details[email]=ada@example.com",
    )
    setup = post(
        account,
        "setup_intents",
        f"customer={customer}&confirm=true&payment_method={debit}&payment_method_types[]=sepa_debit"
        "&mandate_data[customer_acceptance][type]=offline",
    )
    mandate: str = account.fetch(f"/v1/setup_intents/{setup}")["mandate"]
    post(
        account, "setup_intents", f"customer={customer}&confirm=true&payment_method={method}&{CARD}"
    )
    at_once = paid.replace("2000", "50000")
    post(account, "payment_intents", f"{at_once}&payment_method=pm_card_bypassPending")
    post(account, "payouts", "amount=100&currency=usd")
    post(account, "tokens", "card[number]=4242424242424242&card[exp_month]=1&card[exp_year]=2030")
    return charge, mandate, setup


def billing(account: Account, customer: str, price: str) -> list[str]:
    """Subscribe, bill, credit."""
    method = account.fetch(f"/v1/payment_methods?customer={customer}&type=card")["data"][0]["id"]
    post(account, f"customers/{customer}", f"invoice_settings[default_payment_method]={method}")
    subscribed = post(
        account, "subscriptions", f"customer={customer}&items[0][price]={price}&coupon=ten"
    )
    post(
        account,
        "subscriptions",
        f"customer={customer}&items[0][price]={price}&trial_period_days=7&cancel_at_period_end=true",
    )
    gone = post(account, "subscriptions", f"customer={customer}&items[0][price]={price}")
    assert account.call("DELETE", f"/v1/subscriptions/{gone}").is_success
    item = account.fetch(f"/v1/subscription_items?subscription={subscribed}")["data"][0]["id"]
    post(account, f"subscription_items/{item}", "quantity=3")
    post(account, "invoiceitems", f"customer={customer}&amount=700&currency=usd")
    invoice = post(
        account, "invoices", f"customer={customer}&pending_invoice_items_behavior=include"
    )
    post(account, f"invoices/{invoice}/finalize")
    post(account, f"invoices/{invoice}/pay")
    post(account, "credit_notes", f"invoice={invoice}&amount=100&refund_amount=100")
    post(account, "invoices", f"customer={customer}")
    post(
        account,
        "subscription_schedules",
        f"customer={customer}&start_date={NOW + 86400}&phases[0][items][0][price]={price}"
        "&phases[0][iterations]=2",
    )
    post(account, "test_helpers/test_clocks", f"frozen_time={NOW}&name=Ours")
    scope = "filter[type]=applicability_scope&filter[applicability_scope][price_type]=metered"
    return [
        f"/v1/billing/credit_balance_summary?customer={customer}&{scope}",
        f"/v1/billing/credit_balance_transactions?customer={customer}",
        f"/v1/subscription_items?subscription={subscribed}",
        f"/v1/subscriptions/{subscribed}?expand[]=latest_invoice&expand[]=customer",
        f"/v1/invoices/{invoice}/lines",
        f"/v1/invoices/upcoming?subscription={subscribed}",
        f"/v1/invoices/upcoming/lines?subscription={subscribed}",
        f"/v1/credit_notes/preview?invoice={invoice}&amount=100&refund_amount=100",
        f"/v1/invoices/{invoice}?expand[]=customer",
        f"/v1/customers/{customer}/balance_transactions",
        f"/v1/customers/{customer}/tax_ids",
        f"/v1/customers/{customer}?expand[]=subscriptions&expand[]=sources&expand[]=tax_ids",
    ]


def pages(account: Account, customer: str, price: str) -> list[str]:
    """Open the pages that Stripe hosts."""
    urls = "success_url=https://acme.com/ok&cancel_url=https://acme.com/no"
    line = f"line_items[0][price]={price}&line_items[0][quantity]=1"
    session = post(
        account, "checkout/sessions", f"mode=subscription&customer={customer}&{line}&{urls}"
    )
    post(account, "checkout/sessions", f"mode=setup&currency=usd&{CARD}&{urls}")
    link = post(account, "payment_links", line)
    post(account, "billing_portal/configurations", "features[invoice_history][enabled]=true")
    account.simulate("checkout.session.completed", session=session)
    once = line.replace(f"[price]={price}", "[price_data][unit_amount]=900")
    once += "&line_items[0][price_data][currency]=usd"
    once += "&line_items[0][price_data][product_data][name]=Book"
    delivered = f"mode=payment&{once}&{urls}&shipping_address_collection[allowed_countries][]=US"
    post(account, "checkout/sessions", f"{delivered}&invoice_creation[enabled]=true")
    account.simulate("checkout.session.completed", paymentLink=link)
    product = account.fetch(f"/v1/prices/{price}")["product"]
    feature = post(account, "entitlements/features", "name=API&lookup_key=api")
    post(account, f"products/{product}/features", f"entitlement_feature={feature}")
    return [
        f"/v1/checkout/sessions/{session}/line_items",
        f"/v1/entitlements/active_entitlements?customer={customer}",
        f"/v1/payment_links/{link}/line_items",
        f"/v1/prices/{price}?expand[]=currency_options&expand[]=product",
        f"/v1/products/{product}/features",
    ]


def others(account: Account, customer: str) -> list[str]:
    """Upload, link, listen, connect."""
    post(account, "file_links", f"file={upload(account).id}")
    post(account, "webhook_endpoints", "url=https://acme.com/hook&enabled_events[]=*")
    seller = account.client.v1.accounts.create({"type": "standard"}).id
    account.simulate("account.onboarded", account=seller)
    sale = (
        "amount=9000&currency=usd&payment_method=pm_card_visa&confirm=true&return_url=https://a.io"
    )
    shared = f"application_fee_amount=900&transfer_data[destination]={seller}"
    intent = post(account, "payment_intents", f"{sale}&{shared}")
    charge = account.fetch(f"/v1/payment_intents/{intent}")["latest_charge"]
    back = "amount=500&reverse_transfer=true&refund_application_fee=true"
    post(account, "refunds", f"charge={charge}&{back}")
    person = "relationship[representative]=true&first_name=Ida&dob[day]=1&ssn_last_4=0000"
    shop = post(account, "accounts", "type=express&business_type=company&company[name]=Pens")
    post(account, f"accounts/{shop}/persons", person)
    bank = "external_account=btok_us_verified"
    post(account, f"accounts/{shop}/external_accounts", bank)
    post(account, f"accounts/{shop}/external_accounts", "external_account=tok_visa_debit")
    post(account, "topups", "amount=5000&currency=usd&description=Float")
    line = "line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=1000"
    product = post(account, "products", "name=Quoted")
    offer = f"customer={customer}&{line}&line_items[0][price_data][product]={product}"
    quote = post(account, "quotes", f"{offer}&header=Hello")
    calculation, taxed = taxes(account)
    person = post(account, "identity/verification_sessions", "type=document")
    account.simulate("identity.verification_session.verified", session=person)
    values = post(account, "radar/value_lists", "alias=bad&name=Bad&item_type=email")
    post(account, "radar/value_list_items", f"value_list={values}&value=eve@example.com")
    post(account, "payment_method_domains", "domain_name=acme.com")
    post(account, "payment_method_configurations", "name=Later")
    post(account, f"customers/{customer}/sources", "source=btok_us_verified")
    source = post(account, "sources", "type=card&token=tok_visa")
    wire = "payment_method_details[custom][display_name]=Wire&initiated_at=1"
    asked = f"amount_requested[value]=900&amount_requested[currency]=usd&{wire}"
    record = post(account, "payment_records/report_payment", asked)
    post(account, "apple_pay/domains", "domain_name=acme.com")
    fund = "amount=700&currency=usd&reference=Hello"
    post(account, f"test_helpers/customers/{customer}/fund_cash_balance", fund)
    (transfer,) = account.fetch("/v1/transfers")["data"]
    (fee,) = account.fetch("/v1/application_fees")["data"]
    return [
        "/v1/tax/settings",
        f"/v1/radar/value_list_items?value_list={values}",
        f"/v1/customers/{customer}/cash_balance",
        f"/v1/customers/{customer}/cash_balance_transactions",
        f"/v1/tax/associations/find?payment_intent={taxed}",
        f"/v1/tax/calculations/{calculation}",
        f"/v1/tax/calculations/{calculation}/line_items",
        f"/v1/accounts/{shop}/capabilities",
        f"/v1/accounts/{shop}/external_accounts",
        f"/v1/accounts/{shop}/persons",
        f"/v1/quotes/{quote}/line_items",
        f"/v1/customers/{customer}/sources",
        f"/v1/sources/{source}",
        f"/v1/payment_attempt_records?payment_record={record}",
        f"/v1/transfers/{transfer['id']}/reversals",
        f"/v1/application_fees/{fee['id']}/refunds",
    ]


def taxes(account: Account) -> tuple[str, str]:
    """Register, calculate, sell and take back."""
    office = "head_office[address][country]=US&head_office[address][postal_code]=94107"
    post(account, "tax/settings", office)
    options = "country_options[us][type]=state_sales_tax&country_options[us][state]=CA"
    post(account, "tax/registrations", f"country=US&active_from=now&{options}")
    place = "customer_details[address][country]=US&customer_details[address][postal_code]=94107"
    sale = f"currency=usd&{place}&customer_details[address_source]=billing"
    sale += "&line_items[0][amount]=1000&line_items[0][reference]=L1&shipping_cost[amount]=500"
    calculation = post(account, "tax/calculations", sale)
    form = f"calculation={calculation}&reference=order"
    sold = post(account, "tax/transactions/create_from_calculation", form)
    back = f"mode=full&original_transaction={sold}&reference=refund"
    post(account, "tax/transactions/create_reversal", back)
    hooked = f"amount=1000&currency=usd&hooks[inputs][tax][calculation]={calculation}"
    paid = f"{hooked}&confirm=true&payment_method=pm_card_visa&{CARD}"
    return calculation, post(account, "payment_intents", paid)
