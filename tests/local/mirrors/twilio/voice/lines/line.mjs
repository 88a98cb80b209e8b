// The same support line on Express and twilio-node. Prints its address when it listens.
import { createRequire } from "node:module";

const { env } = process;
const twilio = createRequire(`${env.NODE_SDKS}/`)("twilio");
const express = createRequire(`${env.NODE_SDKS}/express/`)("express");
const { VoiceResponse } = twilio.twiml;
let client, token, api, told;

class Mirror extends twilio.RequestClient {
  request(opts) {
    const [host, ...path] = opts.uri.split("/").slice(2);
    const headers = { ...opts.headers, "X-Mirra-Host": host };
    return super.request({ ...opts, headers, uri: `${api}/${path.join("/")}` });
  }
}

const pages = {
  menu(answer) {
    const gather = answer.gather({ numDigits: 1, action: "/chosen", timeout: 5 });
    gather.say("Press 1 for orders, 2 for an agent, 3 to leave a message.");
    answer.redirect("/menu");
  },
  chosen(answer, form) {
    if (form.Digits === "1") {
      const gather = answer.gather({ input: "speech dtmf", action: "/order", timeout: 5 });
      gather.say("Say or key in your order number.");
      answer.say("We heard nothing. Goodbye.");
    } else if (form.Digits === "2") {
      answer.enqueue({ action: "/left", waitUrl: "/wait" }, "support");
    } else if (form.Digits === "3") {
      answer.say("Please leave a message.");
      answer.record({ action: "/thanks", transcribe: true, transcribeCallback: "/transcribed" });
    } else {
      answer.say("That is none of the choices.");
      answer.redirect("/menu");
    }
  },
  order(answer, form) {
    answer.say(`Order ${form.SpeechResult || form.Digits} is on its way.`);
  },
  wait(answer, form) {
    answer.say(`You are number ${form.QueuePosition}.`);
    answer.pause({ length: 10 });
  },
  left: (answer) => answer.say("Thank you for calling."),
  thanks: (answer) => answer.say("We will call you back."),
  agent: (answer) => answer.dial().queue("support"),
  campaign(answer, form) {
    if (form.AnsweredBy.startsWith("machine_end")) {
      answer.say("Please call us back about your appointment.");
    } else if (form.AnsweredBy === "human") {
      const gather = answer.gather({ numDigits: 1, action: "/confirmed" });
      gather.say("Press 1 to confirm your appointment.");
    }
  },
  confirmed: (answer) => answer.say("See you tomorrow."),
  room(answer) {
    const told = { statusCallback: "/conference", statusCallbackEvent: "start end join leave" };
    answer.dial().conference(told, "Case 7");
  },
};

const acts = {
  begin(given) {
    ({ token, api } = given);
    told = [];
    client = twilio(given.account, token, { httpClient: new Mirror() });
  },
  told: () => told,
  async answer({ url }) {
    const [number] = await client.incomingPhoneNumbers.list();
    await client.incomingPhoneNumbers(number.sid).update({ voiceUrl: url });
  },
  call: async ({ from_, ...given }) => (await client.calls.create({ from: from_, ...given })).sid,
  async join({ from_, ...given }) {
    const [room] = await client.conferences.list({ limit: 1 });
    const { participants } = client.conferences(room.sid);
    return (await participants.create({ from: from_, ...given })).callSid;
  },
  answeredBy: async ({ sid }) => (await client.calls(sid).fetch()).answeredBy,
};

const app = express();
app.use("/_act", express.json(), async (request, response) => {
  const { act, ...given } = request.body;
  response.json((await acts[act](given)) ?? null);
});
app.use(express.urlencoded({ extended: false }));
app.use((request, response, next) => twilio.webhook(token, { protocol: "http" })(request, response, next));
app.post("/:page", (request, response) => {
  told.push([request.path, { ...request.body }]);
  const answer = new VoiceResponse();
  pages[request.params.page]?.(answer, request.body);
  response.type("text/xml").send(answer.toString());
});
const server = app.listen(0, "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}`);
});
