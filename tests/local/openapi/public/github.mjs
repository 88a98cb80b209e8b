// A life on a mirror of GitHub's API, driven by its own client; prints what it saw as JSON.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [baseUrl, modules] = process.argv.slice(2);
const found = createRequire(modules + "/").resolve("octokit");
const { Octokit } = await import(pathToFileURL(found));
const { rest } = new Octokit({ auth: "any", baseUrl });

const made = (await rest.repos.createForAuthenticatedUser({ name: "engine" })).data;
const at = { owner: made.owner.login, repo: made.name };
const bug = { ...at, name: "bug" };
const seen = {};
seen.repo = (await rest.repos.get(at)).data.name;
seen.made = (await rest.issues.createLabel({ ...bug, color: "f29513" })).data.color;
seen.listed = (await rest.issues.listLabelsForRepo(at)).data.map((each) => each.name);
seen.changed = (await rest.issues.updateLabel({ ...bug, color: "b01f26" })).data.color;
seen.read = (await rest.issues.getLabel(bug)).data.color;
const issue = (await rest.issues.create({ ...at, title: "It breaks" })).data;
const one = { ...at, issue_number: issue.number };
seen.issue = [issue.number, issue.title, issue.state];
seen.closed = (await rest.issues.update({ ...one, state: "closed" })).data.state;
seen.found = (await rest.issues.listForRepo({ ...at, state: "closed" })).data.length;
await rest.issues.createComment({ ...one, body: "Yes" });
seen.said = (await rest.issues.listComments(one)).data.map((each) => each.body);
seen.locked = (await rest.issues.lock(one)).status;
seen.deleted = (await rest.issues.deleteLabel(bug)).status;
seen.gone = await rest.issues.getLabel(bug).catch((error) => error.status);
console.log(JSON.stringify(seen));
