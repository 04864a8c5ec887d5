// tests/dashboard/test_safety.mjs - markup in names, and tenants' pages beside the dashboard
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { URL_BASE } from "./browser.mjs";

const NASTY = [
	"<img src=x onerror=\"window.pwned=1\">", "\"><script>window.pwned=1</script>",
	"<svg onload=window.pwned=1>", "javascript:window.pwned=1", "{{constructor}}${7*7}",
];

export async function markup_in_names(browser) {
	const page = await browser.open();
	for (const name of NASTY)
		await browser.environment({ services: ["aws_s3"], name });
	await page.getByLabel("API key", { exact: true }).fill(process.env.TEST_API_KEY);
	await page.getByRole("button", { name: "Use key" }).click();
	for (const name of NASTY) {
		await page.getByRole("link", { name, exact: true }).click();
		await page.getByRole("heading", { name, exact: true }).waitFor();
		await page.getByRole("button", { name: "Destroy" }).click();
		await page.getByRole("dialog").getByText(`Destroy ${name}?`).waitFor();
		await page.keyboard.press("Escape");
		await page.getByRole("link", { name: "All environments" }).click();
	}
	await page.getByRole("link", { name: "Usage" }).click();
	await page.getByRole("link", { name: NASTY[0], exact: true }).waitFor();
	await browser.shoot("markup");
	assert.equal(await page.evaluate(() => window.pwned), undefined);
	assert.equal(await page.locator("main img, main script, main svg[onload]").count(), 0);
	await page.goto("/dashboard/#/environments/env-<img src=x onerror=window.pwned=1>");
	await page.getByRole("heading", { name: "Not found" }).waitFor();
}

// A problem's words are text, too: they may quote what a client sent.
export async function markup_in_problems(browser) {
	const page = await browser.logIn({ clock: true });
	await page.route("**/api/v1/environments?*", (route) => route.fulfill({ status: 422,
		contentType: "application/problem+json", body: JSON.stringify({ status: 422,
			title: NASTY[0], detail: NASTY[1], instance: NASTY[2],
			errors: [{ field: NASTY[0], detail: NASTY[1] }] }) }));
	await browser.later(page.getByRole("alert").getByText(NASTY[0]));
	assert.equal(await page.evaluate(() => window.pwned), undefined);
	assert.equal(await page.locator("main img, main script").count(), 0);
}

function hmac(key, text) {
	return createHmac("sha256", key).update(text).digest();
}

// A presigned URL of S3 in the path form, where tenants share our origin.
function presigned(environment, method, path) {
	const { access_key_id: id, secret_access_key: secret } = environment.credentials.aws;
	const url = new URL(`/${environment.id}/s3${path}`, URL_BASE);
	const now = new Date().toISOString().replace(/[:-]|\.\d+/g, "");
	const scope = `${now.slice(0, 8)}/us-east-1/s3/aws4_request`;
	const query = new URLSearchParams({ "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
		"X-Amz-Credential": `${id}/${scope}`, "X-Amz-Date": now, "X-Amz-Expires": "600",
		"X-Amz-SignedHeaders": "host" }).toString();
	const request = [method, url.pathname, query, `host:${url.host}\n`, "host",
		"UNSIGNED-PAYLOAD"].join("\n");
	const key = scope.split("/").reduce(hmac, `AWS4${secret}`);
	const signature = createHmac("sha256", key).update(["AWS4-HMAC-SHA256", now, scope,
		createHash("sha256").update(request).digest("hex")].join("\n")).digest("hex");
	return `${url}?${query}&X-Amz-Signature=${signature}`;
}

async function put(environment, path, type, body) {
	const answer = await fetch(presigned(environment, "PUT", path),
		{ method: "PUT", body, headers: { "Content-Type": type } });
	assert.equal(answer.status, 200, await answer.text());
}

const THIEF = `<!doctype html><title>quiet</title><h1 id="h">a tenant's page</h1><script>
	document.title = "ran " + location.origin;
	document.getElementById("h").textContent = sessionStorage.getItem("mockfactory.session");
</script>`;

export async function tenants_pages_reach_nothing(browser) {
	const environment = await browser.environment({ services: ["aws_s3"], name: "tenant" });
	await put(environment, "/pages", "application/xml", "");
	await put(environment, "/pages/thief.html", "text/html", THIEF);
	await put(environment, "/pages/thief.svg", "image/svg+xml",
		"<svg xmlns='http://www.w3.org/2000/svg'><script>document.title = 'ran'</script></svg>");
	await put(environment, "/pages/thief.js", "text/javascript", "self.pwned = 1");
	const page = await browser.logIn();
	assert.ok(await page.evaluate(() => sessionStorage.length) > 0);

	// In the very tab where somebody is logged in, with that origin's storage.
	const where = presigned(environment, "GET", "/pages/thief.html");
	await page.goto(where);
	assert.equal(new URL(page.url()).origin, URL_BASE);
	await page.getByRole("heading", { name: "a tenant's page" }).waitFor();
	assert.equal(await page.title(), "quiet");
	assert.equal(await page.evaluate(() => self.origin), "null");
	await page.goto(presigned(environment, "GET", "/pages/thief.svg"));
	assert.notEqual(await page.title(), "ran");
	await browser.expect(/script.*sandbox/i);

	await page.goto("/dashboard/");
	await page.getByRole("heading", { name: "Environments" }).waitFor();
	// Neither framed into the dashboard nor loaded as a script of it.
	await page.evaluate((address) => {
		const frame = document.createElement("iframe");
		frame.src = address;
		document.body.append(frame);
	}, where);
	await browser.expect(/^console: policy .* (frame|default)-src/);
	const refused = await page.evaluate((address) => {
		try {
			document.createElement("script").src = address;
			return "";
		} catch (error) {
			return error.name;
		}
	}, presigned(environment, "GET", "/pages/thief.js"));
	assert.equal(refused, "TypeError");
	await browser.expect(/require-trusted-types-for/);
	browser.expected.push(/Framing|TrustedScriptURL|frame/);
}
