// Dependencies, endpoints, events and the dashboard's own cost, each with the witness that says so.

import { byId, clock, count, duration, element, lasting, rate, say, share } from "./dom.js";

const source = (text) => element("span", { class: "source" }, text);

function list(pairs) {
  const shown = pairs.filter(([, value]) => value !== null && value !== undefined);
  return element("dl", {}, ...shown.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

export function showDependencies(run, state) {
  const cards = Object.entries(state.figures.dependencies).map(([name, now]) => card(run, state, name, now));
  byId("dependencies").replaceChildren(...cards);
}

function card(run, state, name, now) {
  const breaker = now.breaker;
  const spoken = breaker ? breaker.state.replace("_", "-") : "not reported";
  return element(
    "article",
    { class: "card", "data-dependency": name },
    element(
      "header",
      {},
      element("h3", {}, name),
      element("span", { class: "aside" }, run.dependencies[name].protocol),
      element("span", { class: `state ${breaker ? breaker.state : "unknown"}` }, `breaker ${spoken}`),
    ),
    wire(now),
    target(state, now),
  );
}

function wire({ wire: seen, doubts }) {
  const unseen = seen.unseen === null ? "an unknown number" : seen.unseen ? `up to ${count(seen.unseen)}` : null;
  return element(
    "div",
    { class: "witness" },
    source("wire: the tap, last look"),
    list([
      ["calls answered", count(seen.answered)],
      ["calls failed", count(seen.failed)],
      ["refused unseen", unseen],
      ["under way", count(seen.under_way)],
      ["connections open", count(seen.connections)],
      ["connections opened", count(seen.opened)],
    ]),
    ...doubts.map((doubt) => element("p", { class: "aside" }, `⚠ ${doubt}`)),
  );
}

function target(state, { breaker, breaker_since: since, pool }) {
  const parts = [source("target: its /metrics")];
  if (!breaker && !pool) {
    const why = state.figures.silence || "its metrics name no such dependency";
    parts.push(element("p", { class: "aside" }, `The target says nothing of breaker and pool: ${why}.`));
  }
  if (breaker) {
    const calls = Object.entries(breaker.calls).map(([outcome, number]) => [`calls ${outcome}`, count(number)]);
    parts.push(
      list([
        [`breaker ${breaker.state.replace("_", "-")} for`, lasting(state.at - since)],
        ["openings", count(breaker.openings)],
        ...calls,
      ]),
    );
  }
  if (pool) parts.push(...pooled(pool));
  return element("div", { class: "witness" }, ...parts);
}

function pooled(pool) {
  const limit = pool.limit ?? 0;
  const text = `${count(pool.in_use)} of ${count(pool.limit)} connections in use`;
  return [
    element("p", {}, `Pool: ${text}`),
    limit ? element("meter", { min: 0, max: limit, high: limit * 0.9, value: pool.in_use ?? 0, "aria-label": text }) : null,
    list([
      ["idle", count(pool.idle)],
      ["waiting", count(pool.waiting)],
      ["created", count(pool.created)],
      ["reused", count(pool.reused)],
    ]),
  ];
}

const WITNESSES = [
  ["callers", "caller: the background traffic", true],
  ["served", "target: its /metrics", false],
];

export function showEndpoints(run, figures) {
  const heads = WITNESSES.map(([, title, fallbacks]) =>
    element("th", { scope: "colgroup", colspan: fallbacks ? 6 : 5 }, source(title)),
  );
  const names = (fallbacks) => ["req/s", "errors", ...(fallbacks ? ["fallbacks"] : []), "p50", "p95", "p99"];
  const columns = WITNESSES.flatMap(([, , fallbacks]) =>
    names(fallbacks).map((name, place) => element("th", { scope: "col", class: place ? null : "first" }, name)),
  );
  byId("endpoints").replaceChildren(
    element(
      "thead",
      {},
      element("tr", {}, element("td"), ...heads),
      element("tr", {}, element("th", { scope: "col" }, "endpoint"), ...columns),
    ),
    element("tbody", {}, ...run.endpoints.map((path) => row(path, figures))),
  );
  showCaches(figures);
}

function row(path, figures) {
  const cells = WITNESSES.flatMap(([witness, , fallbacks]) => {
    const seen = figures[witness][path];
    const width = fallbacks ? 6 : 5;
    if (!seen || seen.per_second === 0) {
      return [element("td", { class: "first", colspan: width }, seen ? "no requests" : "not reported")];
    }
    const wrong = seen.error_share > 0 ? "bad" : null;
    return [
      element("td", { class: "first" }, rate(seen.per_second)),
      element("td", { class: wrong }, share(seen.error_share)),
      fallbacks ? element("td", { class: seen.fallback_share > 0 ? "warn" : null }, share(seen.fallback_share)) : null,
      ...[seen.p50, seen.p95, seen.p99].map((time) => element("td", {}, duration(time))),
    ];
  });
  return element("tr", {}, element("th", { scope: "row" }, element("code", {}, path)), ...cells);
}

function showCaches(figures) {
  const lines = Object.entries(figures.caches).map(([name, { hit, miss, stale }]) => {
    const all = hit + miss + stale;
    const ratio = all ? `${share(hit / all)} hits` : "not asked yet";
    return element("li", {}, `cache ${name}: ${ratio} (${count(hit)} hits, ${count(miss)} misses, ${count(stale)} stale) `);
  });
  const says = lines.length
    ? [source("target: its /metrics, since its start"), element("ul", {}, ...lines)]
    : [`The target says nothing of caches${figures.silence ? `: ${figures.silence}` : ""}.`];
  byId("caches").replaceChildren(...says);
}

const EVENTS = 200;

export function showEvents(events) {
  const log = byId("events");
  for (const event of events) {
    const moment = element("time", { datetime: new Date(event.at * 1000).toISOString() }, clock(event.at));
    log.prepend(element("li", {}, moment, element("span", {}, source(event.source), ` ${event.text}`)));
  }
  while (log.children.length > EVENTS) log.lastChild.remove();
}

export function showCost(cost) {
  const used = cost.cpu_share === null ? "" : `${(cost.cpu_share * 100).toFixed(1)} % of one core, `;
  const memory = `${(cost.memory_bytes / 1e6).toFixed(0)} MB`;
  say(byId("cost"), `The dashboard and its traffic use ${used}${memory}; looking sends nothing to a dependency.`);
}
