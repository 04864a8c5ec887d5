// tests/dashboard/test_access.mjs - every view for everybody: axe-core, a phone, the dark
import assert from "node:assert/strict";

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

async function visit(browser, look) {
	const page = browser.page;
	const step = async (name) => look(page, name);
	await step("log in");
	await page.getByLabel("API key", { exact: true }).fill("mf_live_wrong");
	await page.getByRole("button", { name: "Use key" }).click();
	await page.getByRole("alert").waitFor();
	await step("log in refused");
	await page.getByLabel("API key", { exact: true }).fill(process.env.TEST_API_KEY);
	await page.getByRole("button", { name: "Use key" }).click();
	await page.getByRole("link", { name: "for everybody" }).waitFor();
	await step("list");
	await page.getByRole("button", { name: "Destroy for everybody" }).click();
	await page.getByRole("dialog").waitFor();
	await step("dialog");
	await page.getByRole("button", { name: "Cancel" }).click();
	await page.getByRole("link", { name: "New environment" }).click();
	await page.getByRole("checkbox", { name: /SQS/ }).first().check();
	await page.locator("#rate", { hasText: "an hour" }).waitFor();
	await page.getByText(/more that are not built yet/).click();
	await step("create");
	await page.goto("/dashboard/#/usage");
	await page.getByText("in all").waitFor();
	await step("usage");
	await page.getByRole("link", { name: "for everybody" }).first().click();
	await page.getByRole("button", { name: "Show credentials" }).click();
	await page.getByText("As a table").click();
	await step("environment");
}

async function everywhere(browser, options, name, look) {
	await browser.environment({ services: ["aws_s3", "aws_sqs"], name: "for everybody" });
	await browser.open(options);
	await visit(browser, async (page, what) => {
		await browser.shoot(`${name}-${what.replaceAll(" ", "-")}`);
		await look(page, `${name}: ${what}`);
	});
}

export async function axe_by_day(browser) {
	await everywhere(browser, { colorScheme: "light" }, "day", (_, what) =>
		browser.accessible(what));
}

export async function axe_by_night(browser) {
	await everywhere(browser, { colorScheme: "dark", reducedMotion: "reduce" }, "night",
		(_, what) => browser.accessible(what));
}

export async function on_a_phone(browser) {
	await everywhere(browser, PHONE, "phone", async (page, what) => {
		const { wide, small } = await page.evaluate(() => ({
			wide: document.documentElement.scrollWidth - window.innerWidth,
			small: [...document.querySelectorAll("button, a.button, input, select, summary")]
				.filter((e) => e.checkVisibility()).map((e) => [e.textContent || e.id,
					e.getBoundingClientRect().height]).filter(([, height]) => height < 18),
		}));
		assert.ok(wide <= 0, `${what} is ${wide} pixels too wide`);
		assert.deepEqual(small, [], what);
		await browser.accessible(what);
	});
}

export async function nothing_moves_for_who_asked(browser) {
	const page = await browser.open({ reducedMotion: "reduce" });
	const moving = await page.evaluate(() => {
		const pill = document.createElement("span");
		pill.className = "pill provisioning";
		document.body.append(pill);
		const name = getComputedStyle(pill, "::before").animationName;
		pill.remove();
		return name;
	});
	assert.equal(moving, "none");
}
