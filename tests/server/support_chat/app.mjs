// The same support desk on Express and twilio-node. Prints its address when it listens.
import { createRequire } from "node:module";

const { env } = process;
const twilio = createRequire(`${env.NODE_SDKS}/`)("twilio");
const express = createRequire(`${env.NODE_SDKS}/express/`)("express");
const CARD = /\b(?:\d[ -]?){13,16}\b/g;

class Mirror extends twilio.RequestClient {
  request(opts) {
    const [host, ...path] = opts.uri.split("/").slice(2);
    const headers = { ...opts.headers, "X-Mirra-Host": host };
    return super.request({ ...opts, headers, uri: `${env.TWILIO_API_URL}/${path.join("/")}` });
  }
}
const client = twilio(env.TWILIO_ACCOUNT_SID, env.TWILIO_AUTH_TOKEN, { httpClient: new Mirror() });

const app = express();
app.use(express.urlencoded({ extended: false }));
app.use(twilio.webhook(env.TWILIO_AUTH_TOKEN, { protocol: "http" }));
app.post("/before", (request, response) => {
  const body = request.body.Body ?? "";
  response.json({ body: env.REDACTS === "no" ? body : body.replace(CARD, "[redacted]") });
});
app.post("/after", async (request, response) => {
  const { EventType, Source, ConversationSid } = request.body;
  if (EventType === "onMessageAdded" && Source === "SMS") {
    const thread = client.conversations.v1.conversations(ConversationSid);
    await thread.messages.create({ author: "agent", body: "Thanks, we are looking into it." });
  }
  response.status(204).end();
});
const server = app.listen(0, "127.0.0.1", async () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  await client.conversations.v1.configuration.webhooks().update({
    method: "POST",
    preWebhookUrl: `${url}/before`,
    postWebhookUrl: `${url}/after`,
    filters: ["onMessageAdd", "onMessageAdded"],
  });
  console.log(url);
});
