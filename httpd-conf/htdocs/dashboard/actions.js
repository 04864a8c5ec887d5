// httpd-conf/htdocs/dashboard/actions.js - what can be done to an environment
import { follow, request } from "./api.js";
import { button, busy, note } from "./dom.js";
import { confirm } from "./dialog.js";
import { nameOf } from "./text.js";

const ASYNC = { headers: { Prefer: "respond-async" } };

// What each state allows, as docs/API.md says.
const ALLOWED = {
	stop: ["running", "provisioning"],
	start: ["stopped", "error"],
	reset: ["running", "stopped"],
	destroy: ["running", "stopped", "provisioning", "error"],
};

const QUESTIONS = {
	reset: (name) => [`Empty ${name}?`, "All data in its services is removed. Addresses and "
		+ "credentials stay.", "Empty it"],
	destroy: (name) => [`Destroy ${name}?`, "Its services, its data and its credentials are "
		+ "removed for good. What it cost stays on the bill.", "Destroy it"],
};

const DONE = { stop: "was stopped", start: "was started", reset: "is empty",
	destroy: "was destroyed" };

const WORDS = { stop: "Stop", start: "Start", reset: "Empty", destroy: "Destroy" };

async function change(what, environment, signal) {
	const path = `/environments/${environment.id}`;
	const answer = what === "destroy" ? await request("DELETE", path, ASYNC)
		: await request("POST", `${path}/${what}`, ASYNC);
	return follow(answer, signal);
}

// A button for one change.  after(problem) is called when it is over; null: it worked.
export function actionButton(what, environment, signal, after) {
	const name = nameOf(environment);
	const made = button(WORDS[what], async () => {
		if (QUESTIONS[what] && !await confirm(...QUESTIONS[what](name)))
			return;
		await busy(made, async () => {
			let problem = null;
			try {
				problem = await change(what, environment, signal);
			} catch (refused) {
				problem = refused;
			}
			if (problem?.name === "AbortError")
				return;
			if (!problem)
				note(`${name} ${DONE[what]}.`);
			await after(problem);
		});
	}, { class: what === "destroy" ? "danger" : "", "data-what": what,
		"aria-label": `${WORDS[what]} ${name}` });
	return made;
}

// Show the buttons that the state allows.  The focus of one that goes is passed to its neighbour.
export function allow(buttons, status) {
	const focused = buttons.find((one) => one === document.activeElement);
	for (const one of buttons)
		one.hidden = !ALLOWED[one.dataset.what].includes(status);
	if (focused?.hidden)
		buttons.find((one) => !one.hidden)?.focus();
}
