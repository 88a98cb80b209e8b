// Waits for a webhook of the session that `mirra-mcp exec` runs this in.
const { MIRRA_API_URL, MIRRA_TOKEN, MIRRA_SESSION_ID } = process.env;

export async function waitForWebhook(type, seconds = 5) {
  const url = `${MIRRA_API_URL}/v1/sessions/${MIRRA_SESSION_ID}/webhooks`;
  const query = new URLSearchParams({ type, status: "delivered", wait: seconds });
  const headers = { authorization: `Bearer ${MIRRA_TOKEN}` };
  const { webhooks } = await (await fetch(`${url}?${query}`, { headers })).json();
  if (webhooks.length === 0) throw new Error(`no ${type} was taken within ${seconds} s`);
  return webhooks[0];
}
