// httpd-conf/htdocs/dashboard/live.js - asking again and again, gently
//
// A loop sleeps while nobody looks at the page, asks less often while the API is in trouble, and
// ends with the view it belongs to.

const MOST = 60000;

function visible(signal) {
	if (!document.hidden)
		return Promise.resolve();
	return new Promise((resolve) => {
		document.addEventListener("visibilitychange", resolve, { once: true, signal });
		signal.addEventListener("abort", resolve, { once: true });
	});
}

function pause(milliseconds, signal) {
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, milliseconds);
		signal.addEventListener("abort", () => {
			clearTimeout(timer);
			resolve();
		}, { once: true });
	});
}

// step(signal) is run until the signal aborts, `every` milliseconds apart; 0: it waits by itself.
// What it throws goes to trouble(problem), and null when things work again.
export async function live(step, every, signal, trouble) {
	let failures = 0;
	while (!signal.aborted) {
		await visible(signal);
		if (signal.aborted)
			return;
		try {
			await step(signal);
			if (failures > 0)
				trouble(null);
			failures = 0;
		} catch (problem) {
			if (signal.aborted || problem.status === 401)
				return;
			failures++;
			trouble(problem);
			if (problem.status === 404)
				return;
		}
		const wait = failures === 0 ? every : Math.min(MOST, 1000 * 2 ** failures);
		if (wait > 0)
			await pause(wait, signal);
	}
}
