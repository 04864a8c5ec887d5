// tests/dashboard/test_sso.mjs - single sign-on, at npm's oidc-provider
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { URL_BASE, api } from "./browser.mjs";

const ISSUER = process.env.TEST_SSO_ISSUER;
const SCRIPT = new URL("../sdk/js/provider.mjs", import.meta.url).pathname;

async function provider() {
	const settings = { issuer: ISSUER, client: process.env.TEST_SSO_CLIENT_ID,
		secret: process.env.TEST_SSO_SECRET, port: Number(new URL(ISSUER).port),
		redirects: [`${URL_BASE}/api/v1/auth/sso/callback`] };
	const child = spawn("node", [SCRIPT], { stdio: ["ignore", "pipe", "ignore"],
		env: { ...process.env, PROVIDER: JSON.stringify(settings) } });
	await new Promise((resolve, reject) => {
		child.stdout.once("data", resolve);
		child.once("exit", () => reject(new Error("the provider does not start")));
	});
	return child;
}

// The pages of the provider are not ours.
async function at_provider(browser, work) {
	const child = await provider();
	browser.expected.push(new RegExp(`^asked ${ISSUER}/`), /^asked https:\/\/fonts\./,
		/^console: .*(fonts|Refused|Content Security Policy|policy)/);
	try {
		await work(await browser.open());
	} finally {
		child.kill();
	}
}

async function sign_on(page, name) {
	await page.getByRole("link", { name: "Log in with single sign-on" }).click();
	await page.locator("input[name=login]").fill(name);
	await page.locator("input[name=password]").fill("any");
	await page.locator("button[type=submit]").click();
	await page.getByText("Authorize").waitFor();
	await page.locator("button[type=submit]").click();
	await page.getByRole("heading", { name: "Environments" }).waitFor();
}

export async function logs_in(browser) {
	await at_provider(browser, async (page) => {
		await sign_on(page, "ann");
		await page.getByText("ann@example.com").waitFor();
		assert.equal(new URL(page.url()).hash, "#/");
		await page.reload();
		await page.getByText("ann@example.com").waitFor();
		await browser.accessible("signed on");
		await page.getByRole("button", { name: "Log out" }).click();
		await page.getByRole("heading", { name: "Log in" }).waitFor();
	});
}

// A link with somebody's session in it does not log anybody in as them.
export async function takes_no_session_it_did_not_ask_for(browser) {
	const made = await fetch(`${URL_BASE}/api/v1/auth/signup`, { method: "POST",
		headers: { "Content-Type": "application/json" },
		body: JSON.stringify({ email: `mallory-${Date.now()}@example.com`,
			password: "a long one of mallory's" }) });
	const { access_token, refresh_token } = await made.json();
	const page = await browser.open();
	await page.goto("about:blank");
	await page.goto(`/dashboard/#refresh_token=${refresh_token}`);
	await page.getByRole("alert").getByText("Single sign-on did not work").waitFor();
	assert.equal(await page.evaluate(() => sessionStorage.length), 0);
	assert.ok((await api("GET", "/account", undefined, access_token)).id);
}

export async function says_when_it_failed(browser) {
	const page = await browser.open();
	await page.goto("/dashboard/#error=sso-refused");
	await page.getByRole("alert").getByText("Single sign-on did not work").waitFor();
}
