// httpd-conf/htdocs/dashboard/main.js - which view shows, and who is logged in
import { get, onEnd } from "./api.js";
import { createView } from "./create.js";
import { alert, byId, el, say } from "./dom.js";
import { environmentView } from "./environment.js";
import { listView } from "./list.js";
import { loginView, logOut, resetView, takeSession, verifyView } from "./login.js";
import * as session from "./session.js";
import { usageView } from "./usage.js";

const VIEWS = [
	[/^\/$/, "Environments", (signal) => listView(signal)],
	[/^\/new$/, "New environment", (signal) => createView(signal)],
	[/^\/usage$/, "Usage", (signal) => usageView(signal)],
	[/^verify=(\w+)$/, "Confirm your address", (signal, token) => verifyView(token, signal)],
	[/^\/environments\/(env-[a-z0-9]+)$/, "Environment",
		(signal, id) => environmentView(id, signal)],
];

let shown = new AbortController();
let first = true;

// A view takes the place of the one before, whose requests end, and the focus goes to its title.
function put(view, title) {
	document.title = `${title} · MockFactory`;
	byId("main").replaceChildren(view);
	if (!first)
		view.querySelector("h1")?.focus();
	first = false;
}

function markNav(path) {
	for (const link of byId("nav").querySelectorAll("a"))
		if (link.getAttribute("href") === `#${path}`)
			link.setAttribute("aria-current", "page");
		else
			link.removeAttribute("aria-current");
}

function logIn(why) {
	shown.abort();
	byId("nav").hidden = byId("who").hidden = true;
	put(loginView(enter, why), "Log in");
}

// Back from single sign-on; what came along does not stay in the history.
async function signedOn(token) {
	history.replaceState(null, "", "#/");
	try {
		if (token && await takeSession(token)) {
			await enter();
			return;
		}
	} catch {
		// The token was good for nothing.
	}
	logIn("Single sign-on did not work. Try again.");
}

async function route() {
	const back = /^#(?:refresh_token=(\w+)|error=[a-z-]+)$/.exec(location.hash);
	if (back) {
		await signedOn(back[1]);
		return;
	}
	const reset = /^#reset=(\w+)$/.exec(location.hash);
	if (reset) {
		shown.abort();
		byId("nav").hidden = byId("who").hidden = true;
		put(resetView(reset[1], home), "A new password");
		return;
	}
	if (!session.current()) {
		logIn();
		return;
	}
	const path = location.hash.slice(1) || "/";
	shown.abort();
	shown = new AbortController();
	const { signal } = shown;
	markNav(path);
	for (const [pattern, title, view] of VIEWS) {
		const found = pattern.exec(path);
		if (!found)
			continue;
		try {
			const made = await view(signal, ...found.slice(1));
			if (!signal.aborted)
				put(made, title);
		} catch (problem) {
			if (!signal.aborted)
				put(el("div", {}, el("h1", { tabindex: "-1" }, title), alert(problem)), title);
		}
		return;
	}
	put(el("div", {}, el("h1", { tabindex: "-1" }, "Not found"),
		el("p", {}, "There is nothing at this address.")), "Not found");
}

// To the beginning, without leaving what the address was in the history.
function home() {
	history.replaceState(null, "", "#/");
	route();
}

async function showAccount() {
	const account = await get("/account");
	say(byId("account"), account.email || account.name);
}

async function enter() {
	byId("nav").hidden = byId("who").hidden = false;
	showAccount().catch(() => {});
	await route();
}

byId("logout").addEventListener("click", async () => {
	await logOut();
	home();
});
byId("skip").addEventListener("click", (event) => {
	event.preventDefault();
	byId("main").focus();
});
onEnd(() => logIn("Your session has ended. Log in again to go on."));
addEventListener("hashchange", route);
if (session.current() && !location.hash.startsWith("#refresh_token="))
	enter();
else
	route();
