// Each official Node SDK, with each of its HTTP clients, in code that knows of no mirror.
"use strict";
const { createRequire } = require("node:module");
const https = require("node:https");

const { env } = process;
for (const name of ["RESEND_BASE_URL", "STRIPE_API_BASE", "TWILIO_API_URL"]) delete env[name];
const from = (folder, name) => createRequire(`${env.NODE_SDKS}/${folder}/`)(name);

async function main() {
  const done = {};
  for (const version of ["stripe-16.12.0", "stripe-23.1.0"]) {
    const found = from(version, "stripe");
    const Stripe = found.default ?? found;
    const clients = { http: undefined, fetch: Stripe.createFetchHttpClient() };
    for (const [name, httpClient] of Object.entries(clients)) {
      const stripe = new Stripe(env.STRIPE_SECRET_KEY, httpClient ? { httpClient } : {});
      const { id } = await stripe.customers.create({ email: "ann@example.com" });
      done[`${version} ${name}`] = (await stripe.customers.retrieve(id)).email === "ann@example.com";
    }
  }
  const { default: Newest = from("stripe-23.1.0", "stripe") } = from("stripe-23.1.0", "stripe");
  done["stripe OAuth"] = await connected(new Newest(env.STRIPE_SECRET_KEY));
  const { Resend } = from(".", "resend");
  const mail = { from: "a@resend.dev", to: "delivered@resend.dev", subject: "Hi", text: "Hello" };
  done.resend = Boolean((await new Resend(env.RESEND_API_KEY).emails.send(mail)).data?.id);
  const client = from(".", "twilio")(env.TWILIO_ACCOUNT_SID, env.TWILIO_AUTH_TOKEN);
  const [number] = await client.incomingPhoneNumbers.list();
  done.twilio = number.phoneNumber === env.TWILIO_PHONE_NUMBER;
  env.HTTP_PROXY = env.HTTPS_PROXY = "http://127.0.0.1:9"; // nobody: whoever asks it fails
  const behind = from(".", "twilio")(env.TWILIO_ACCOUNT_SID, env.TWILIO_AUTH_TOKEN);
  done["twilio behind a proxy"] = (await behind.incomingPhoneNumbers.list()).length === 1;
  done.refused = await refused();
  console.log(JSON.stringify(done));
}

// An owner lets the platform in on Stripe's page; the platform acts for the account, and lets it go.
async function connected(stripe) {
  const client = { client_id: env.STRIPE_CLIENT_ID };
  const asked = { ...client, response_type: "code", scope: "read_write", state: "s1" };
  const url = stripe.oauth.authorizeUrl({ ...asked, redirect_uri: "https://acme.com/connected" });
  const page = await (await fetch(url)).text();
  const inputs = page.matchAll(/<input[^>]*name="([^"]+)"[^>]*?value="([^"]*)"/g);
  const body = new URLSearchParams([...inputs].map(([, name, value]) => [name, value]));
  body.set("do", "approve");
  const answer = await fetch(url, { method: "POST", body, redirect: "manual" });
  const told = new URL(answer.headers.get("location")).searchParams;
  const grant = { grant_type: "authorization_code", code: told.get("code") };
  const { stripe_user_id, token_type } = await stripe.oauth.token(grant);
  const acting = { stripeAccount: stripe_user_id };
  const { id } = await stripe.customers.create({ name: "Bo" }, acting);
  const again = await stripe.oauth.token(grant).catch((error) => error.type);
  const gone = await stripe.oauth.deauthorize({ ...client, stripe_user_id });
  const late = await stripe.customers.retrieve(id, {}, acting).catch((error) => error.statusCode);
  const facts = [told.get("state"), token_type, again, gone.stripe_user_id === stripe_user_id, late];
  return facts.join() === "s1,bearer,StripeInvalidGrantError,true,403" || facts.join();
}

async function refused() {
  const url = "https://console.twilio.com/us1";
  const tries = [
    fetch(url).catch((error) => error.cause),
    new Promise((resolve) => https.get(url, resolve).on("error", resolve)),
    require("node:dns/promises").lookup("console.twilio.com").catch((error) => error),
  ];
  const problems = await Promise.all(tries);
  return problems.every((each) => String(each.message).includes("was not called"));
}

main();
