// tests/dashboard/test_account.mjs - accounts by e-mail and password: in, out, refreshed, ended
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { api } from "./browser.mjs";

const PASSWORD = `Long and unheard of ${randomBytes(4).toString("hex")}`;

async function enter(page, email, press, then = "Environments") {
	await page.getByLabel("E-mail", { exact: true }).fill(email);
	await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
	await page.getByRole("button", { name: press }).click();
	await page.getByRole("heading", { name: then }).waitFor();
}

const stored = (page) => page.evaluate(() =>
	JSON.parse(sessionStorage.getItem("mockfactory.session")));

export async function signs_up_and_in(browser) {
	const email = `${randomBytes(6).toString("hex")}@example.com`;
	const page = await browser.open();
	await browser.accessible("log in by password");
	await browser.shoot("log-in");
	await page.getByLabel("E-mail", { exact: true }).fill(email);
	await page.getByLabel("Password", { exact: true }).fill("short");
	await page.getByRole("button", { name: "Make an account" }).click();
	await page.getByRole("alert").getByText("password:").first().waitFor();
	await enter(page, email, "Make an account");
	await page.getByText("You have no environments.").waitFor();
	await page.getByRole("button", { name: "Log out" }).click();
	await page.getByRole("heading", { name: "Log in" }).waitFor();
	await page.getByLabel("E-mail", { exact: true }).fill(email);
	await page.getByLabel("Password", { exact: true }).fill("not the password");
	await page.getByRole("button", { name: "Log in" }).click();
	await page.getByRole("alert").getByText("There is no account").waitFor();
	await enter(page, email, "Log in");
}

// The access token is over, the session is not: nobody notices.
export async function refreshes_by_itself(browser) {
	const page = await browser.open();
	await enter(page, `${randomBytes(6).toString("hex")}@example.com`, "Make an account");
	const before = await stored(page);
	await page.evaluate((session) => sessionStorage.setItem("mockfactory.session",
		JSON.stringify({ ...session, token: `${session.token}x` })), before);
	await page.reload();
	await page.getByText("You have no environments.").waitFor();
	const after = await stored(page);
	assert.equal(after.id, before.id);
	assert.notEqual(after.refresh, before.refresh);
	assert.equal((await api("GET", "/auth/sessions", null, after.token)).sessions.length, 1);
}

// A refresh token that came twice would end the session: a tab hears what another was given.
export async function in_a_duplicated_tab(browser) {
	const page = await browser.open();
	await enter(page, `${randomBytes(6).toString("hex")}@example.com`, "Make an account");
	const before = await stored(page);
	const twin = await browser.context.newPage();
	await twin.goto("/dashboard/");
	const keep = (session) => sessionStorage.setItem("mockfactory.session",
		JSON.stringify(session));
	await twin.evaluate(keep, before);
	await twin.reload();
	await twin.getByText("You have no environments.").waitFor();
	await page.evaluate(keep, { ...before, token: "over" });
	await page.reload();
	await page.getByText("You have no environments.").waitFor();
	const after = await stored(page);
	assert.notEqual(after.refresh, before.refresh);
	await twin.waitForFunction((refresh) =>
		sessionStorage.getItem("mockfactory.session").includes(refresh), after.refresh);
	await twin.evaluate(keep, { ...await stored(twin), token: "over" });
	await twin.reload();
	await twin.getByText("You have no environments.").waitFor();
}

export async function ends_when_it_is_revoked(browser) {
	const email = `${randomBytes(6).toString("hex")}@example.com`;
	const page = await browser.open();
	await enter(page, email, "Make an account");
	const session = await stored(page);
	const other = await api("POST", "/auth/login", { email, password: PASSWORD });
	await api("DELETE", `/auth/sessions/${session.id}`, null, other.access_token);
	await page.getByRole("link", { name: "Usage" }).click();
	await page.getByRole("alert").getByText("Your session has ended").waitFor();
	assert.equal(await stored(page), null);
	await enter(page, email, "Log in", "Usage");
}

// What a log-out in one tab ended, no token of it opens again.
export async function logs_out_for_good(browser) {
	const page = await browser.open();
	await enter(page, `${randomBytes(6).toString("hex")}@example.com`, "Make an account");
	const session = await stored(page);
	await page.getByRole("button", { name: "Log out" }).click();
	await page.getByRole("heading", { name: "Log in" }).waitFor();
	await assert.rejects(api("GET", "/account", null, session.token), /401/);
	await assert.rejects(api("POST", "/auth/refresh", { refresh_token: session.refresh }, ""),
		/401/);
}

// What stands behind '#' in the link of the last mail of that kind; it leads to the dashboard.
function linkOf(email, kind) {
	const sql = `select body from core.mail where to_address = '${email}'
		and body like '%#${kind}=%' order by id desc limit 1`;
	const body = execFileSync("psql", ["-XqAt", process.env.TEST_DB, "-c", sql],
		{ encoding: "utf8" });
	return new RegExp(`/dashboard/(#${kind}=\\w+)`).exec(body)[1];
}

export async function links_of_mails(browser) {
	const page = await browser.open();
	const email = `${randomBytes(6).toString("hex")}@example.com`;
	await enter(page, email, "Make an account");
	await page.goto(`/dashboard/${linkOf(email, "verify")}`);
	await page.getByRole("heading", { name: "Your address is confirmed" }).waitFor();
	const account = await api("GET", "/account", null, (await stored(page)).token);
	assert.equal(account.email, email);
	await page.getByRole("button", { name: "Log out" }).click();

	await page.getByText("The password is forgotten").click();
	await page.getByLabel("E-mail of the account").fill(email);
	await page.getByRole("button", { name: "Mail me a link" }).click();
	await page.getByText("a mail is on its way").waitFor();
	await page.goto(`/dashboard/${linkOf(email, "reset")}`);
	await page.getByLabel("New password").fill(`${PASSWORD} and new`);
	await browser.accessible("a new password");
	await page.getByRole("button", { name: "Set it" }).click();
	await page.getByText("The new password is set.").waitFor();
	assert.ok(!page.url().includes("reset"));
	await page.getByLabel("E-mail", { exact: true }).fill(email);
	await page.getByLabel("Password", { exact: true }).fill(`${PASSWORD} and new`);
	await page.getByRole("button", { name: "Log in" }).click();
	await page.getByText("You have no environments.").waitFor();

	// Each is good once, and one nobody sent is not.
	for (const link of [linkOf(email, "verify"), "#verify=nobodysToken"]) {
		await page.goto(`/dashboard/${link}`);
		await page.getByRole("alert").getByText("This link is unknown").waitFor();
	}
	await page.goto(`/dashboard/${linkOf(email, "reset")}`);
	await page.getByLabel("New password").fill(PASSWORD);
	await page.getByRole("button", { name: "Set it" }).click();
	await page.getByRole("alert").getByText("This link is unknown").waitFor();
}
