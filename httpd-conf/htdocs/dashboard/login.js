// httpd-conf/htdocs/dashboard/login.js - logging in: by e-mail and password, or with an API key
import { get, offers, post, request } from "./api.js";
import { alert, busy, el } from "./dom.js";
import * as session from "./session.js";

function field(id, label, properties, hint) {
	return el("p", { class: "field" }, el("label", { for: id }, label),
		el("input", { id, required: true, ...properties,
			"aria-describedby": hint ? `${id}-hint` : null }),
		hint ? el("span", { class: "small", id: `${id}-hint` }, hint) : null);
}

function form(title, name, fields, submit) {
	const troubles = el("div");
	const send = el("button", { type: "submit", class: "primary" }, title);
	const onsubmit = async (event) => {
		event.preventDefault();
		troubles.replaceChildren();
		await busy(send, async () => {
			try {
				await submit(event.target.elements);
			} catch (problem) {
				troubles.replaceChildren(alert(problem));
			}
		});
	};
	return el("form", { class: "card", "aria-label": name, onsubmit },
		el("h2", {}, name), troubles, fields, el("p", { class: "actions" }, send));
}

async function byPassword(elements) {
	const made = await post("/auth/login",
		{ email: elements.email.value.trim(), password: elements.password.value },
		{ token: null });
	session.keep({ token: made.access_token, refresh: made.refresh_token });
}

async function byKey(elements) {
	const token = elements.key.value.trim();
	await get("/account", { token });
	session.keep({ token, key: true });
}

// done() is called when somebody is logged in; why says why nobody is any more
export function loginView(done, why) {
	const enter = (how) => async (elements) => {
		await how(elements);
		done();
	};
	const forms = el("div", { class: "pair" }, form("Use key", "With an API key", [
		field("key", "API key", { type: "password", autocomplete: "off", spellcheck: "false",
			maxlength: "4096" }, "On a laptop: MF_API_KEY in var/mockfactory.env."),
	], enter(byKey)));
	// A laptop's installation has nobody to log in by password.
	offers("/auth/login").then((yes) => yes && forms.prepend(
		form("Log in", "With e-mail and password", [
			field("email", "E-mail", { type: "email", autocomplete: "username" }),
			field("password", "Password", { type: "password", autocomplete: "current-password" }),
		], enter(byPassword))));
	return el("div", {}, el("h1", { tabindex: "-1" }, "Log in"),
		why ? el("p", { class: "alert", role: "alert" }, why) : null,
		forms);
}

// The session ends for everybody, not in this tab alone; a key stays as it is.
export async function logOut() {
	const kept = session.current();
	if (kept?.refresh) {
		try {
			await request("POST", "/auth/logout", { body: { refresh_token: kept.refresh } });
		} catch {
			// It ends by itself.
		}
	}
	session.forget();
}
