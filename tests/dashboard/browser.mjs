// tests/dashboard/browser.mjs - a browser context, what went wrong in it, and the API beside it
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";

export const URL_BASE = process.env.TEST_URL;
export const KEY = process.env.TEST_API_KEY;
const AXE = `${process.env.MODULES}/node_modules/axe-core/axe.min.js`;

// The control API, without a browser.
export async function api(method, path, body, key = KEY) {
	const answer = await fetch(`${URL_BASE}/api/v1${path}`, {
		method, headers: { Authorization: `Bearer ${key}`, "Content-Type": "application/json" },
		body: method === "GET" || method === "DELETE" ? undefined : JSON.stringify(body ?? {}),
	});
	const text = await answer.text();
	assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
	return text ? JSON.parse(text) : null;
}

export class Browser {
	constructor(chrome) {
		this.chrome = chrome;
		this.trouble = [];
		this.made = [];
		this.expected = [];
	}

	// A page that is not logged in.
	async open(options = {}) {
		this.context = await this.chrome.newContext({ baseURL: URL_BASE, locale: "en-GB",
			timezoneId: "UTC", viewport: { width: 1100, height: 800 }, ...options });
		this.context.setDefaultTimeout(60000);
		await this.context.grantPermissions(["clipboard-read", "clipboard-write"]);
		await this.context.addInitScript(() => document.addEventListener(
			"securitypolicyviolation", (event) => console.error("policy", event.blockedURI,
				event.violatedDirective, event.sample)));
		const page = this.page = await this.context.newPage();
		page.on("pageerror", (error) => this.trouble.push(`threw: ${error.stack}`));
		page.on("console", (line) => {
			// The network's own lines about 401 and 404, which tests ask for.
			if (line.type() === "error" && !line.text().startsWith("Failed to load resource"))
				this.trouble.push(`console: ${line.text()}`);
		});
		page.on("request", (request) => {
			if (!request.url().startsWith(URL_BASE) && !/^(data|blob):/.test(request.url()))
				this.trouble.push(`asked ${request.url()}`);
		});
		if (options.clock)
			await page.clock.install();
		await page.goto("/dashboard/");
		return page;
	}

	async logIn(options, key = KEY) {
		const page = await this.open(options);
		await page.getByLabel("API key", { exact: true }).fill(key);
		await page.getByRole("button", { name: "Use key" }).click();
		await page.getByRole("heading", { name: "Environments" }).waitFor();
		return page;
	}

	// An environment that goes with the test.
	async environment(wish) {
		const made = await api("POST", "/environments", wish);
		this.made.push(made.id);
		return made;
	}

	// axe-core's findings that keep somebody from using the page.
	async accessible(what) {
		const devtools = await this.context.newCDPSession(this.page);
		const evaluate = async (expression) => {
			const answer = await devtools.send("Runtime.evaluate",
				{ expression, awaitPromise: true, returnByValue: true });
			assert.equal(answer.exceptionDetails, undefined, JSON.stringify(answer));
			return answer.result.value;
		};
		await evaluate(`${readFileSync(AXE, "utf8")};0`);
		const found = await evaluate(`axe.run(document).then((r) => r.violations.map((v) =>
			({ id: v.id, impact: v.impact, at: v.nodes.map((n) => n.html) })))`);
		await devtools.detach();
		const bad = found.filter((one) => ["serious", "critical"].includes(one.impact));
		assert.deepEqual(bad, [], what);
		assert.deepEqual(found.filter((one) => one.impact === "moderate"), [], what);
	}

	async shoot(name) {
		if (!process.env.SHOTS || !this.page)
			return;
		mkdirSync(process.env.SHOTS, { recursive: true });
		await this.page.screenshot({ path: `${process.env.SHOTS}/${name}.png`, fullPage: true })
			.catch(() => {});
	}

	// The test brings this about itself; it waits until the browser has said so.
	async expect(trouble) {
		this.expected.push(trouble);
		for (let i = 0; i < 1200 && !this.trouble.some((line) => trouble.test(line)); i++)
			await this.page.waitForTimeout(50);
		assert.ok(this.trouble.some((line) => trouble.test(line)), String(trouble));
	}

	// Time passes at once, until what a locator names has that state.
	async later(locator, state = "visible") {
		for (let i = 0; i < 300; i++) {
			await this.page.clock.fastForward(5000);
			const done = await locator.first().waitFor({ state, timeout: 200 })
				.then(() => true, () => false);
			if (done)
				return;
		}
		assert.fail(`${locator} is never ${state}`);
	}

	check() {
		assert.deepEqual(this.trouble.filter((line) =>
			!this.expected.some((trouble) => trouble.test(line))), []);
	}

	async close() {
		await this.context?.close();
		for (const id of this.made)
			await api("DELETE", `/environments/${id}`).catch(() => {});
	}
}
