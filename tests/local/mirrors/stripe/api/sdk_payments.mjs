// A shop in Node: tax on a Checkout session, a bank account verified by cents, a transfer, an identity.
import { createRequire } from "node:module";

const Stripe = createRequire(`${process.env.SDK}/`)("stripe");
const stripe = new (Stripe.default ?? Stripe)(process.env.STRIPE_SECRET_KEY, {
  host: process.env.STRIPE_HOST,
  port: process.env.STRIPE_PORT,
  protocol: "http",
});

async function simulate(event, params) {
  const url = `http://${process.env.STRIPE_HOST}:${process.env.STRIPE_PORT}/_mirra/simulate`;
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ event, ...params }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

await stripe.tax.settings.update({
  head_office: { address: { country: "US", state: "CA", postal_code: "94107" } },
});
await stripe.tax.registrations.create({
  country: "US",
  country_options: { us: { type: "state_sales_tax", state: "CA" } },
  active_from: "now",
});
const price_data = { currency: "usd", unit_amount: 2000, product_data: { name: "Pen" } };
const session = await stripe.checkout.sessions.create({
  mode: "payment",
  line_items: [{ quantity: 1, price_data }],
  success_url: "https://acme.com",
  automatic_tax: { enabled: true },
});
await simulate("checkout.session.completed", { session: session.id });
const bought = await stripe.checkout.sessions.retrieve(session.id);

const customer = await stripe.customers.create({ name: "Ada" });
const debit = await stripe.setupIntents.create({
  customer: customer.id,
  allowed_payment_method_types: ["us_bank_account"],
  payment_method_data: {
    type: "us_bank_account",
    us_bank_account: {
      account_holder_type: "individual",
      account_number: "000123456789",
      routing_number: "110000000",
    },
    billing_details: { name: "Ada" },
  },
  confirm: true,
});
const verified = await stripe.setupIntents.verifyMicrodeposits(debit.id, { amounts: [32, 45] });
const transfer = await stripe.testHelpers.customers.fundCashBalance(customer.id, {
  amount: 500,
  currency: "usd",
});
const person = await stripe.identity.verificationSessions.create({ type: "document" });
await simulate("identity.verification_session.verified", { session: person.id });
const known = await stripe.identity.verificationSessions.retrieve(person.id);

console.log(
  JSON.stringify({
    taxed: [bought.amount_total, bought.total_details.amount_tax, bought.automatic_tax.status],
    waited: debit.next_action.type,
    verified: verified.status,
    transfer: [transfer.type, transfer.ending_balance],
    identity: known.status,
  }),
);
