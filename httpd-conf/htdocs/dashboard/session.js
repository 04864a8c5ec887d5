// httpd-conf/htdocs/dashboard/session.js - who is logged in, in this tab
//
// The tokens are kept in sessionStorage: of this tab, of this origin.  Environments answer from
// other origins, and in the path form with a sandbox that gives their pages an origin of their own;
// a cookie would go along to all of them.

const PLACE = "mockfactory.session";

// A tab that was duplicated has the same session.  A refresh token is good once, and one that comes
// again ends the session: so whoever refreshes tells the others.
const others = new BroadcastChannel(PLACE);
others.onmessage = ({ data }) => {
	if (current()?.id && current().id === data.id)
		sessionStorage.setItem(PLACE, JSON.stringify(data));
};

// {token, refresh?, id?}, or null; an API key has no more than a token
export function current() {
	try {
		return JSON.parse(sessionStorage.getItem(PLACE));
	} catch {
		return null;
	}
}

export function keep(session) {
	sessionStorage.setItem(PLACE, JSON.stringify(session));
	if (session.id)
		others.postMessage(session);
}

// What the API answers to a log-in and to a refresh.
export function keepTokens(made) {
	keep({ token: made.access_token, refresh: made.refresh_token, id: made.session_id });
}

export function forget() {
	sessionStorage.removeItem(PLACE);
}
