// Makes calls of the official Node SDK as they are asked for, a line of JSON each.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { env } = process;
const Stripe = createRequire(`${env.SDK}/`)("stripe");
const stripe = new Stripe(env.STRIPE_SECRET_KEY, {
  host: env.STRIPE_HOST,
  port: Number(env.STRIPE_PORT),
  protocol: "http",
  maxNetworkRetries: 0,
});

for await (const line of createInterface({ input: process.stdin })) {
  const { path, args } = JSON.parse(line);
  const verb = path.pop();
  const owner = path.reduce((each, name) => each[name], stripe);
  try {
    console.log(JSON.stringify({ result: await owner[verb](...args) }));
  } catch (error) {
    console.log(JSON.stringify({ error: error.type, message: error.message }));
  }
}
