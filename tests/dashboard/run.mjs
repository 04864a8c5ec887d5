// tests/dashboard/run.mjs - the dashboard in headless Chromium, beside an installation of its own
//
//   node tests/dashboard/run.mjs [PART OF A TEST'S NAME]
//
// Run by `make check-dashboard`.  Every test has a browser context of its own.  One fails, too,
// when its page threw, broke its security policy, or asked another host for something.
// SHOTS=directory keeps pictures; MODULES says where npm put what package.json names.
import { appendFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { Browser } from "./browser.mjs";

const { chromium } = createRequire(`${process.env.MODULES}/package.json`)("playwright-core");
const wanted = process.argv[2] || "";

async function load() {
	const here = new URL(".", import.meta.url).pathname;
	const tests = [];
	for (const file of readdirSync(here).filter((name) => name.startsWith("test_")).sort())
		for (const [name, run] of Object.entries(await import(`./${file}`)))
			tests.push({ name: `${file.slice(5, -4)}.${name}`, run });
	return tests.filter((test) => test.name.includes(wanted));
}

// As root Chromium has no sandbox.
const root = process.getuid() === 0 ? ["--no-sandbox"] : [];
const chrome = await chromium.launch({
	executablePath: process.env.CHROMIUM || "/usr/bin/chromium", headless: true,
	args: [...root, "--disable-gpu", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync"],
});
let passed = 0, failed = 0;
for (const test of await load()) {
	const browser = new Browser(chrome);
	const started = Date.now();
	try {
		await test.run(browser);
		browser.check();
		passed++;
		console.log(`ok ${test.name} ${Date.now() - started} ms`);
	} catch (error) {
		failed++;
		console.log(`FAILED ${test.name}: ${error.stack}`);
		for (const line of browser.trouble)
			console.log(`  ${line}`);
		await browser.shoot(`failed-${test.name}`);
	}
	await browser.close();
}
await chrome.close();
console.log(`${passed} passed, ${failed} failed`);
if (process.env.TEST_COUNTS)
	appendFileSync(process.env.TEST_COUNTS, `${passed} ${failed} 0\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
