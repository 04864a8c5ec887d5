// httpd-conf/htdocs/dashboard/login.js - logging in by e-mail and password, or with an API key
import { get, offers, request } from "./api.js";
import { alert, busy, el, note } from "./dom.js";
import * as session from "./session.js";

function field(id, label, properties, hint) {
	return el("p", { class: "field" }, el("label", { for: id }, label),
		el("input", { id, required: true, ...properties,
			"aria-describedby": hint ? `${id}-hint` : null }),
		hint ? el("span", { class: "small", id: `${id}-hint` }, hint) : null);
}

// buttons: [[text, submit(elements)], ...]; Enter presses the first
function form(name, fields, buttons) {
	const troubles = el("div");
	const works = new Map(buttons.map(([text, work], at) => [el("button",
		{ type: "submit", class: at === 0 ? "primary" : "" }, text), work]));
	const onsubmit = async (event) => {
		event.preventDefault();
		troubles.replaceChildren();
		await busy(event.submitter, async () => {
			try {
				await works.get(event.submitter)(event.target.elements);
			} catch (problem) {
				troubles.replaceChildren(alert(problem));
			}
		});
	};
	return el("form", { class: "card", "aria-label": name, onsubmit },
		el("h2", {}, name), troubles, fields, el("p", { class: "actions" }, [...works.keys()]));
}

// Without the session's token: there is none, or it is somebody else's.
async function post(path, body) {
	const answer = await request("POST", path, { body, token: null });
	return answer.status === 200 || answer.status === 201 ? answer.json() : null;
}

const byPassword = (path) => async ({ email, password }) => session.keepTokens(
	await post(path, { email: email.value.trim(), password: password.value }));

async function byKey({ key }) {
	const token = key.value.trim();
	await get("/account", { token });
	session.keep({ token });
}

function passwordForm(enter) {
	return form("With e-mail and password", [
		field("email", "E-mail", { type: "email", autocomplete: "username" }),
		field("password", "Password", { type: "password", autocomplete: "current-password" }),
	], [["Log in", enter(byPassword("/auth/login"))],
		["Make an account", enter(byPassword("/auth/signup"))]]);
}

function forgotten() {
	return el("details", {}, el("summary", {}, "The password is forgotten"),
		form("A new password", [field("forgotten", "E-mail of the account",
			{ type: "email", autocomplete: "username" })],
		[["Mail me a link", async (elements) => {
			await post("/auth/password/forgot", { email: elements.forgotten.value.trim() });
			note("If there is such an account, a mail is on its way.");
		}]]));
}

// The provider sends the browser back with a session for this tab; one that this tab has not asked
// for might be of somebody who wants their account used.
const ASKED = "mockfactory.sso";

function signOnLink() {
	return el("p", { class: "actions" }, el("a", { class: "button",
		href: "/api/v1/auth/sso/login?return_to=/dashboard/",
		onclick: () => sessionStorage.setItem(ASKED, "yes") }, "Log in with single sign-on"));
}

// #refresh_token=<token>; false: this tab has not asked for it
export async function takeSession(token) {
	const asked = sessionStorage.getItem(ASKED) !== null;
	sessionStorage.removeItem(ASKED);
	if (asked)
		session.keepTokens(await post("/auth/refresh", { refresh_token: token }));
	return asked;
}

// done() is called when somebody is logged in; why says why nobody is any more
export function loginView(done, why) {
	const enter = (how) => async (elements) => {
		await how(elements);
		done();
	};
	const forms = el("div", { class: "pair" }, form("With an API key", [
		field("key", "API key", { type: "password", autocomplete: "off", spellcheck: "false",
			maxlength: "4096" }, "On a laptop: MF_API_KEY in var/mockfactory.env."),
	], [["Use key", enter(byKey)]]));
	const more = el("div");
	offers("/auth/login").then((yes) => {
		if (yes) {
			forms.prepend(passwordForm(enter));
			more.append(forgotten());
		}
	});
	offers("/auth/sso/callback").then((yes) => {
		if (yes)
			forms.before(signOnLink());
	});
	return el("div", {}, el("h1", { tabindex: "-1" }, "Log in"),
		why ? el("p", { class: "alert", role: "alert" }, why) : null, forms, more);
}

// Where the link of a mail leads: #reset=<token>
export function resetView(token, done) {
	return el("div", {}, el("h1", { tabindex: "-1" }, "A new password"),
		form("Set it", [field("fresh", "New password",
			{ type: "password", autocomplete: "new-password" }, "All sessions end.")],
		[["Set it", async ({ fresh }) => {
			await post("/auth/password/reset", { token, password: fresh.value });
			session.forget();
			note("The new password is set. Log in with it.");
			done();
		}]]));
}

// #verify=<token>, of whoever is logged in
export async function verifyView(token, signal) {
	await request("POST", "/auth/verify", { body: { token }, signal });
	return el("div", {}, el("h1", { tabindex: "-1" }, "Your address is confirmed"),
		el("p", {}, el("a", { href: "#/" }, "To the environments")));
}

// The session ends for everybody, not in this tab alone; a key stays as it is.
export async function logOut() {
	if (session.current()?.refresh) {
		try {
			await request("POST", "/auth/logout");
		} catch {
			// It ends by itself.
		}
	}
	session.forget();
}
