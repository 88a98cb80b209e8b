// A walk through the official Node SDK, unmodified. Prints what it got as one JSON document.
import { createRequire } from "node:module";

const require = createRequire(`${process.env.NODE_SDKS}/`);
const { Resend } = require("resend");
const resend = new Resend(process.env.RESEND_API_KEY);
const got = {};

const letter = {
  from: "Acme <onboarding@resend.dev>",
  to: ["delivered@resend.dev"],
  subject: "Hello from Node",
  html: "<p>Hello!</p>",
  replyTo: "help@acme.com",
  attachments: [{ filename: "a.txt", content: Buffer.from("Hello") }],
};
const once = { idempotencyKey: "node/1" };
got.sent = await resend.emails.send(letter, once);
got.again = await resend.emails.send(letter, once);
got.conflict = await resend.emails.send({ ...letter, subject: "Other" }, once);
got.email = await resend.emails.get(got.sent.data.id);
got.refused = await resend.emails.send({ ...letter, to: "nobody" });
const pair = [{ ...letter, attachments: undefined }, { ...letter, to: "nobody", attachments: undefined }];
got.batch = await resend.batch.send(pair, { batchValidation: "permissive" });
got.listed = await resend.emails.list({ limit: 1 });
got.domain = await resend.domains.create({ name: "acme.com" });
got.verified = await resend.domains.verify(got.domain.data.id);
got.contact = await resend.contacts.create({ email: "alice@example.com", firstName: "Alice" });
got.person = await resend.contacts.get({ email: "alice@example.com" });
got.hook = await resend.webhooks.create({ endpoint: "http://127.0.0.1:9/", events: ["email.sent"] });
got.missing = await resend.domains.get("00000000-0000-4000-8000-000000000000");

console.log(JSON.stringify(got));
