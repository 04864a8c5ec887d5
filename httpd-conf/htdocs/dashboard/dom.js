// httpd-conf/htdocs/dashboard/dom.js - elements made without ever reading text as HTML
//
// What comes from the API becomes text nodes and attributes; nothing here parses markup, and the
// page's Content-Security-Policy (Trusted Types) holds everybody to that.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, properties, children) {
	for (const [name, value] of Object.entries(properties || {})) {
		if (value === null || value === undefined || value === false)
			continue;
		if (name.startsWith("on"))
			element.addEventListener(name.slice(2), value);
		else
			element.setAttribute(name, value === true ? "" : String(value));
	}
	element.append(...children.flat(Infinity).filter((child) => child ?? null));
	return element;
}

// el("p", {class: "x", onclick: f}, "text", element, ...)
export function el(tag, properties, ...children) {
	return fill(document.createElement(tag), properties, children);
}

export function svg(tag, properties, ...children) {
	return fill(document.createElementNS(SVG, tag), properties, children);
}

export function byId(id) {
	return document.getElementById(id);
}

// Change the text only when it is another: a live region speaks what changed, and no more.
export function say(element, text) {
	if (element.textContent !== text)
		element.textContent = text;
}

let notes = 0;

// A message at the edge of the page that goes by itself.
export function note(text) {
	const line = el("p", { id: `note-${++notes}` }, text);
	byId("notes").replaceChildren(line);
	setTimeout(() => line.remove(), 6000);
}

// A message that stays where it is, and is read out at once.
export function alert(problem, ...more) {
	return el("div", { class: "alert", role: "alert" },
		el("p", {}, el("strong", {}, problem.title), problem.detail ? ` ${problem.detail}` : ""),
		problem.errors && problem.errors.length > 0 ? el("ul", {},
			problem.errors.map((e) => el("li", {}, `${e.field}: ${e.detail}`))) : null,
		problem.id ? el("p", { class: "small" }, `Request ${problem.id}`) : null, ...more);
}

export function button(text, onclick, properties) {
	return el("button", { type: "button", onclick, ...properties }, text);
}

// One click is one request: the button is off while it runs.
export async function busy(pressed, work) {
	if (pressed.getAttribute("aria-disabled") === "true")
		return;
	pressed.setAttribute("aria-disabled", "true");
	pressed.classList.add("busy");
	try {
		await work();
	} finally {
		pressed.removeAttribute("aria-disabled");
		pressed.classList.remove("busy");
	}
}
