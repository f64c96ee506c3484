// The form that injects a fault, built from the faults that there are; and those in force.

import { byId, change, element, lasting, say } from "./dom.js";

let kinds = {};
let prepared = false;

export function prepareFaults(run) {
  if (prepared) return;
  prepared = true;
  kinds = Object.fromEntries(run.kinds.map((kind) => [kind.name, kind]));
  byId("dependency").replaceChildren(
    ...Object.keys(run.dependencies).map((name) => element("option", { value: name }, name)),
  );
  byId("fault").replaceChildren(...run.kinds.map((kind) => option(kind, run)));
  if (kinds.Outage) byId("fault").value = "Outage";
  byId("fault").addEventListener("change", showParameters);
  const lease = byId("lease");
  Object.assign(lease, { value: run.lease, min: run.shortest, max: run.longest });
  byId("fault-form").addEventListener("submit", inject);
  byId("heal-all").addEventListener("click", () =>
    change("DELETE", "/api/faults", undefined, (answer) => answer.said.length ? `Healed. ${answer.said.join(" ")}` : "No fault was in force."),
  );
  showParameters();
}

function option(kind, run) {
  const possible = run.capabilities.includes(kind.needs);
  const label = possible ? kind.name : `${kind.name} (needs ${kind.needs})`;
  return element("option", { value: kind.name, disabled: !possible }, label);
}

const MANY = 3; // optional parameters beyond which they fold away

function showParameters() {
  const kind = kinds[byId("fault").value];
  say(byId("fault-summary"), kind.summary);
  const required = kind.parameters.filter((parameter) => parameter.default === null);
  const optional = kind.parameters.filter((parameter) => parameter.default !== null).flatMap(input);
  const folded = optional.length > 2 * MANY;
  const more = element("details", {}, element("summary", {}, "Optional parameters"), element("div", { class: "fields" }, ...optional));
  byId("parameters").replaceChildren(...required.flatMap(input), ...(folded ? [more] : optional));
}

function input(parameter) {
  const id = `parameter-${parameter.name}`;
  const required = parameter.default === null;
  const label = `${parameter.name.replaceAll("_", " ")}${required ? "" : " (optional)"}`;
  return [
    element("label", { for: id }, label),
    element("input", {
      id,
      name: parameter.name,
      required,
      autocomplete: "off",
      inputmode: { float: "decimal", int: "numeric" }[parameter.type],
      placeholder: required ? `a ${parameter.type}` : parameter.default.trim(),
    }),
  ];
}

async function inject(event) {
  event.preventDefault();
  const inputs = [...byId("parameters").querySelectorAll("input")];
  const given = inputs.filter((input) => input.value.trim() !== "");
  const body = {
    fault: byId("fault").value,
    dependency: byId("dependency").value,
    parameters: Object.fromEntries(given.map((input) => [input.name, input.value.trim()])),
    lease: Number(byId("lease").value),
  };
  await change("POST", "/api/faults", body, (made) => `${made.fault} is in force for ${made.lease} s.`);
}

const shown = new Map();

// Changed in place: a list built anew each second would take the focus from its buttons.
export function showFaults(faults) {
  const numbers = new Set(faults.map((fault) => fault.number));
  for (const [number, item] of shown) {
    if (numbers.has(number)) continue;
    const focused = item.root.contains(document.activeElement);
    item.root.remove();
    shown.delete(number);
    if (focused) byId("fault").focus();
  }
  for (const fault of faults) {
    if (!shown.has(fault.number)) shown.set(fault.number, made(fault));
    update(shown.get(fault.number), fault);
  }
  byId("heal-all").disabled = faults.length === 0;
}

function made(fault) {
  const remaining = element("span");
  const touched = element("span", { class: "aside" });
  const progress = element("progress", { "aria-label": `Lease of ${fault.fault}` });
  const path = `/api/faults/${fault.number}`;
  const heal = () => change("DELETE", path, undefined, (answer) => `Healed ${fault.fault}. ${answer.said}`);
  const renew = () => change("POST", `${path}/renew`, {}, (answer) => `Renewed for ${answer.lease} s.`);
  const root = element(
    "li",
    {},
    element("code", {}, fault.fault),
    remaining,
    progress,
    touched,
    element(
      "div",
      { class: "buttons" },
      element("button", { type: "button", "aria-label": `Heal ${fault.fault}`, click: heal }, "Heal"),
      element("button", { type: "button", "aria-label": `Renew the lease of ${fault.fault}`, click: renew }, "Renew"),
    ),
  );
  byId("active").append(root);
  return { root, remaining, touched, progress };
}

const TOUCHED = { true: "has touched traffic", false: "has touched no traffic yet" };

function update(item, fault) {
  say(item.remaining, `heals itself in ${lasting(fault.remaining)}`);
  say(item.touched, TOUCHED[fault.touched] ?? "not known yet whether it touched traffic");
  item.progress.max = fault.lease;
  item.progress.value = fault.remaining;
}
