// httpd-conf/htdocs/dashboard/copy.js - text to copy, and secrets that show when they are asked for
import { button, el, note } from "./dom.js";

// navigator.clipboard is there on HTTPS and on this machine only.
async function toClipboard(text) {
	if (navigator.clipboard) {
		await navigator.clipboard.writeText(text);
		return;
	}
	const area = el("textarea", { class: "aside", "aria-hidden": "true", tabindex: "-1" });
	const focused = document.activeElement;
	area.value = text;
	document.body.append(area);
	area.select();
	const done = document.execCommand("copy");
	area.remove();
	focused?.focus();
	if (!done)
		throw new Error("refused");
}

// text: a string, or a function that answers a promise of one
export function copyButton(what, text) {
	return button("Copy", async () => {
		try {
			await toClipboard(typeof text === "function" ? await text() : text);
			note(`${what} copied.`);
		} catch {
			note(`The browser does not let ${what} be copied.`);
		}
	}, { class: "small", "aria-label": `Copy ${what}` });
}

// A row of a description list with a value that can be copied.
export function copyRow(name, what, shown, text = shown) {
	return el("div", { class: "row" }, el("dt", {}, name),
		el("dd", {}, el("code", {}, shown), copyButton(what, text)));
}
