"use strict";
// Leads calls of the vendors' hosts to a session's mirrors, in a program that knows nothing of it.
// Where Node decides on address and TLS, a vendor's host gets the mirror's address and no TLS; the
// request itself stays as it is, `Host` included. Whatever else resolves a vendor's host is refused.

const text = process.env.MIRRA_PRELOAD;
if (text) begin(JSON.parse(text));

function begin(config) {
  const dns = require("node:dns");
  const fs = require("node:fs");
  const https = require("node:https");
  const net = require("node:net");
  const tls = require("node:tls");

  const domains = Object.keys(config.domains);
  const hosts = new Map(Object.entries(config.hosts));
  const mirrors = new Map(Object.entries(config.mirrors));
  const known = new Map();

  /** Return where a host's mirror listens, why it isn't called, or null for an ordinary host. */
  function find(host) {
    if (typeof host !== "string") return null;
    let found = known.get(host);
    if (found === undefined) {
      found = lookUp(host.toLowerCase().replace(/\.$/, ""));
      if (known.size < 1000) known.set(host, found);
    }
    return found;
  }

  function lookUp(name) {
    if (config.live.includes(name)) return null;
    let owner;
    let vendor = hosts.get(name);
    if (!vendor) {
      const domain = domains.find((each) => name === each || name.endsWith(`.${each}`));
      if (!domain) return null;
      owner = config.domains[domain];
      vendor = hosts.get(`${name.split(".")[0]}.${domain}`); // without edge and region
    }
    const mirror = mirrors.get(vendor);
    if (mirror) return { host: mirror[0], port: mirror[1] };
    const why = vendor
      ? `this session has no ${vendor} mirror`
      : `the ${owner} mirror doesn't play this host`;
    return `${name} was not called: ${why}. Nothing was sent. --allow-live ${name} lets it through.`;
  }

  /** Write a line for whoever started the program; not being able to harms nobody. */
  function tell(what, about) {
    const report = process.env.MIRRA_PRELOAD_REPORT;
    if (!report) return;
    try {
      const handle = fs.openSync(report, fs.constants.O_WRONLY | fs.constants.O_APPEND);
      try {
        fs.writeSync(handle, `${what} ${process.pid} ${about}\n`);
      } finally {
        fs.closeSync(handle);
      }
    } catch {}
  }

  function refusal(host, why) {
    tell("refused", host);
    const about = { code: "ECONNREFUSED", syscall: "connect", hostname: host };
    return Object.assign(new Error(why), about);
  }

  function refused(socket, host, why) {
    const error = refusal(host, why);
    process.nextTick(() => socket.destroy(error));
    return socket;
  }

  /** Return the options of a call of `connect`, however it was written. */
  function optionsOf(args) {
    const first = Array.isArray(args[0]) ? args[0][0] : args[0];
    if (first !== null && typeof first === "object") return first;
    const more = args.find((each, at) => at > 0 && each !== null && typeof each === "object");
    const host = typeof args[1] === "string" ? { host: args[1] } : {};
    return { ...more, port: first, ...host };
  }

  const connectTls = tls.connect;
  tls.connect = function connect(...args) {
    const options = optionsOf(args);
    const name = find(options.host) === null ? options.servername : options.host;
    const found = find(name);
    if (found === null) return connectTls.apply(this, args);
    if (options.socket) options.socket.destroy();
    if (typeof found === "string") return refused(new net.Socket(), name, found);
    const protocols = options.ALPNProtocols;
    if (Array.isArray(protocols) && !protocols.some((each) => String(each).startsWith("http/"))) {
      const why = `${name} was not called: mirrors speak HTTP/1.1, and this client only HTTP/2.`;
      return refused(new net.Socket(), name, why);
    }
    const socket = net.connect({ ...found, timeout: options.timeout, noDelay: true });
    socket.encrypted = socket.authorized = true;
    socket.getPeerCertificate = () => ({});
    socket.once("connect", () => socket.emit("secureConnect"));
    const callback = args[args.length - 1];
    if (typeof callback === "function") socket.once("secureConnect", callback);
    return socket;
  };

  const connectPlain = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function connect(...args) {
    const options = optionsOf(args);
    const found = find(options.host);
    if (found === null) return connectPlain.apply(this, args);
    if (typeof found === "string") return refused(this, options.host, found);
    const there = { ...options, ...found };
    delete there.lookup;
    if (Array.isArray(args[0])) args[0][0] = there;
    else args = [there, ...args.filter((each) => typeof each === "function")];
    return connectPlain.apply(this, args);
  };

  // A proxy's agent would ask the proxy for the vendor's host before it begins TLS.
  const direct = new https.Agent({ keepAlive: true });
  function withoutProxy(args) {
    const at = typeof args[0] === "string" || args[0] instanceof URL ? 1 : 0;
    const options = args[at];
    if (!options?.agent || options.agent.constructor === https.Agent) return args;
    const host = options.hostname || options.host || (at ? new URL(args[0]).hostname : null);
    if (find(host) === null) return args;
    return [...args.slice(0, at), { ...options, agent: direct }, ...args.slice(at + 1)];
  }
  const { request, get } = https;
  https.request = (...args) => request(...withoutProxy(args));
  https.get = (...args) => get(...withoutProxy(args));

  function guarded(resolve) {
    return function lookup(host, ...rest) {
      const found = find(host);
      if (found === null) return resolve.call(this, host, ...rest);
      const why = typeof found === "string"
        ? found
        : `${host} was not called: this client can't be led to the mirror. Nothing was sent.` +
          " Those of node:https, fetch and undici can.";
      const error = refusal(host, why);
      const callback = rest[rest.length - 1];
      if (typeof callback !== "function") return Promise.reject(error);
      process.nextTick(callback, error);
      return {};
    };
  }
  dns.lookup = guarded(dns.lookup);
  dns.promises.lookup = guarded(dns.promises.lookup);

  require("node:module").syncBuiltinESMExports();
  tell("loaded", `node ${process.versions.node}`);
}
