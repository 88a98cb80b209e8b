// A billing integration as an application writes it, on whichever official Node SDK it is given.
import { createServer } from "node:http";
import { createRequire } from "node:module";

const { env } = process;
const require = createRequire(`${env.SDK}/`);
const Stripe = require("stripe");
const stripe = new Stripe(env.STRIPE_SECRET_KEY, {
  host: env.STRIPE_HOST,
  port: Number(env.STRIPE_PORT),
  protocol: "http",
  maxNetworkRetries: 0,
});
const told = [];
let secret;
const server = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    const signature = request.headers["stripe-signature"];
    const event = stripe.webhooks.constructEvent(Buffer.concat(parts), signature, secret);
    told.push({ type: event.type, version: event.api_version });
    response.writeHead(200).end();
  });
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));

async function pass(advance) {
  const answer = await fetch(`${env.MIRRA_URL}/v1/sessions/${env.MIRRA_SESSION}/clock`, {
    method: "POST",
    headers: { authorization: `Bearer ${env.MIRRA_TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ advance }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

const got = {};
const endpoint = await stripe.webhookEndpoints.create({
  url: `http://127.0.0.1:${server.address().port}/hook`,
  enabled_events: ["*"],
  api_version: env.STRIPE_VERSION,
});
secret = endpoint.secret;

const customer = await stripe.customers.create(
  { name: "Ada", email: "ada@example.com", metadata: { order: "1" } },
  { idempotencyKey: "customer-1" },
);
const again = await stripe.customers.create(
  { name: "Ada", email: "ada@example.com", metadata: { order: "1" } },
  { idempotencyKey: "customer-1" },
);
got.replayed = again.id === customer.id;
const card = await stripe.paymentMethods.attach("pm_card_visa", { customer: customer.id });
await stripe.customers.update(customer.id, {
  invoice_settings: { default_payment_method: card.id },
});
const product = await stripe.products.create({ name: "Pen" });
const price = (amount) =>
  stripe.prices.create({
    product: product.id,
    currency: "usd",
    unit_amount: amount,
    recurring: { interval: "month" },
  });
const [basic, pro] = [await price(1000), await price(3000)];

let subscription = await stripe.subscriptions.create({
  customer: customer.id,
  items: [{ price: basic.id }],
  trial_period_days: 14,
});
got.statuses = [subscription.status];
await pass("15 days");
subscription = await stripe.subscriptions.retrieve(subscription.id);
got.statuses.push(subscription.status);
got.hasPeriodAtTop = "current_period_end" in subscription;
got.hasPeriodOnItem = "current_period_end" in subscription.items.data[0];

subscription = await stripe.subscriptions.update(subscription.id, {
  items: [{ id: subscription.items.data[0].id, price: pro.id }],
  proration_behavior: "always_invoice",
  expand: ["latest_invoice"],
});
got.upgrade = [subscription.latest_invoice.status, subscription.latest_invoice.total];

const broken = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", {
  customer: customer.id,
});
await stripe.customers.update(customer.id, {
  invoice_settings: { default_payment_method: broken.id },
});
await pass("31 days");
got.statuses.push((await stripe.subscriptions.retrieve(subscription.id)).status);
await pass("15 days");
got.statuses.push((await stripe.subscriptions.retrieve(subscription.id)).status);

const charges = await stripe.charges.list({ customer: customer.id, limit: 100 });
const paid = charges.data.find((each) => each.paid);
got.refund = (await stripe.refunds.create({ charge: paid.id, amount: 500 })).status;
const intent = await stripe.paymentIntents.create({
  amount: 4200,
  currency: "usd",
  confirm: true,
  payment_method: "pm_card_createDispute",
  automatic_payment_methods: { enabled: true, allow_redirects: "never" },
});
const [dispute] = (await stripe.disputes.list({ payment_intent: intent.id })).data;
await stripe.disputes.update(dispute.id, {
  evidence: { uncategorized_text: "winning_evidence" },
  submit: true,
});
await pass("1 day");
got.dispute = (await stripe.disputes.retrieve(dispute.id)).status;

try {
  await stripe.paymentIntents.create({
    amount: 100,
    currency: "usd",
    confirm: true,
    payment_method: "pm_card_chargeDeclinedInsufficientFunds",
    automatic_payment_methods: { enabled: true, allow_redirects: "never" },
  });
} catch (error) {
  got.declined = [error.type, error.code, error.decline_code, error.statusCode];
  got.hasRequestId = error.requestId.startsWith("req_");
}
got.found = (await stripe.customers.search({ query: "email:'ada@example.com'" })).data.length;
got.walked = 0;
for await (const _ of stripe.events.list({ limit: 20 })) got.walked += 1;

got.lists = {};
for (const name of env.LISTS.split(",")) {
  const resource = name.split(".").reduce((found, part) => found[part], stripe);
  const params = name === "paymentMethods" ? { customer: customer.id } : {};
  got.lists[name] = (await resource.list({ limit: 3, ...params })).object;
}
got.told = told;
got.version = stripe.getApiField?.("version") ?? null;
server.close();
server.closeAllConnections?.();
console.log(JSON.stringify(got));
