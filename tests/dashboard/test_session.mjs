// tests/dashboard/test_session.mjs - sessions that end, and an API that is away for a moment
import assert from "node:assert/strict";
import { api, KEY } from "./browser.mjs";

async function enter(page, key) {
	await page.getByLabel("API key", { exact: true }).fill(key);
	await page.getByRole("button", { name: "Use key" }).click();
}

export async function one_that_is_revoked(browser) {
	const made = await browser.environment({ services: ["aws_s3"], name: "still there" });
	const { id, key } = await api("POST", "/keys", { name: "short" });
	const page = await browser.logIn({}, key);
	await page.getByRole("link", { name: "still there" }).click();
	await page.getByRole("button", { name: "Show credentials" }).click();
	await page.getByText(made.credentials.aws.secret_access_key).waitFor();

	await api("DELETE", `/keys/${id}`);
	await page.getByRole("button", { name: "Stop still there" }).click();
	await page.getByRole("alert").getByText("Your session has ended").waitFor();
	await browser.shoot("session-ended");
	// Nothing of what was shown is left to whoever comes next.
	assert.ok(!(await page.content()).includes(made.credentials.aws.secret_access_key));
	assert.ok(!(await page.content()).includes("still there"));
	assert.equal(await page.evaluate(() => sessionStorage.length), 0);
	assert.equal((await api("GET", `/environments/${made.id}`)).status, "running");
	await page.getByRole("navigation").waitFor({ state: "hidden" });

	// Logging in again leads back to where it ended.
	await enter(page, KEY);
	await page.getByRole("heading", { name: "still there" }).waitFor();
}

// The list asks by itself; nobody needs to press anything to learn of the end.
export async function one_that_ends_unseen(browser) {
	const { id, key } = await api("POST", "/keys", { name: "shorter" });
	const page = await browser.logIn({ clock: true }, key);
	await api("DELETE", `/keys/${id}`);
	await browser.later(page.getByRole("alert").getByText("Your session has ended"));
}

export async function lives_through_a_reload(browser) {
	await browser.environment({ services: ["aws_s3"], name: "reloaded" });
	const page = await browser.logIn();
	await page.reload();
	await page.getByRole("link", { name: "reloaded" }).click();
	await page.getByRole("heading", { name: "reloaded" }).waitFor();
	await page.reload();
	await page.getByRole("heading", { name: "reloaded" }).waitFor();
	const other = await browser.context.newPage();
	await other.goto("/dashboard/");
	await other.getByRole("heading", { name: "Log in" }).waitFor();
}

export async function changes_elsewhere_show(browser) {
	const made = await browser.environment({ services: ["aws_s3"], name: "watched" });
	const page = await browser.logIn({ clock: true });
	await page.getByRole("link", { name: "watched" }).click();
	await page.locator("main .pill", { hasText: "running" }).waitFor();
	await api("POST", `/environments/${made.id}/stop`);
	await page.locator("main .pill", { hasText: "stopped" }).waitFor();
	await page.getByRole("link", { name: "All environments" }).click();
	await page.getByRole("link", { name: "watched" }).waitFor();
	await api("DELETE", `/environments/${made.id}`);
	await browser.later(page.getByRole("link", { name: "watched" }), "detached");
	await page.goto(`/dashboard/#/environments/${made.id}`);
	await page.getByRole("alert").getByText("This environment was destroyed.").waitFor();
}

export async function an_api_that_is_away(browser) {
	await browser.environment({ services: ["aws_s3"], name: "patient" });
	const page = await browser.logIn({ clock: true });
	await page.getByRole("link", { name: "patient" }).waitFor();
	let asked = 0;
	await page.route("**/api/v1/**", (route) => {
		asked++;
		return asked < 3 ? route.abort() : route.fulfill({ status: 503,
			contentType: "application/problem+json",
			body: JSON.stringify({ title: "Not available right now.", code: "unavailable",
				detail: "Please try again.", status: 503, instance: "REQUEST1" }) });
	});
	await browser.later(page.getByRole("alert").getByText("MockFactory cannot be reached."));
	await browser.later(page.getByRole("alert").getByText("Not available right now."));
	await page.getByRole("alert").getByText("Request REQUEST1").waitFor();
	await page.unroute("**/api/v1/**");
	await browser.later(page.getByRole("alert"), "detached");
	await page.getByRole("link", { name: "patient" }).waitFor();
}

// The answer is lost, what was asked for is made: pressing again leads to it, not to another.
export async function a_wish_sent_twice(browser) {
	const page = await browser.logIn();
	const name = `once ${Date.now()}`;
	await page.getByRole("link", { name: "New environment" }).click();
	await page.getByRole("checkbox", { name: "Amazon S3" }).check();
	await page.getByLabel("Name").fill(name);
	let lost = 0;
	await page.route("**/api/v1/environments", async (route) => {
		if (route.request().method() !== "POST" || lost > 0)
			return route.continue();
		lost++;
		browser.made.push((await (await route.fetch()).json()).id);
		return route.abort();
	});
	await page.getByRole("button", { name: "Make it" }).click();
	await page.getByRole("alert").getByText("MockFactory cannot be reached.").waitFor();
	await page.getByRole("button", { name: "Make it" }).click();
	await page.getByRole("heading", { name }).waitFor();
	const { environments } = await api("GET", "/environments?limit=100");
	assert.equal(environments.filter((one) => one.name === name).length, 1);
	assert.ok(page.url().endsWith(browser.made[0]));
}
