// A flexible subscription from its quote to credits that run out, on the official Node SDK.
import { createRequire } from "node:module";

const { env } = process;
const Stripe = createRequire(`${env.SDK}/`)("stripe");
const on = (key) =>
  new Stripe(key, {
    host: env.STRIPE_HOST,
    port: Number(env.STRIPE_PORT),
    protocol: "http",
    maxNetworkRetries: 0,
  });
const stripe = on(env.STRIPE_SECRET_KEY);

async function pass(advance) {
  const answer = await fetch(`${env.MIRRA_URL}/v1/sessions/${env.MIRRA_SESSION}/clock`, {
    method: "POST",
    headers: { authorization: `Bearer ${env.MIRRA_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ advance }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

const amounts = (invoice) => invoice.lines.data.map((line) => line.amount);
const product = (await stripe.products.create({ name: "Gold" })).id;
const meter = await stripe.billing.meters.create({
  display_name: "Calls",
  event_name: "calls",
  default_aggregation: { formula: "sum" },
});
const price = async (unit_amount, interval, more = {}) =>
  (
    await stripe.prices.create({
      currency: "usd",
      product,
      unit_amount,
      recurring: { interval, ...more },
    })
  ).id;
const [cheap, dear, yearly, calls] = [
  await price(3100, "month"),
  await price(6200, "month"),
  await price(36500, "year"),
  await price(10, "month", { usage_type: "metered", meter: meter.id }),
];
const customer = (
  await stripe.customers.create({
    payment_method: "pm_card_visa",
    invoice_settings: { default_payment_method: "pm_card_visa" },
  })
).id;
const quote = await stripe.quotes.create({
  customer,
  line_items: [{ price: cheap }, { price: yearly }, { price: calls }],
});
await stripe.quotes.finalizeQuote(quote.id);
const accepted = await stripe.quotes.accept(quote.id);
const sub = await stripe.subscriptions.retrieve(accepted.subscription, {
  expand: ["latest_invoice"],
});
await stripe.billing.creditGrants.create({
  customer,
  amount: { type: "monetary", monetary: { currency: "usd", value: 500 } },
  applicability_config: { scope: { price_type: "metered" } },
});
const { authentication_token } = await stripe.v2.billing.meterEventSession.create();
await on(authentication_token).v2.billing.meterEventStream.create({
  events: ["30", "50"].map((value) => ({
    event_name: "calls",
    payload: { stripe_customer_id: customer, value },
  })),
});
await pass("10d");
const change = {
  items: [{ id: sub.items.data[0].id, price: dear }],
  proration_behavior: "always_invoice",
};
const preview = await stripe.invoices.createPreview({
  subscription: sub.id,
  subscription_details: change,
});
const upgraded = await stripe.subscriptions.update(sub.id, {
  ...change,
  expand: ["latest_invoice"],
});
await pass("21d 1h");
const [renewal] = (await stripe.invoices.list({ subscription: sub.id })).data;
const summary = await stripe.billing.creditBalanceSummaries.retrieve({
  customer,
  filter: { type: "applicability_scope", applicability_scope: { price_type: "metered" } },
});
console.log(
  JSON.stringify({
    mode: sub.billing_mode.type,
    first: amounts(sub.latest_invoice),
    previewed: amounts(preview),
    billed: amounts(upgraded.latest_invoice),
    renewed: amounts(renewal).sort((a, b) => a - b),
    paid: renewal.amount_paid,
    left: summary.balances[0].available_balance.monetary.value,
  }),
);
