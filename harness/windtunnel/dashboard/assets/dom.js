// Elements, numbers as people read them, and requests that carry the page's token.

export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

export function drawn(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false)
      made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export const byId = (id) => document.getElementById(id);

// Only a change is written: a screen reader would read the same text again.
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB");
export const count = (value) => (value === null || value === undefined ? "–" : Math.round(value).toLocaleString("en-US"));
export const rate = (value) => (value < 10 ? value.toFixed(1) : value.toFixed(0));
export const share = (value) =>
  value === null || value === undefined ? "–" : `${(value * 100).toFixed(value > 0 && value < 0.1 ? 1 : 0)} %`;

export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  const milliseconds = seconds * 1000;
  return `${milliseconds < 10 ? milliseconds.toFixed(1) : milliseconds.toFixed(0)} ms`;
}

export function lasting(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

const token = document.querySelector('meta[name="windtunnel-token"]').content;

// Sends a change and says what came of it; returns whether it was done.
export async function change(method, path, body, done) {
  say(byId("problem"), "");
  say(byId("outcome"), "");
  try {
    const response = await fetch(path, {
      method,
      headers: { "X-Windtunnel-Token": token, "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    say(byId("outcome"), done(answer));
    return true;
  } catch (error) {
    say(byId("problem"), error.message);
    return false;
  }
}
