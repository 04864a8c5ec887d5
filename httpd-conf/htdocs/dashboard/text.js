// httpd-conf/htdocs/dashboard/text.js - money, times and addresses as people read them

// US$: cents, and as many more digits as an hour of one service needs.
export function money(amount, digits = 2) {
	const least = (10 ** -digits).toFixed(digits);
	return amount > 0 && amount < least / 2 ? `< $${least}` : `$${amount.toFixed(digits)}`;
}

export function rate(hourly) {
	return `${money(hourly)} an hour`;
}

export function time(iso) {
	return new Date(iso).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

export function ago(iso, now = Date.now()) {
	const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000));
	for (const [size, word] of [[86400, "day"], [3600, "hour"], [60, "minute"]]) {
		const count = Math.floor(seconds / size);
		if (count > 0)
			return `${count} ${word}${count === 1 ? "" : "s"} ago`;
	}
	return "just now";
}

// The password in an address, hidden: redis://:secret@host -> redis://:••••••@host
export function masked(url) {
	return url.replace(/^([a-z]+:\/\/[^:@/]*:)[^@/]+@/, "$1••••••@");
}

export function nameOf(environment) {
	return environment.name || environment.id;
}

const WORDS = { gcp: "Google Cloud", aws: "AWS", azure: "Azure", digitalocean: "DigitalOcean",
	supabase: "Supabase", cloudflare: "Cloudflare", neon: "Neon" };

export function provider(id) {
	return id === null ? "Servers" : WORDS[id] || id;
}
