// Receives what is new at each look, and hands it to the parts of the page.

import { byId, change, lasting, say } from "./dom.js";
import { prepareFaults, showFaults } from "./faults.js";
import { showCost, showDependencies, showEndpoints, showEvents } from "./panels.js";
import { drawLegend, drawTimeline } from "./timeline.js";

const KEPT = 300;

let run = null;
let points = [];
let latest = null;

function receive(message) {
  if (message.run) start(message.run);
  points = [...points, ...message.points].slice(-KEPT);
  latest = message.state;
  showFaults(latest.faults);
  showEvents(message.events);
  showDependencies(run, latest);
  showEndpoints(run, latest.figures);
  showTraffic(latest.traffic);
  showCost(latest.cost);
  draw();
}

function start(told) {
  if (run && run.id !== told.id) {
    location.reload(); // another run has the port now: its token and its faults are others
    return;
  }
  run = told;
  points = [];
  byId("events").replaceChildren();
  say(byId("run-facts"), `${run.target} on ${run.backend} · seed ${run.seed}`);
  document.title = `windtunnel · ${run.backend}`;
  byId("rate").max = run.most;
  prepareFaults(run);
}

function draw() {
  if (latest) drawTimeline(byId("timeline"), run, latest, points, Number(byId("span").value));
}

let asked = null; // the rate that the input shows, until a person changes it

function showTraffic(traffic) {
  const input = byId("rate");
  if (asked !== traffic.rate && document.activeElement !== input) {
    asked = traffic.rate;
    input.value = traffic.rate;
  }
  byId("traffic-pause").disabled = traffic.rate === 0;
}

function setRate(rate) {
  asked = null;
  const done = (answer) =>
    answer.rate ? `Background traffic: ${answer.rate} requests/s.` : "Background traffic is paused.";
  return change("PUT", "/api/traffic", { rate }, done);
}

byId("traffic-form").addEventListener("submit", (event) => {
  event.preventDefault();
  setRate(Number(byId("rate").value));
});
byId("traffic-pause").addEventListener("click", () => setRate(0));
byId("span").addEventListener("change", draw);
new ResizeObserver(draw).observe(byId("timeline"));
drawLegend(byId("legend"));

const stream = new EventSource("/api/events");
let lostAt = null;
stream.addEventListener("open", () => {
  lostAt = null;
  say(byId("connection"), "live");
  byId("connection").classList.remove("lost");
});
stream.addEventListener("message", (event) => receive(JSON.parse(event.data)));
stream.addEventListener("error", () => {
  lostAt ??= Date.now();
  say(byId("connection"), "connection lost, trying again");
  byId("connection").classList.add("lost");
  if (latest) byId("connection").title = `for ${lasting((Date.now() - lostAt) / 1000)}`;
});
