// Uses the whole of the client for Node, and says what came of it: node witness.js SERVER UPSTREAM.
"use strict";

const net = require("node:net");
const { Toxiproxy, ToxiproxyError } = require("toxiproxy-node-client");

const said = [];

function open(proxy) {
  const [host, port] = [proxy.listen.replace(/:\d+$/, ""), proxy.listen.split(":").pop()];
  return new Promise((done) => {
    const socket = net.connect(Number(port), host);
    socket.on("connect", () => { socket.destroy(); done(true); });
    socket.on("error", () => done(false));
  });
}

async function refused(what, call) {
  try {
    await call();
    said.push([what, "taken"]);
  } catch (error) {
    said.push([what, error instanceof ToxiproxyError, error.message]);
  }
}

async function main([server, upstream]) {
  const client = new Toxiproxy(`http://${server}`);
  said.push(["version", JSON.parse(await client.getVersion()).version.split("+")[0]]);
  const listen = "127.0.0.1:0";
  let proxy = await client.createProxy({ name: "p", listen, upstream });
  said.push(["created", proxy.name, proxy.enabled, proxy.upstream === upstream, await open(proxy)]);
  said.push(["json", Object.keys(proxy.toJson()).sort(), proxy.getPath() === `http://${server}/proxies/p`]);
  await refused("again", () => client.createProxy({ name: "p", listen, upstream }));
  await refused("missing", () => client.get("q"));
  proxy = await client.get("p");
  const kinds = {
    latency: { latency: 5, jitter: 3 },
    bandwidth: { rate: 100 },
    slow_close: { delay: 7 },
    timeout: { timeout: 9 },
    slicer: { average_size: 10, size_variation: 20, delay: 30 },
    limit_data: { bytes: 1000 },
    reset_peer: { timeout: 11 },
  };
  for (const [type, attributes] of Object.entries(kinds)) {
    const stream = type === "timeout" ? "upstream" : "downstream";
    const body = { name: `a-${type}`, stream, type, toxicity: 0.5, attributes };
    const toxic = await proxy.addToxic(body);
    said.push([type, toxic.toJson(), (await proxy.getToxic(`a-${type}`)).toJson()]);
  }
  await refused("same toxic", () =>
    proxy.addToxic({ name: "a-latency", stream: "upstream", type: "latency", toxicity: 1, attributes: {} }));
  await refused("no such type", () =>
    proxy.addToxic({ name: "b", stream: "upstream", type: "down", toxicity: 1, attributes: {} }));
  await refused("no such toxic", () => proxy.getToxic("b"));
  const latency = await proxy.getToxic("a-latency");
  const updated = await latency.update({ ...latency.toJson(), toxicity: 1, attributes: { latency: 6, jitter: 0 } });
  said.push(["updated", updated.toJson()]);
  await updated.remove();
  said.push(["left", (await client.get("p")).toxics ?? Object.keys(await client.getAll())]);
  proxy = await proxy.update({ enabled: false, listen: proxy.listen, upstream });
  said.push(["disabled", proxy.enabled, await open(proxy)]);
  await client.reset();
  proxy = await client.get("p");
  said.push(["reset", proxy.enabled, await open(proxy)]);
  const populated = await client.populate([{ name: "q", listen, upstream }]);
  said.push(["populated", Object.keys(populated), Object.keys(await client.getAll()).sort()]);
  await proxy.remove();
  await populated.q.remove();
  said.push(["removed", Object.keys(await client.getAll())]);
  console.log(JSON.stringify(said));
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exit(1);
});
