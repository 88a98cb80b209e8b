// A page with Clerk's own clerk-js in Chromium, set up by Clerk's own @clerk/testing: both call the
// Frontend API by its name, and are led to the mirror. Behind it an Express app with Clerk's
// middleware. Reads commands from standard input, one a line, and prints one JSON document for each.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const sdks = process.env.NODE_SDKS;
const require = createRequire(`${sdks}/clerk/`);
const express = require("express");
const { clerkMiddleware, getAuth } = require("@clerk/express");
const { clerk, clerkSetup, setupClerkTestingToken } = require("@clerk/testing/playwright");
const { chromium } = require(process.env.PLAYWRIGHT);

const publishableKey = process.env.CLERK_PUBLISHABLE_KEY;
const scripts = `${sdks}/clerk-js/node_modules/@clerk/clerk-js/dist`;
const page = (body) => `<!doctype html><title>An app</title><link rel="icon" href="data:,">${body}`;

const app = express();
app.use("/clerk-js", express.static(scripts));
app.get("/", (req, res) => {
  const key = `data-clerk-publishable-key="${publishableKey}"`;
  const load = `<script>addEventListener("load", () => Clerk.load())</script>`;
  res.send(page(`<script src="/clerk-js/clerk.browser.js" ${key}></script>${load}`));
});
app.use(clerkMiddleware());
app.get("/me", (req, res) => {
  const { isAuthenticated, userId, orgId, orgRole } = getAuth(req);
  res.status(isAuthenticated ? 200 : 401).json({ userId, orgId, orgRole });
});
app.get("/page", (req, res) => res.send(page(`<p id="user">${getAuth(req).userId}</p>`)));

// The same for a browser by itself: the page and the middleware find the mirror by its address.
const proxyUrl = process.env.CLERK_API_URL;
const direct = express();
direct.use("/clerk-js", express.static(scripts));
direct.use(clerkMiddleware({ proxyUrl }));
direct.get("/", (req, res) => {
  const about = `data-clerk-publishable-key="${publishableKey}" data-clerk-proxy-url="${proxyUrl}"`;
  const load = `<script>addEventListener("load", () => Clerk.load())</script>`;
  const user = `<p id="user">${getAuth(req).userId}</p>`;
  res.send(page(`<script src="/clerk-js/clerk.browser.js" ${about}></script>${user}${load}`));
});
const other = direct.listen(0, "127.0.0.1");
await new Promise((resolve) => other.once("listening", resolve));

const server = app.listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const origin = `http://localhost:${server.address().port}`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
await clerkSetup({ dotenv: false });
let context, tab;

async function opened() {
  await context?.close();
  context = await browser.newContext();
  tab = await context.newPage();
  tab.setDefaultTimeout(20000);
  await setupClerkTestingToken({ page: tab });
  await tab.goto(origin);
  await clerk.loaded({ page: tab });
}

// What pages of the app do: a function's body, run in the page with `Clerk` and what is given.
const run = ({ code, given }) =>
  tab.evaluate(
    async ([code, given]) => {
      const body = new Function("Clerk", "given", `return (async () => { ${code} })()`);
      try {
        return (await body(window.Clerk, given)) ?? null;
      } catch (error) {
        return { errors: error.errors?.map((each) => each.code), message: error.message };
      }
    },
    [code, given ?? {}],
  );

const commands = {
  fapi: async () => ({ host: process.env.CLERK_FAPI, token: Boolean(process.env.CLERK_TESTING_TOKEN) }),
  open: async () => (await opened(), null),
  run,
  signIn: async ({ params }) => (await clerk.signIn({ page: tab, ...params }), null),
  signOut: async () => {
    const reloaded = tab.waitForEvent("load");
    await clerk.signOut({ page: tab });
    await reloaded;
    await clerk.loaded({ page: tab });
    return null;
  },
  me: () => tab.evaluate(async () => {
    const answer = await fetch("/me");
    return { status: answer.status, body: await answer.json() };
  }),
};

commands.directly = async ({ identifier, password }) => {
  await context?.close();
  context = await browser.newContext();
  const mine = await context.newPage();
  const said = async () => {
    await mine.waitForFunction(() => window.Clerk?.loaded);
    return mine.textContent("#user");
  };
  await mine.goto(`http://localhost:${other.address().port}`);
  const before = await said();
  await mine.evaluate(async (given) => {
    const { createdSessionId } = await window.Clerk.client.signIn.create(given);
    await window.Clerk.setActive({ session: createdSessionId });
  }, { identifier, password });
  await mine.reload();
  const after = await said();
  await context.clearCookies({ name: /__session/ });
  await mine.reload();
  return [before, after, await said(), new URL(mine.url()).search];
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...given } = JSON.parse(line);
  let told;
  try {
    told = await commands[command](given);
  } catch (error) {
    told = { failed: String(error.stack) };
  }
  console.log(JSON.stringify(told ?? null));
}
await browser.close();
other.close();
server.close();
process.exit(0);
