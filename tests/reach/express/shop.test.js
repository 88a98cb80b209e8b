// The same suite runs under Vitest (with --globals) and under Jest.
import { app } from "./shop.js";
import { waitForWebhook } from "./webhooks.js";

const { PORT } = process.env;
const base = `http://127.0.0.1:${PORT}`;
let server;

beforeAll(() => new Promise((ready) => { server = app.listen(Number(PORT), "127.0.0.1", ready); }));
afterAll(() => new Promise((closed) => {
  server.closeAllConnections();
  server.close(closed);
}));

async function order(body) {
  const headers = { "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body) };
  const answer = await fetch(`${base}/orders`, init);
  return [answer.status, await answer.json()];
}

const statusOf = async (id) => (await (await fetch(`${base}/orders/${id}`)).json()).status;

test("an order is paid once Stripe says so", async () => {
  const [status, { id }] = await order({ amount: 500, card: "pm_card_visa" });
  expect(status).toBe(201);
  const webhook = await waitForWebhook("payment_intent.succeeded");
  expect(webhook.payload.data.object.amount).toBe(500);
  expect(await statusOf(id)).toBe("paid");
});

test("a declined card is told to the customer, and to the order", async () => {
  const [status, { id, error }] = await order({ amount: 700, card: "pm_card_chargeDeclined" });
  expect([status, error]).toEqual([402, "Your card was declined."]);
  await waitForWebhook("payment_intent.payment_failed");
  expect(await statusOf(id)).toBe("declined");
});

test("too small an amount never reaches Stripe", async () => {
  expect((await order({ amount: 1, card: "pm_card_visa" }))[0]).toBe(422);
});

test("a webhook that Stripe didn't sign is refused", async () => {
  const headers = { "content-type": "application/json", "stripe-signature": "t=1,v1=0" };
  const answer = await fetch(`${base}/webhook`, { method: "POST", headers, body: "{}" });
  expect(answer.status).toBe(400);
});
