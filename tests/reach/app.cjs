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
