// httpd-conf/htdocs/dashboard/session.js - who is logged in, in this tab
//
// The token is kept in sessionStorage: of this tab, of this origin.  Environments answer from
// other origins, and in the path form with a sandbox that gives their pages an origin of their own;
// a cookie would go along to all of them.

const PLACE = "mockfactory.session";

// {token, refresh?, key: is it an API key}, or null
export function current() {
	try {
		return JSON.parse(sessionStorage.getItem(PLACE));
	} catch {
		return null;
	}
}

export function keep(session) {
	sessionStorage.setItem(PLACE, JSON.stringify(session));
}

export function forget() {
	sessionStorage.removeItem(PLACE);
}
