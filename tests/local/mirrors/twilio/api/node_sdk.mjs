// A walk through the official Node SDK, unmodified, set up by the lines that the session gives.
// Prints what it got as one JSON document.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const { env } = process;
const require = createRequire(`${env.NODE_SDKS}/`);
const twilio = require("twilio");
const lines = env.SETUP.replace(/^import .*$/m, "");
const client = new Function("twilio", `${lines}\nreturn client;`)(twilio);

const told = [];
let reply = "";
let twiml = [];
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (part) => (body += part));
  request.on("end", () => {
    const params = Object.fromEntries(new URLSearchParams(body));
    const signature = request.headers["x-twilio-signature"];
    const is = (form) => twilio.validateRequest(env.TWILIO_AUTH_TOKEN, signature, url, form);
    told.push({ valid: is(params) && !is({ ...params, To: "x" }), ...params });
    const asked = params.CallStatus === "in-progress" ? twiml.shift() : "";
    const answer = params.Body ? reply : asked;
    response.writeHead(200, { "content-type": "text/xml" }).end(answer ?? "");
  });
});

// The smallest WebSocket server: what comes is short and masked, what goes out is short.
const heard = [];
const KEY = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
server.on("upgrade", (request, socket) => {
  const key = createHash("sha1").update(request.headers["sec-websocket-key"] + KEY);
  const signature = request.headers["x-twilio-signature"];
  heard.push(twilio.validateRequest(env.TWILIO_AUTH_TOKEN, signature, wire, {}));
  const head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade";
  socket.write(`${head}\r\nSec-WebSocket-Accept: ${key.digest("base64")}\r\n\r\n`);
  const say = (message) => {
    const text = Buffer.from(JSON.stringify(message));
    socket.write(Buffer.concat([Buffer.from([0x81, text.length]), text]));
  };
  let rest = Buffer.alloc(0);
  socket.on("error", () => {});
  socket.on("data", (part) => {
    rest = Buffer.concat([rest, part]);
    while (rest.length > 6) {
      const long = (rest[1] & 127) === 126;
      const size = long ? rest.readUInt16BE(2) : rest[1] & 127;
      const start = long ? 8 : 6;
      if (rest.length < start + size) return;
      const mask = rest.subarray(start - 4, start);
      const text = rest.subarray(start, start + size).map((byte, at) => byte ^ mask[at % 4]);
      const isText = (rest[0] & 15) === 1;
      rest = rest.subarray(start + size);
      if (!isText) return socket.end();
      const message = JSON.parse(Buffer.from(text).toString());
      heard.push(message.type);
      if (message.type === "prompt") say({ type: "text", token: message.voicePrompt, last: true });
    }
  });
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const url = `http://127.0.0.1:${server.address().port}/hook`;
const wire = url.replace("http", "ws");

async function mirra(address, body) {
  const headers = { authorization: `Bearer ${env.MIRRA_TOKEN}`, "content-type": "application/json" };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
}
const pass = (advance) =>
  mirra(`${env.MIRRA_URL}/v1/sessions/${env.MIRRA_SESSION}/clock`, { advance });
const simulate = (event, given) =>
  mirra(`${env.TWILIO_API_URL}/_mirra/simulate`, { event, ...given });
const refused = async (promise) => {
  try {
    await promise;
    return null;
  } catch (error) {
    return { status: error.status, code: error.code, message: error.message };
  }
};

const got = {};
const [offer] = await client.availablePhoneNumbers("US").local.list({ limit: 1 });
const number = await client.incomingPhoneNumbers.create({
  phoneNumber: offer.phoneNumber,
  smsUrl: url,
});
got.account = (await client.api.v2010.account.fetch()).status;
got.lookup = (await client.lookups.v2.phoneNumbers("4159929960").fetch()).phoneNumber;

const customer = "+15555550123";
const order = {
  from: number.phoneNumber,
  to: customer,
  body: "Your order is on its way.",
  statusCallback: url,
  mediaUrl: ["https://example.com/a.png", "https://example.com/b.png"],
};
const sent = await client.messages.create(order);
got.queued = sent.status;
await pass("1 minute");
const fetched = await client.messages(sent.sid).fetch();
got.delivered = [fetched.status, fetched.numMedia, fetched.dateSent instanceof Date];
got.media = (await client.messages(sent.sid).media.list()).length;

const answer = new twilio.twiml.MessagingResponse();
answer.message("It comes on Friday.");
reply = answer.toString();
await simulate("message.received", { from: customer, to: number.phoneNumber, body: "Where is it?" });
await pass("1 minute");
reply = "";
got.replied = (await client.messages.list({ limit: 1 }))[0].body;
await simulate("message.received", { from: customer, to: number.phoneNumber, body: "STOP" });
await pass("1 minute");
got.stopped = await refused(client.messages.create(order));

const service = await client.messaging.v1.services.create({ friendlyName: "Shop" });
await client.messaging.v1.services(service.sid).phoneNumbers.create({ phoneNumberSid: number.sid });
const later = await client.messages.create({
  messagingServiceSid: service.sid,
  to: "+14155550124",
  body: "Hello",
  scheduleType: "fixed",
  sendAt: new Date(Date.parse(env.NOON) + 3600_000),
});
got.scheduled = later.status;
got.canceled = (await client.messages(later.sid).update({ status: "canceled" })).status;

const verify = client.verify.v2.services;
const own = verify((await verify.create({ friendlyName: "Acme" })).sid);
const verification = await own.verifications.create({ to: customer, channel: "sms" });
got.pending = verification.status;
got.wrong = (await own.verificationChecks.create({ to: customer, code: "000000" })).status;
await simulate("verify.approved", { to: customer });
got.gone = await refused(own.verifications(verification.sid).fetch());

const chats = client.conversations.v1.conversations;
const chat = chats((await chats.create({ uniqueName: "order-7" })).sid);
await chat.participants.create({
  "messagingBinding.address": "+14155550125",
  "messagingBinding.proxyAddress": number.phoneNumber,
});
await chat.messages.create({ author: "agent", body: "How can I help?" });
await simulate("message.received", { from: "+14155550125", to: number.phoneNumber, body: "Hi" });
got.chat = (await chat.messages.list()).map((each) => [each.index, each.author, each.body]);
const [text] = await client.messages.list({ to: "+14155550125" });
got.texted = text.body;

const texts = [...told];
const menu = new twilio.twiml.VoiceResponse();
menu.gather({ numDigits: 1, action: "/hook" }).say("Press 1");
const meeting = new twilio.twiml.VoiceResponse();
meeting.dial().conference("Case 7");
twiml = [menu.toString(), meeting.toString()];
const line = { from: number.phoneNumber, to: "+14155550126", url, statusCallback: url };
await simulate("line.answers", { phoneNumber: line.to, script: [{ digits: "1" }] });
const call = await client.calls.create(line);
await pass("10 seconds");
const [room] = await client.conferences.list({ friendlyName: "Case 7" });
const people = client.conferences(room.sid).participants;
await people.create({ from: line.from, to: "+14155550127", label: "guest" });
await pass("10 seconds");
await client.conferences(room.sid).participants("guest").update({ muted: true });
got.room = (await people.list()).map((each) => [each.label, each.muted, each.status]).sort();
await client.calls(call.sid).update({ status: "completed" });
await pass("1 second");
const calls = told.splice(0).filter((each) => each.CallSid);
const agent = new twilio.twiml.VoiceResponse();
agent.connect().conversationRelay({ url: wire, welcomeGreeting: "Hello" });
await simulate("line.answers", { phoneNumber: line.to, script: [{ speech: "Echo" }] });
const talk = await client.calls.create({ ...line, url: undefined, twiml: agent.toString() });
await pass("20 seconds");
await client.calls(talk.sid).update({ status: "completed" });
await pass("1 second");
got.heard = heard;
got.called = calls.map((each) => [each.valid, each.CallStatus, each.Digits ?? null]);

got.pages = [];
await client.messages.each({ pageSize: 1, limit: 3, callback: (each) => got.pages.push(each.sid) });
got.told = texts.map((each) => [each.valid, each.MessageStatus ?? each.Body]);
server.close();
console.log(JSON.stringify(got));
