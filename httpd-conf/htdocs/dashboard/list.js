// httpd-conf/htdocs/dashboard/list.js - all environments, as they are now
import { all } from "./api.js";
import { actionButton, allow } from "./actions.js";
import { alert, el, say } from "./dom.js";
import { live } from "./live.js";
import { ago, money, nameOf, rate, time } from "./text.js";

const EVERY = 5000;

export function statusPill(status) {
	return el("span", { class: `pill ${status}` }, status);
}

// One row, made once and changed in place: a focus or a selection in it survives.
function makeRow(environment, signal, refresh) {
	const link = el("a", { href: `#/environments/${environment.id}` }, nameOf(environment));
	const status = el("td", {}, statusPill(environment.status));
	const buttons = ["stop", "start", "destroy"].map((what) =>
		actionButton(what, environment, signal, refresh));
	const row = el("tr", {},
		el("th", { scope: "row" }, link, environment.name
			? el("span", { class: "small id" }, environment.id) : null),
		status,
		el("td", { class: "services" }, environment.services.join(", ")),
		el("td", { class: "number" }, money(environment.hourly_rate)),
		el("td", { title: time(environment.created_at) }, ago(environment.created_at)),
		el("td", { class: "actions" }, buttons));
	const update = (now) => {
		if (status.textContent !== now.status)
			status.replaceChildren(statusPill(now.status));
		say(row.cells[4], ago(now.created_at));
		allow(buttons, now.status);
	};
	update(environment);
	return { row, update };
}

function summary(list) {
	const running = list.filter((e) => e.status === "running");
	const sum = running.reduce((total, e) => total + e.hourly_rate, 0);
	return list.length === 0 ? "You have no environments."
		: `${running.length} of ${list.length} running, together ${rate(sum)}.`;
}

export function listView(signal) {
	const rows = new Map();
	const sum = el("p", { role: "status" }, "Loading…");
	const trouble = el("div");
	const body = el("tbody");
	const table = el("div", { class: "scroll", hidden: true, role: "region", tabindex: "0",
		"aria-label": "Environments, scrolls sideways" },
		el("table", {}, el("caption", { class: "aside" }, "Environments"),
			el("thead", {}, el("tr", {},
				["Name", "State", "Services", "An hour", "Made", "Actions"].map((title) =>
					el("th", { scope: "col", class: title === "An hour" ? "number" : null },
						title)))), body));
	const show = (list) => {
		const gone = new Set(rows.keys());
		list.forEach((environment, at) => {
			gone.delete(environment.id);
			if (!rows.has(environment.id))
				rows.set(environment.id, makeRow(environment, signal, refresh));
			const { row, update } = rows.get(environment.id);
			update(environment);
			if (body.children[at] !== row)
				body.insertBefore(row, body.children[at] || null);
		});
		for (const id of gone) {
			rows.get(id).row.remove();
			rows.delete(id);
		}
		table.hidden = list.length === 0;
		say(sum, summary(list));
	};
	const load = async () => show(await all("/environments", "environments", signal));
	// After a change: what it came to, and how things stand now.
	const refresh = async (problem) => {
		trouble.replaceChildren(...(problem ? [alert(problem)] : []));
		const focused = document.activeElement;
		await load().catch(() => {});
		if (!focused.isConnected)
			document.querySelector("h1").focus();
	};
	live(load, EVERY, signal, (problem) =>
		trouble.replaceChildren(...(problem ? [alert(problem)] : [])));
	return el("div", {},
		el("div", { class: "head" }, el("h1", { tabindex: "-1" }, "Environments"),
			el("a", { class: "button primary", href: "#/new" }, "New environment")),
		sum, trouble, table);
}
