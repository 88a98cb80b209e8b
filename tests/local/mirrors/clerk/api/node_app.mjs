// An Express app that Clerk's own middleware protects, and a walk through the official Node SDK.
// Reads commands from standard input, one a line, and prints one JSON document for each.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(`${process.env.NODE_SDKS}/clerk/`);
const express = require("express");
const { clerkMiddleware, getAuth, requireAuth } = require("@clerk/express");
const { createClerkClient, verifyToken } = require("@clerk/backend");
const { verifyWebhook } = require("@clerk/backend/webhooks");

const apiUrl = process.env.CLERK_API_URL;
const secretKey = process.env.CLERK_SECRET_KEY;
const publishableKey = process.env.CLERK_PUBLISHABLE_KEY;
const clerk = createClerkClient({ apiUrl, secretKey, publishableKey });
const heard = [];

const app = express();
app.post("/hook", express.raw({ type: "application/json" }), async (req, res) => {
  const request = new Request(`http://127.0.0.1${req.url}`, {
    method: "POST",
    headers: req.headers,
    body: req.body,
  });
  try {
    heard.push((await verifyWebhook(request)).type);
    res.sendStatus(204);
  } catch {
    res.sendStatus(400);
  }
});
app.use(clerkMiddleware({ apiUrl, secretKey, publishableKey }));
app.get("/me", (req, res) => {
  const { isAuthenticated, userId, sessionId } = getAuth(req);
  res.status(isAuthenticated ? 200 : 401).json({ userId, sessionId });
});

async function fetched(path, token) {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  return { status: answer.status, body: await answer.json() };
}

async function tried(call) {
  try {
    return await call();
  } catch (error) {
    return { status: error.status, reason: error.reason, errors: error.errors };
  }
}

async function admitted(token, acceptsToken, options = {}) {
  const request = new Request("http://localhost/", { headers: { authorization: `Bearer ${token}` } });
  const state = await clerk.authenticateRequest(request, { acceptsToken, ...options });
  const { subject, scopes } = state.toAuth();
  return state.isAuthenticated ? { subject, scopes } : state.reason;
}

const commands = {
  port: async () => port,
  heard: async () => heard,
  me: ({ token }) => fetched("/me", token),
  verify: ({ token, ...options }) => tried(() => verifyToken(token, { apiUrl, secretKey, ...options })),
  oauth: async ({ token }) => admitted(token, "oauth_token"),
  plan: async ({ token, userId }) => {
    const request = new Request("http://localhost/", { headers: { authorization: `Bearer ${token}` } });
    const { has } = (await clerk.authenticateRequest(request)).toAuth();
    const { data } = await clerk.billing.getPlanList({ payerType: "user" });
    const [item] = (await clerk.billing.getUserBillingSubscription(userId)).subscriptionItems;
    const canceled = await clerk.billing.cancelSubscriptionItem(item.id);
    return {
      has: [has({ plan: "pro" }), has({ plan: "free_user" }), has({ feature: "exports" }), has({ feature: "sso" })],
      plans: data.map((each) => each.slug),
      canceled: canceled.status,
    };
  },
  keys: async () => {
    const user = await clerk.users.createUser({ emailAddress: ["key@example.com"], password: "correct horse battery" });
    const key = await clerk.apiKeys.create({ name: "Builds", subject: user.id, scopes: ["read"] });
    const let_in = await admitted(key.secret, "api_key");
    const other = await admitted(key.secret, "m2m_token");
    const listed = await clerk.apiKeys.list({ subject: user.id, includeInvalid: true });
    await clerk.apiKeys.revoke({ apiKeyId: key.id, revocationReason: "leaked" });
    return { user: user.id, let_in, other, total: listed.totalCount, revoked: await admitted(key.secret, "api_key") };
  },
  machines: async () => {
    const callee = await clerk.machines.create({ name: "Callee" });
    const caller = await clerk.machines.create({ name: "Caller", scopedMachines: [callee.id] });
    const mine = { machineSecretKey: caller.secretKey };
    const theirs = { machineSecretKey: callee.secretKey };
    const opaque = await clerk.m2m.createToken({ ...mine, claims: { job: "nightly" } });
    const jwt = await clerk.m2m.createToken({ ...mine, tokenFormat: "jwt", claims: { job: "nightly" } });
    const found = {
      caller: caller.id,
      callee: callee.id,
      let_in: await admitted(opaque.token, "m2m_token", theirs),
      not_meant: await admitted(opaque.token, "m2m_token", mine),
      networkless: await admitted(jwt.token, "m2m_token", { jwtKey: process.env.CLERK_JWT_KEY }),
      jwt: (await clerk.m2m.verify({ token: jwt.token })).claims,
      session: await admitted(jwt.token, "session_token"),
      total: (await clerk.m2m.list({ subject: caller.id, ...mine })).totalCount,
    };
    await clerk.m2m.revokeToken({ m2mTokenId: opaque.id, ...mine });
    return { ...found, revoked: await admitted(opaque.token, "m2m_token", theirs) };
  },
  walk: async () => {
    const user = await clerk.users.createUser({
      emailAddress: ["node@example.com"],
      password: "correct horse battery",
      publicMetadata: { plan: "pro" },
    });
    const listed = await clerk.users.getUserList({ emailAddress: ["node@example.com"] });
    const session = await clerk.sessions.createSession({ userId: user.id });
    const token = await clerk.sessions.getToken(session.id);
    const sessions = await clerk.sessions.getSessionList({ userId: user.id });
    const missing = await tried(() => clerk.users.getUser("user_none"));
    const right = await clerk.users.verifyPassword({ userId: user.id, password: "correct horse battery" });
    const banned = await clerk.users.banUser(user.id);
    return {
      id: user.id,
      metadata: user.publicMetadata,
      total: listed.totalCount,
      emails: listed.data.map((each) => each.primaryEmailAddress.emailAddress),
      jwt: token.jwt,
      sessions: sessions.data.map((each) => each.status),
      missing,
      right,
      banned: banned.banned,
      counted: await clerk.users.getCount(),
    };
  },
};

commands.admit = async () => {
  const invitation = await clerk.invitations.createInvitation({ emailAddress: "guest@example.com" });
  const twice = await tried(() => clerk.invitations.createInvitation({ emailAddress: "guest@example.com" }));
  const revoked = await clerk.invitations.revokeInvitation(invitation.id);
  const bulk = await clerk.invitations.createInvitationBulk([{ emailAddress: "b@example.com", notify: false }]);
  const deleted = await clerk.invitations.deleteInvitation(invitation.id);
  const left = await clerk.invitations.getInvitationList();
  const allowed = await clerk.allowlistIdentifiers.createAllowlistIdentifier({ identifier: "*@acme.com", notify: false });
  const blocked = await clerk.blocklistIdentifiers.createBlocklistIdentifier({ identifier: "eve@acme.com" });
  await clerk.allowlistIdentifiers.deleteAllowlistIdentifier(allowed.id);
  const entry = await clerk.waitlistEntries.create({ emailAddress: "late@example.com" });
  const invited = await clerk.waitlistEntries.invite(entry.id);
  const rejected = await clerk.waitlistEntries.reject(entry.id);
  return {
    twice: twice.errors[0].code,
    revoked: revoked.status,
    deleted: deleted.deleted,
    left: left.data.map((each) => each.emailAddress),
    bulk: bulk.map((each) => each.status),
    allowed: (await clerk.allowlistIdentifiers.getAllowlistIdentifierList()).totalCount,
    blocked: blocked.identifierType,
    waited: [entry.status, invited.status, rejected.status],
  };
};

commands.organizations = async () => {
  const { data } = await clerk.organizations.getOrganizationList({ orderBy: "+created_at", includeMembersCount: true });
  const [acme, globex] = data;
  const members = await clerk.organizations.getOrganizationMembershipList({ organizationId: acme.id });
  const invited = await clerk.organizations.getOrganizationInvitationList({ organizationId: acme.id });
  const made = await clerk.organizations.createOrganization({ name: "Initech", createdBy: members.data[0].publicUserData.userId });
  const renamed = await clerk.organizations.updateOrganization(made.id, { name: "Initrode" });
  const merged = await clerk.organizations.updateOrganizationMetadata(made.id, { publicMetadata: { plan: "pro" } });
  const bob = members.data.find((each) => each.role === "org:member").publicUserData.userId;
  const joined = await clerk.organizations.createOrganizationMembership({ organizationId: made.id, userId: bob, role: "org:member" });
  const again = await tried(() => clerk.organizations.createOrganizationMembership({ organizationId: made.id, userId: bob, role: "org:member" }));
  const admin = await clerk.organizations.updateOrganizationMembership({ organizationId: made.id, userId: bob, role: "org:admin" });
  await clerk.organizations.deleteOrganizationMembership({ organizationId: made.id, userId: bob });
  const asked = await clerk.organizations.createOrganizationInvitation({ organizationId: made.id, emailAddress: "new@example.com", role: "org:member" });
  const revoked = await clerk.organizations.revokeOrganizationInvitation({ organizationId: made.id, invitationId: asked.id });
  const mine = await clerk.users.getOrganizationMembershipList({ userId: bob });
  await clerk.organizations.deleteOrganization(made.id);
  const gone = await tried(() => clerk.organizations.getOrganization({ organizationId: made.id }));
  return {
    names: [acme.name, globex.name, renamed.name],
    counts: [acme.membersCount, globex.membersCount],
    roles: members.data.map((each) => each.role).sort(),
    invited: invited.data.map((each) => [each.emailAddress, each.status]),
    merged: merged.publicMetadata,
    joined: [joined.role, again.errors[0].code, admin.role],
    revoked: revoked.status,
    mine: mine.data.map((each) => each.organization.name),
    gone: gone.status,
  };
};

const server = app.listen(0, "127.0.0.1");
await new Promise((resolve) => server.once("listening", resolve));
const { port } = server.address();
for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...given } = JSON.parse(line);
  console.log(JSON.stringify(await commands[command](given)));
}
server.close();
process.exit(0);
