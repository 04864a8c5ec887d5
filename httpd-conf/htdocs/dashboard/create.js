// httpd-conf/htdocs/dashboard/create.js - a new environment: its services, and what it will cost
import { get, post, request } from "./api.js";
import { alert, busy, el, say } from "./dom.js";
import { money, provider, rate } from "./text.js";

const DELAY = 150;
// What the API calls the fields that can say themselves what is wrong with them.
const FIELDS = { name: true, auto_shutdown_hours: true };

function serviceBox(service) {
	const id = `service-${service.id}`;
	return el("li", {}, el("input", { type: "checkbox", name: "service", id, value: service.id,
		disabled: !service.available }),
	el("label", { for: id }, service.title,
		el("span", { class: "price" }, ` ${money(service.hourly_rate)}`)));
}

function groups(services) {
	const clouds = Map.groupBy ? Map.groupBy(services, (s) => s.provider)
		: services.reduce((map, s) => map.set(s.provider, [...(map.get(s.provider) || []), s]),
			new Map());
	return [...clouds].map(([cloud, list]) => el("fieldset", {},
		el("legend", {}, provider(cloud)), el("ul", { class: "services" }, list.map(serviceBox))));
}

// Prices of what can be had, and after that of what cannot yet.
function choice(services) {
	const later = services.filter((service) => !service.available);
	return [
		el("p", {}, "Prices are in US$ an hour, for as long as the environment runs."),
		groups(services.filter((service) => service.available)),
		later.length === 0 ? null : el("details", {},
			el("summary", {}, `${later.length} more that are not built yet`), groups(later)),
	];
}

function optionField(id, label, properties, hint) {
	return el("p", { class: "field" }, el("label", { for: id }, label),
		el("input", { id, name: id, "aria-describedby": `${id}-hint ${id}-wrong`, ...properties }),
		el("span", { class: "small", id: `${id}-hint` }, hint),
		el("span", { class: "wrong", id: `${id}-wrong` }));
}

function options() {
	return el("fieldset", {}, el("legend", {}, "About it"),
		optionField("name", "Name", { autocomplete: "off", maxlength: "100" },
			"For people; may be left out."),
		optionField("auto_shutdown_hours", "Stop when unused for (hours)",
			{ type: "number", min: "1", max: "48", value: "4", inputmode: "numeric" },
			"1 to 48. A day later it is destroyed."),
		el("p", { class: "check" }, el("input", { type: "checkbox", id: "persistent" }),
			el("label", { for: "persistent" }, "Keep it for 30 days when it is stopped")));
}

function chosen(form) {
	return [...form.querySelectorAll("input[name=service]:checked")].map((box) => box.value);
}

function wish(form) {
	const hours = form.elements.auto_shutdown_hours.value;
	const name = form.elements.name.value.trim();
	return {
		services: chosen(form), persistent: form.elements.persistent.checked,
		...(name ? { name } : {}), ...(hours ? { auto_shutdown_hours: Number(hours) } : {}),
	};
}

// Each field hears what is wrong with it; the first that is gets the focus.
function mark(form, problem) {
	let first = null;
	for (const input of form.querySelectorAll("p.field input")) {
		const wrong = problem?.errors?.find((error) => error.field === input.name);
		say(form.querySelector(`#${input.id}-wrong`), wrong ? wrong.detail : "");
		input.setAttribute("aria-invalid", wrong ? "true" : "false");
		first ??= wrong ? input : null;
	}
	first?.focus();
}

function quoteText(quote) {
	const saved = quote.sum - quote.hourly_rate;
	const plan = quote.package ? ` as the package ${quote.package.replaceAll("_", " ")}` : "";
	return `${rate(quote.hourly_rate)}${plan}`
		+ (saved > 0.0001 ? `, instead of ${money(quote.sum)} one by one.` : ".");
}

// The rate that will apply, as the API says it, a moment after each change.
function quoting(form, out, signal) {
	let timer = 0;
	let asked = 0;
	return () => {
		clearTimeout(timer);
		const number = ++asked;
		const services = chosen(form);
		if (services.length === 0) {
			say(out, "Choose at least one service.");
			return;
		}
		timer = setTimeout(async () => {
			let text;
			try {
				text = quoteText(await post("/quote", { services }, { signal }));
			} catch (problem) {
				text = problem.title;
			}
			if (number === asked)
				say(out, text);
		}, DELAY);
	};
}

// The same wish sent again, since nobody knows what became of it, makes no second environment.
let sent = { text: "", key: "" };

function keyFor(text) {
	if (sent.text !== text) {
		const random = crypto.getRandomValues(new Uint8Array(16));
		sent = { text, key: [...random].map((b) => b.toString(16).padStart(2, "0")).join("") };
	}
	return sent.key;
}

async function submit(form, troubles, signal) {
	mark(form, null);
	troubles.replaceChildren();
	const body = wish(form);
	try {
		const answer = await request("POST", "/environments", { body, signal, headers: {
			"Prefer": "respond-async", "Idempotency-Key": keyFor(JSON.stringify(body)) } });
		sent.text = "";
		const made = await answer.json();
		location.hash = `#/environments/${made.id}`;
	} catch (problem) {
		if (problem.status >= 400 && problem.status < 500)
			sent.text = "";
		// What a field says itself need not be said twice.
		if (!problem.errors?.length || problem.errors.some((one) => !(one.field in FIELDS))) {
			troubles.replaceChildren(alert(problem));
			troubles.scrollIntoView({ block: "center" });
		}
		mark(form, problem);
	}
}

export async function createView(signal) {
	const { services } = await get("/services", { signal });
	const out = el("strong", { id: "rate", role: "status", "aria-live": "polite" },
		"Choose at least one service.");
	const troubles = el("div");
	const send = el("button", { type: "submit", class: "primary" }, "Make it");
	const form = el("form", { novalidate: true, onsubmit: (event) => {
		event.preventDefault();
		busy(send, () => submit(form, troubles, signal));
	} },
	choice(services), options(), troubles,
	el("div", { class: "bar" }, out, el("span", { class: "actions" },
		el("a", { class: "button", href: "#/" }, "Cancel"), send)));
	const quote = quoting(form, out, signal);
	form.addEventListener("change", (event) => event.target.name === "service" && quote());
	return el("div", {}, el("h1", { tabindex: "-1" }, "New environment"), form);
}
