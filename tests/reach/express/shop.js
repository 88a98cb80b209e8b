// A shop as the guides of Express and Stripe have it: no word of a mirror.
import express from "express";
import Stripe from "stripe";

const stripe = new Stripe(process.env.STRIPE_SECRET_KEY);
const orders = new Map();

export const app = express();

app.post("/webhook", express.raw({ type: "application/json" }), (request, response) => {
  let event;
  try {
    const signature = request.headers["stripe-signature"];
    event = stripe.webhooks.constructEvent(
      request.body, signature, process.env.STRIPE_WEBHOOK_SECRET);
  } catch (error) {
    return response.status(400).send(`Webhook Error: ${error.message}`);
  }
  const order = orders.get(event.data.object.metadata?.order);
  if (order && event.type === "payment_intent.succeeded") order.status = "paid";
  if (order && event.type === "payment_intent.payment_failed") order.status = "declined";
  response.json({ received: true });
});

app.use(express.json());

app.post("/orders", async (request, response) => {
  const { amount, card } = request.body;
  if (!Number.isInteger(amount) || amount < 50) {
    return response.status(422).json({ error: "amount must be at least 50 cents" });
  }
  const id = String(orders.size + 1);
  orders.set(id, { id, amount, status: "pending" });
  try {
    await stripe.paymentIntents.create({
      amount,
      currency: "usd",
      payment_method: card,
      confirm: true,
      metadata: { order: id },
      automatic_payment_methods: { enabled: true, allow_redirects: "never" },
    });
  } catch (error) {
    if (error.type !== "StripeCardError") throw error;
    return response.status(402).json({ id, error: error.message });
  }
  response.status(201).json(orders.get(id));
});

app.get("/orders/:id", (request, response) => {
  const order = orders.get(request.params.id);
  if (!order) return response.status(404).json({ error: "no such order" });
  response.json(order);
});
