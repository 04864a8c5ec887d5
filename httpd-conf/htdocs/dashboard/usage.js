// httpd-conf/htdocs/dashboard/usage.js - what environments cost: one, hour by hour, and all
import { all, get } from "./api.js";
import { alert, el, say } from "./dom.js";
import { live } from "./live.js";
import { barPlot } from "./plot.js";
import { statusPill } from "./list.js";
import { money, nameOf } from "./text.js";

const HOUR = 3600000;
const SHOWN = 24;
const EVERY = 60000;

const cents = (value) => money(value, 2);
const fine = (value) => money(value, value > 0 && value < 0.1 ? 4 : 2);

// The last day in hours; periods never span a full hour, several may lie in one.
function hours(periods, now) {
	const last = Math.floor(now / HOUR);
	const bars = Array.from({ length: SHOWN }, (_, at) => {
		const start = new Date((last - SHOWN + 1 + at) * HOUR);
		return { value: 0, label: `${start.getHours()}:00`,
			title: start.toLocaleString(undefined, { weekday: "short", hour: "2-digit",
				minute: "2-digit" }) };
	});
	for (const period of periods) {
		const at = Math.floor(Date.parse(period.period_start) / HOUR) - (last - SHOWN + 1);
		if (at >= 0 && at < SHOWN)
			bars[at].value += period.cost;
	}
	return bars;
}

// The part of an environment's page; changed() asks anew.
export function usagePart(path, signal) {
	const total = el("p");
	const plot = el("div");
	let busy = false;
	const load = async () => {
		const usage = await get(`${path}/usage?limit=100`, { signal });
		const bars = hours(usage.usage, Date.parse(usage.at));
		say(total, `${fine(usage.total)} so far.`);
		const open = plot.querySelector("details")?.open;
		plot.replaceChildren(barPlot("Cost of the last 24 hours, hour by hour", bars, fine));
		plot.querySelector("details").open = open === true;
	};
	const changed = async () => {
		if (busy)
			return;
		busy = true;
		await load().catch(() => say(total, "Not to be had at the moment."));
		busy = false;
	};
	live(async () => {
		if (plot.children.length > 0)
			await load();
	}, EVERY, signal, () => {});
	return { changed, part: el("section", { class: "card", "aria-labelledby": "cost" },
		el("h2", { id: "cost" }, "Usage"), total, plot) };
}

const SPANS = {
	day: ["Last 24 hours", (now) => new Date(now - 24 * HOUR)],
	week: ["Last 7 days", (now) => new Date(now - 7 * 24 * HOUR)],
	month: ["This month", (now) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()))],
	year: ["This year", (now) => new Date(Date.UTC(now.getUTCFullYear(), 0))],
};

async function load(span, signal) {
	const now = new Date();
	const query = `/usage?from=${SPANS[span][1](now).toISOString()}&to=${now.toISOString()}`;
	const { total } = await get(`${query}&limit=1`, { signal });
	return { total, list: await all(query, "environments", signal) };
}

function table(list) {
	return el("table", {}, el("caption", { class: "aside" }, "Cost of each environment"),
		el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Environment"),
			el("th", { scope: "col" }, "State"),
			el("th", { scope: "col", class: "number" }, "US$"))),
		el("tbody", {}, list.map((one) => el("tr", {},
			el("th", { scope: "row" }, one.status === "destroyed" ? nameOf(one)
				: el("a", { href: `#/environments/${one.id}` }, nameOf(one)),
			one.name ? el("span", { class: "small id" }, one.id) : null),
			el("td", {}, statusPill(one.status)),
			el("td", { class: "number" }, fine(one.cost))))));
}

function plot(list) {
	const most = list.filter((one) => one.cost > 0).sort((a, b) => b.cost - a.cost).slice(0, 12);
	if (most.length === 0)
		return null;
	const short = (name) => name.length > 8 ? `${name.slice(0, 7)}…` : name;
	return barPlot("Cost of the dearest environments", most.map((one) =>
		({ value: one.cost, label: short(nameOf(one)), title: nameOf(one) })), fine, false);
}

export function usageView(signal) {
	const out = el("div");
	const total = el("p", { role: "status" }, "Loading…");
	const show = async () => {
		try {
			const { total: sum, list } = await load(select.value, signal);
			const many = list.length === 1 ? "" : "s";
			say(total, `${cents(sum)} in all, of ${list.length} environment${many}.`);
			const bars = plot(list);
			out.replaceChildren(...[bars ? el("div", { class: "card" }, bars) : null,
				list.length > 0 ? el("div", { class: "card" }, table(list)) : null]
				.filter((part) => part));
		} catch (problem) {
			if (!signal.aborted)
				out.replaceChildren(alert(problem));
		}
	};
	const select = el("select", { id: "span", onchange: show },
		Object.entries(SPANS).map(([value, [title]]) =>
			el("option", { value, selected: value === "month" }, title)));
	show();
	return el("div", {}, el("h1", { tabindex: "-1" }, "Usage"),
		el("p", { class: "field" }, el("label", { for: "span" }, "Time"), select), total, out);
}
