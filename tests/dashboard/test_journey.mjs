// tests/dashboard/test_journey.mjs - from logging in to logging out, by mouse and by keyboard
import assert from "node:assert/strict";
import { api, KEY } from "./browser.mjs";

const row = (page, name) => page.getByRole("row").filter({ hasText: name });
const pill = (page, word) => page.locator("main .pill", { hasText: word });

async function pasted(page) {
	return page.evaluate(() => navigator.clipboard.readText());
}

export async function whole_journey(browser) {
	const page = await browser.open();
	await page.getByLabel("API key", { exact: true }).fill("mf_live_nobody");
	await page.getByRole("button", { name: "Use key" }).click();
	await page.getByRole("alert").getByText("unknown, revoked or expired").waitFor();
	await browser.shoot("log-in-refused");
	await page.getByLabel("API key", { exact: true }).fill(KEY);
	await page.getByRole("button", { name: "Use key" }).click();
	await page.getByRole("heading", { name: "Environments" }).waitFor();
	assert.equal(await page.title(), "Environments · MockFactory");

	await page.getByRole("link", { name: "New environment" }).click();
	for (const title of ["Redis", "S3", "SQS"])
		await page.getByRole("checkbox", { name: new RegExp(`\\b${title}\\b`) }).first().check();
	await page.getByText("$0.18 an hour").waitFor();
	await page.getByRole("checkbox", { name: /MySQL/ }).first().check();
	await page.locator("#rate", { hasText: "$0.33 an hour" }).waitFor();
	await page.getByRole("checkbox", { name: /MySQL/ }).first().uncheck();
	await page.getByLabel("Name").fill("my journey");
	await page.getByLabel(/Stop when unused/).fill("99");
	await browser.shoot("create");
	await page.getByRole("button", { name: "Make it" }).click();
	await page.locator("#auto_shutdown_hours-wrong", { hasText: "1 to 48" }).waitFor();
	assert.equal(await page.evaluate(() => document.activeElement.id), "auto_shutdown_hours");
	await browser.shoot("create-refused");
	await page.getByLabel(/Stop when unused/).fill("2");
	await page.getByRole("button", { name: "Make it" }).click();

	await page.getByRole("heading", { name: "my journey" }).waitFor();
	const id = /env-[a-z0-9]{10}/.exec(page.url())[0];
	browser.made.push(id);
	await pill(page, "running").waitFor({ timeout: 120000 });
	const made = await api("GET", `/environments/${id}`);
	assert.deepEqual([made.auto_shutdown_hours, made.hourly_rate], [2, 0.18]);

	await page.getByRole("button", { name: "Copy address of aws_s3" }).click();
	await page.getByText("address of aws_s3 copied.").waitFor();
	assert.equal(await pasted(page), made.endpoints.aws_s3);
	const secret = made.credentials.aws.secret_access_key;
	assert.ok(!(await page.content()).includes(secret));
	assert.ok(!(await page.content()).includes(made.endpoints.redis));
	await page.getByRole("button", { name: "Copy address of redis" }).click();
	await page.getByText("address of redis copied.").waitFor();
	assert.equal(await pasted(page), made.endpoints.redis);
	await page.getByRole("button", { name: "Show credentials" }).click();
	await page.getByText(secret).waitFor();
	await browser.shoot("environment");
	await page.getByRole("button", { name: "Copy secret access key" }).click();
	await page.getByText("secret access key copied.").waitFor();
	assert.equal(await pasted(page), secret);
	await page.getByRole("button", { name: "Hide credentials" }).click();
	assert.ok(!(await page.content()).includes(secret));
	await page.getByRole("button", { name: "Copy exports for a shell" }).click();
	await page.getByText("exports for a shell copied.").waitFor();
	assert.match(await pasted(page), /export REDIS_URL='redis:/);

	await page.getByRole("button", { name: "Stop my journey" }).click();
	await pill(page, "stopped").waitFor();
	await page.getByRole("button", { name: "Start my journey" }).click();
	await pill(page, "running").waitFor();
	await page.getByRole("button", { name: "Empty my journey" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Empty it" }).click();
	await page.getByText("my journey is empty.").waitFor();
	await page.getByRole("img", { name: /Cost of the last 24 hours/ }).waitFor();

	await page.getByRole("link", { name: "All environments" }).click();
	await row(page, "my journey").getByText("running").waitFor();
	await browser.shoot("list");
	await row(page, "my journey").getByRole("button", { name: "Destroy" }).click();
	await page.getByRole("dialog").getByText("Destroy my journey?").waitFor();
	await browser.shoot("destroy");
	await page.getByRole("button", { name: "Cancel" }).click();
	assert.notEqual((await api("GET", `/environments/${id}`)).status, "destroyed");
	await row(page, "my journey").getByRole("button", { name: "Destroy" }).click();
	await page.getByRole("button", { name: "Destroy it" }).click();
	await page.getByText("my journey was destroyed.").waitFor();
	await row(page, "my journey").waitFor({ state: "detached" });

	await page.getByRole("link", { name: "Usage" }).click();
	await row(page, "my journey").first().waitFor();
	await page.getByRole("img", { name: /dearest/ }).waitFor();
	await browser.shoot("usage");
	await page.getByLabel("Time").selectOption("day");
	await page.getByText("in all").waitFor();

	await page.getByRole("button", { name: "Log out" }).click();
	await page.getByRole("heading", { name: "Log in" }).waitFor();
	assert.equal(await page.evaluate(() => sessionStorage.length + localStorage.length), 0);
	await page.reload();
	await page.getByRole("heading", { name: "Log in" }).waitFor();
}

// Press Tab until what has the focus has that name.
async function tabTo(page, name, key = "Tab") {
	for (let i = 0; i < 80; i++) {
		const found = await page.evaluate(() => {
			const e = document.activeElement;
			return e.getAttribute("aria-label") || e.labels?.[0]?.textContent || e.textContent;
		});
		if (found.trim().startsWith(name))
			return;
		await page.keyboard.press(key);
	}
	assert.fail(`Tab does not reach ${name}`);
}

async function press(page, name, key = "Enter") {
	await tabTo(page, name);
	const visible = await page.evaluate(() => document.activeElement.matches(":focus-visible"));
	assert.ok(visible, `the focus on ${name} shows`);
	await page.keyboard.press(key);
}

export async function keyboard_only(browser) {
	const page = await browser.open();
	await tabTo(page, "Skip to content");
	await tabTo(page, "API key");
	await page.keyboard.type(KEY);
	await page.keyboard.press("Enter");
	await page.getByRole("heading", { name: "Environments" }).waitFor();
	await press(page, "New environment");
	await page.getByRole("heading", { name: "New environment" }).waitFor();
	assert.equal(await page.evaluate(() => document.activeElement.tagName), "H1");
	await tabTo(page, "Amazon S3");
	await page.keyboard.press("Space");
	await page.locator("#rate", { hasText: "$0.05 an hour" }).waitFor();
	await tabTo(page, "Name");
	await page.keyboard.type("by keyboard");
	await press(page, "Make it");
	await page.getByRole("heading", { name: "by keyboard" }).waitFor();
	browser.made.push(/env-[a-z0-9]{10}/.exec(page.url())[0]);
	await pill(page, "running").waitFor();
	await press(page, "Stop by keyboard");
	await pill(page, "stopped").waitFor();
	// The button that was pressed is gone; its neighbour has the focus, not the page.
	await page.waitForFunction(() => document.activeElement.textContent === "Start");
	await page.keyboard.press("Enter");
	await pill(page, "running").waitFor();
	await press(page, "Show credentials");
	await page.getByText("Secret access key").waitFor();
	await press(page, "Destroy by keyboard");
	assert.equal(await page.evaluate(() => document.activeElement.textContent), "Cancel");
	await page.keyboard.press("Escape");
	await page.getByRole("dialog").waitFor({ state: "detached" });
	await page.waitForFunction(() => document.activeElement.textContent === "Destroy");
	await page.keyboard.press("Enter");
	await press(page, "Destroy it");
	await page.getByRole("heading", { name: "Environments" }).waitFor();
	await page.getByText("by keyboard was destroyed.").waitFor();
	await press(page, "Log out");
	await page.getByRole("heading", { name: "Log in" }).waitFor();
}
