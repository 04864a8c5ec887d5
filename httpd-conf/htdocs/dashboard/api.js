// httpd-conf/htdocs/dashboard/api.js - requests to the control API, and what it refuses
import * as session from "./session.js";

const ROOT = "/api/v1";

// What the API refused, in its own words (RFC 9457); status 0: it was not reached.
export class Problem extends Error {
	constructor(status, body, id) {
		super(body.title || `The answer was ${status}.`);
		this.status = status;
		this.code = body.code || "";
		this.title = this.message;
		this.detail = body.detail || "";
		this.errors = body.errors || [];
		this.id = body.instance || id || "";
	}
}

async function problemOf(answer) {
	let body = {};
	try {
		body = await answer.json();
	} catch {
		// A web server's own page, or nothing.
	}
	return new Problem(answer.status, body, answer.headers.get("X-Request-Id"));
}

// token: other than the session's; null: none
async function send(method, path, { body, headers, signal, token } = {}) {
	if (token === undefined)
		token = session.current()?.token;
	try {
		return await fetch(ROOT + path, {
			method, signal, cache: "no-store", credentials: "omit", redirect: "error",
			referrerPolicy: "no-referrer",
			headers: {
				...(token ? { Authorization: `Bearer ${token}` } : {}),
				...(method === "GET" ? {} : { "Content-Type": "application/json" }),
				...headers,
			},
			body: method === "GET" || method === "DELETE" ? undefined : JSON.stringify(body ?? {}),
		});
	} catch (error) {
		if (error.name === "AbortError")
			throw error;
		throw new Problem(0, { title: "MockFactory cannot be reached.",
			detail: "It is tried again by itself." });
	}
}

let ended = () => {};

// Called when a request is refused for want of a log-in that holds.
export function onEnd(callback) {
	ended = callback;
}

// An answer with a status below 400; 304 when headers ask for it.  Otherwise throws Problem.
export async function request(method, path, options) {
	let answer = await send(method, path, options);
	const ours = options?.token === undefined && session.current() !== null;
	if (answer.status === 401 && ours && session.current()?.refresh && await refresh())
		answer = await send(method, path, options);
	if (answer.status < 400)
		return answer;
	const problem = await problemOf(answer);
	if (problem.status === 401 && ours) {
		session.forget();
		ended();
	}
	throw problem;
}

export async function get(path, options) {
	return (await request("GET", path, options)).json();
}

export async function post(path, body, options) {
	return (await request("POST", path, { body, ...options })).json();
}

// Is there something at this address, whatever method it takes?
export async function offers(path) {
	try {
		return (await send("GET", path, { token: null })).status !== 404;
	} catch {
		return false;
	}
}

export async function text(path) {
	return (await request("GET", path)).text();
}

// All pages of a list: get every one with the cursor of the last.
export async function all(path, member, signal) {
	const list = [];
	let cursor = null;
	do {
		const mark = path.includes("?") ? "&" : "?";
		const more = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
		const page = await get(`${path}${mark}limit=100${more}`, { signal });
		list.push(...page[member]);
		cursor = page.next_cursor;
	} while (cursor);
	return list;
}

// What became of a change that was answered 202; null when it was done at once or has succeeded.
export async function follow(answer, signal) {
	const where = answer.headers.get("Location");
	if (answer.status !== 202 || !where)
		return null;
	for (;;) {
		const operation = await get(new URL(where, location.href).pathname.slice(ROOT.length),
			{ signal, headers: { Prefer: "wait=30" } });
		if (operation.status === "failed")
			return new Problem(0, { title: "It did not work.", detail: operation.reason });
		if (operation.status !== "running")
			return null;
	}
}

// One at a time: a refresh token is good once.
let refreshing = null;

async function refreshOnce() {
	const kept = session.current();
	const answer = await send("POST", "/auth/refresh", { body: { refresh_token: kept.refresh },
		token: null });
	if (!answer.ok)
		return false;
	session.keepTokens(await answer.json());
	return true;
}

function refresh() {
	refreshing ??= refreshOnce().finally(() => {
		refreshing = null;
	});
	return refreshing;
}
