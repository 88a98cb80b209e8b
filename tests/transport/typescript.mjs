// Makes the calls that stdin lists with the official TypeScript client, and prints what came of each.
// usage: node typescript.mjs URL | COMMAND ARGUMENT...; a string `{{name}}` stands for what an earlier
// call's answer gave under a path that its `keep` names.
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";

const require = createRequire(`${process.env.NODE_SDKS}/mcp/`);
const load = (module) => require(`@modelcontextprotocol/sdk/client/${module}.js`);
const { Client } = load("index");

function transport([first, ...rest]) {
  if (first.startsWith("http")) {
    return new (load("streamableHttp").StreamableHTTPClientTransport)(new URL(first));
  }
  const { StdioClientTransport } = load("stdio");
  return new StdioClientTransport({ command: first, args: rest, env: process.env });
}

const kept = {};
const filled = (value) =>
  JSON.parse(JSON.stringify(value).replace(/\{\{(\w+)\}\}/g, (_, name) => kept[name]));
const at = (answer, path) => path.split(".").reduce((value, key) => value?.[key], answer);

const client = new Client({ name: "test", version: "1" });
await client.connect(transport(process.argv.slice(2)));
const { tools } = await client.listTools();
const answers = [];
for (const { tool, arguments: given, keep = {} } of JSON.parse(await text(process.stdin))) {
  try {
    const answer = await client.callTool({ name: tool, arguments: filled(given) });
    answers.push({ tool, isError: answer.isError ?? false, text: answer.content[0]?.text });
    for (const [name, path] of Object.entries(keep)) kept[name] = at(answer.structuredContent, path);
  } catch (error) {
    answers.push({ tool, thrown: String(error) });
  }
}
console.log(JSON.stringify({ tools: tools.map((tool) => tool.name), answers }));
await client.close();
