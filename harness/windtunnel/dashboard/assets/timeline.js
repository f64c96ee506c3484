// The timeline: requests at the caller, and at each dependency its calls, faults and breaker.

import { clock, drawn, element } from "./dom.js";

const LEFT = 124;
const RIGHT = 8;
const LANE = 58;
const STRIP = 16;
const GAP = 22;

const patterns = () =>
  drawn(
    "defs",
    {},
    pattern("hatch", "warn", drawn("path", { d: "M0 6L6 0", class: "ink-warn" })),
    pattern("cross", "bad", drawn("path", { d: "M0 0L6 6M0 6L6 0", class: "ink-bad" })),
  );

function pattern(id, tone, ink) {
  const paper = drawn("rect", { width: 6, height: 6, class: `paper-${tone}` });
  return drawn("pattern", { id, width: 6, height: 6, patternUnits: "userSpaceOnUse" }, paper, ink);
}

export function drawLegend(list) {
  const box = { x: 1, y: 1, width: 12, height: 12 };
  const entries = [
    ["answered", { ...box, class: "answered" }],
    ["fallback", { ...box, fill: "url(#hatch)" }],
    ["failed", { ...box, fill: "url(#cross)" }],
    ["refused, at most", { ...box, class: "unseen" }],
    ["fault in force", { ...box, class: "band" }],
  ];
  list.replaceChildren(
    ...entries.map(([name, look]) =>
      element("li", {}, drawn("svg", { viewBox: "0 0 14 14", "aria-hidden": true }, drawn("rect", look)), name),
    ),
  );
}

export function drawTimeline(place, run, state, points, span) {
  const width = Math.max(320, place.clientWidth);
  const right = state.at;
  const scale = (width - LEFT - RIGHT) / span;
  const x = (at) => LEFT + Math.max(0, at - (right - span)) * scale;
  const seen = points.filter((point) => point.at - point.seconds > right - span);
  const dependencies = Object.keys(run.dependencies);
  const parts = [patterns()];
  let top = 14;
  parts.push(...requests(seen, x, top, width));
  top += LANE + GAP;
  for (const name of dependencies) {
    parts.push(...calls(name, seen, state.spans, x, top, width, right));
    parts.push(...breaker(name, seen, x, top + LANE + 4, right));
    top += LANE + STRIP + GAP + 4;
  }
  parts.push(...axis(x, top - GAP + 14, right, span));
  const title = `Timeline of the last ${span} seconds; what changed is listed under What happened`;
  const svg = drawn("svg", { role: "img", "aria-label": title, height: top, viewBox: `0 0 ${width} ${top}` }, ...parts);
  place.replaceChildren(svg);
}

function requests(seen, x, top, width) {
  const layers = [
    [(point) => point.answered / point.seconds, { class: "answered" }],
    [(point) => point.fallback / point.seconds, { fill: "url(#hatch)" }],
    [(point) => point.failed / point.seconds, { fill: "url(#cross)" }],
  ];
  return lane("Requests", "at the caller", layers, seen, x, top, width);
}

function calls(name, seen, spans, x, top, width, right) {
  const of = (part) => (point) => (point.lanes[name]?.[part] ?? 0) / point.seconds;
  const layers = [
    [of("answered"), { class: "answered" }],
    [of("failed"), { fill: "url(#cross)" }],
    [of("unseen"), { class: "unseen" }],
  ];
  const own = spans.filter((each) => each.dependency === name && x(each.ended ?? right) > LEFT);
  const bands = own.flatMap((each) => band(each, x, top, right));
  return [...bands, ...lane(`Calls at ${name}`, "at its tap", layers, seen, x, top, width)];
}

function band(fault, x, top, right) {
  const begin = x(fault.began);
  const size = Math.max(2, x(fault.ended ?? right) - begin);
  const label = begin + fault.kind.length * 7.5 < x(right)
    ? { x: begin + 3 }
    : { x: x(right), "text-anchor": "end" };
  const mark = { x: begin, y: top - 3, width: size, height: LANE + 3, class: "band" };
  return [drawn("rect", mark), drawn("text", { ...label, y: top - 6, class: "fault" }, fault.kind)];
}

function lane(title, source, layers, seen, x, top, width) {
  const totals = seen.map((point) => layers.reduce((sum, [value]) => sum + value(point), 0));
  const most = nice(Math.max(1, ...totals));
  const bottom = top + LANE;
  const heights = seen.map(() => 0);
  const paths = layers.map(([value, look]) => {
    const boxes = seen.map((point, place) => {
      const height = (value(point) / most) * LANE;
      if (height <= 0) return "";
      const from = x(point.at - point.seconds) + 0.5;
      const to = Math.max(from + 0.8, x(point.at) - 0.5);
      const base = bottom - heights[place];
      heights[place] += height;
      return `M${from.toFixed(1)} ${base.toFixed(1)}V${(base - height).toFixed(1)}H${to.toFixed(1)}V${base.toFixed(1)}Z`;
    });
    return drawn("path", { d: boxes.join(""), ...look });
  });
  return [
    drawn("text", { x: 0, y: top + 26, class: "lane" }, title),
    drawn("text", { x: 0, y: top + 41 }, source),
    drawn("text", { x: LEFT - 6, y: top + 4, "text-anchor": "end" }, `${most}/s`),
    drawn("line", { x1: LEFT, x2: width - RIGHT, y1: bottom, y2: bottom, class: "rule" }),
    drawn("line", { x1: LEFT, x2: width - RIGHT, y1: top, y2: top, class: "rule", "stroke-dasharray": "1 4" }),
    ...paths,
  ];
}

function breaker(name, seen, x, top, right) {
  const parts = [drawn("text", { x: 0, y: top + 12 }, "its breaker (target)")];
  for (const { state, from, to } of stretches(name, seen)) {
    const begin = x(from);
    const size = x(Math.min(to, right)) - begin;
    if (state === "closed") {
      const middle = top + STRIP / 2;
      parts.push(drawn("line", { x1: begin, x2: begin + size, y1: middle, y2: middle, class: "breaker-closed" }));
      continue;
    }
    parts.push(drawn("rect", { x: begin, y: top, width: size, height: STRIP, rx: 2, class: `breaker-${state}` }));
    const word = state.replace("_", "-");
    if (size > word.length * 7) parts.push(drawn("text", { x: begin + 4, y: top + 12, class: `on-${state}` }, word));
  }
  return parts;
}

function stretches(name, seen) {
  const found = [];
  for (const point of seen) {
    const state = point.lanes[name]?.breaker ?? null;
    const last = found.at(-1);
    if (last && last.state === state) last.to = point.at;
    else found.push({ state, from: point.at - point.seconds, to: point.at });
  }
  return found.filter((stretch) => stretch.state !== null);
}

function axis(x, top, right, span) {
  const room = (x(right) - x(right - span)) / 70;
  const step = [5, 4, 3, 2].map((parts) => span / parts).find((each) => span / each <= room) ?? span;
  const first = Math.ceil((right - span) / step) * step;
  const marks = [];
  for (let at = first; at < right - step * 0.3; at += step) {
    marks.push(drawn("text", { x: x(at), y: top, "text-anchor": "middle" }, clock(at)));
  }
  return marks;
}

// The next round number: a scale that does not jump at every look.
function nice(most) {
  const power = 10 ** Math.floor(Math.log10(most));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((step) => step >= most);
}
