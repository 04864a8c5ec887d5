// httpd-conf/htdocs/dashboard/environment.js - one environment: state, addresses, keys, cost
import { request, text } from "./api.js";
import { actionButton, allow } from "./actions.js";
import { copyButton, copyRow } from "./copy.js";
import { alert, button, el, say } from "./dom.js";
import { live } from "./live.js";
import { statusPill } from "./list.js";
import { ago, masked, nameOf, rate, time } from "./text.js";
import { usagePart } from "./usage.js";

function endpoints(environment, open) {
	return el("dl", { class: "rows" }, Object.entries(environment.endpoints).map(([name, url]) =>
		copyRow(name, `address of ${name}`, open ? url : masked(url), url)));
}

function servers(environment) {
	return Object.entries(environment.servers || {}).map(([name, server]) =>
		el("p", { class: "small" }, `${name} is ${server.engine}, ${server.status}.`
			+ (server.reason ? ` ${server.reason}` : "")));
}

function account(aws, title) {
	return el("div", {}, title ? el("h3", {}, title) : null, el("dl", { class: "rows" },
		[["account_id", "Account"], ["access_key_id", "Access key id"],
			["secret_access_key", "Secret access key"], ["region", "Region"]]
			.filter(([member]) => aws[member] !== undefined)
			.map(([member, name]) => copyRow(name, name.toLowerCase(), aws[member]))));
}

function credentials(environment) {
	const aws = environment.credentials?.aws;
	if (!aws)
		return [];
	return aws.accounts ? aws.accounts.map((one) => account(one, one.display_name))
		: [account(aws)];
}

// Addresses and keys; passwords show when they are asked for.
function accessPart(path) {
	let open = false;
	let environment = null;
	let shown = "";
	const urls = el("div");
	const keys = el("div", { id: "secrets" });
	const toggle = button("Show credentials", () => {
		open = !open;
		draw();
	}, { "aria-expanded": "false", "aria-controls": "secrets" });
	const draw = () => {
		const now = JSON.stringify([environment.endpoints, environment.servers, open]);
		if (now === shown)
			return;
		shown = now;
		say(toggle, open ? "Hide credentials" : "Show credentials");
		toggle.setAttribute("aria-expanded", String(open));
		urls.replaceChildren(endpoints(environment, open), ...servers(environment));
		keys.replaceChildren(...(open ? credentials(environment) : []));
	};
	const part = el("section", { class: "card", "aria-labelledby": "access" },
		el("h2", { id: "access" }, "Addresses and credentials"), urls,
		el("p", { class: "actions" }, toggle,
			el("span", {}, "Exports for a shell ",
				copyButton("exports for a shell", () => text(`${path}/env`)))), keys);
	return { part, update: (now) => {
		environment = now;
		draw();
	} };
}

function facts(environment) {
	return `${rate(environment.hourly_rate)} while it runs`
		+ (environment.package ? ` (package ${environment.package})` : "")
		+ `. Made ${ago(environment.created_at)}, ${time(environment.created_at)}.`
		+ ` Stops when unused for ${environment.auto_shutdown_hours} h.`;
}

export function environmentView(id, signal) {
	const path = `/environments/${id}`;
	const title = el("h1", { tabindex: "-1" }, id);
	const state = el("span", { role: "status" });
	const about = el("p");
	const reason = el("div");
	const trouble = el("div");
	const actions = el("p", { class: "actions" });
	const access = accessPart(path);
	const usage = usagePart(path, signal);
	const rest = el("div", { hidden: true }, access.part, usage.part);
	let buttons = null;
	let etag = "";
	const showTrouble = (problem) => trouble.replaceChildren(...(problem ? [alert(problem)] : []));
	const over = async (problem) => {
		showTrouble(problem);
		if (!problem && buttons.at(-1).getAttribute("aria-disabled") === "true")
			location.hash = "#/"; // it was destroyed
	};
	const show = (now) => {
		buttons ??= ["start", "stop", "reset", "destroy"].map((what) =>
			actionButton(what, now, signal, over));
		if (actions.children.length === 0)
			actions.append(...buttons);
		say(title, nameOf(now));
		document.title = `${nameOf(now)} · MockFactory`;
		if (state.textContent !== now.status)
			state.replaceChildren(statusPill(now.status));
		say(about, `${now.id} · ${now.services.join(", ")} · ${facts(now)}`);
		reason.replaceChildren(...(now.reason
			? [alert({ title: `It is in ${now.status}.`, detail: now.reason })] : []));
		allow(buttons, now.status);
		access.update(now);
		usage.changed();
		rest.hidden = false;
	};
	// The API answers when something changes, at the latest after half a minute.
	const step = async () => {
		const answer = await request("GET", path, { signal,
			headers: etag ? { "If-None-Match": etag, Prefer: "wait=30" } : {} });
		if (answer.status === 304)
			return;
		etag = answer.headers.get("ETag") || "";
		show(await answer.json());
	};
	live(step, 200, signal, (problem) => {
		showTrouble(problem);
		if (problem?.status === 404)
			rest.hidden = actions.hidden = true;
	});
	return el("div", {}, el("p", {}, el("a", { href: "#/" }, "← All environments")),
		el("div", { class: "head" }, title, state), about, reason, trouble, actions, rest);
}
