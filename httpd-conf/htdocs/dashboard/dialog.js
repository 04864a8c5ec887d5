// httpd-conf/htdocs/dashboard/dialog.js - asking before something cannot be taken back
import { button, el } from "./dom.js";

// Promise of true when `yes` was pressed.  Escape and Cancel, which has the focus, are no.
export function confirm(title, text, yes) {
	return new Promise((resolve) => {
		const close = (answer) => () => {
			dialog.close();
			resolve(answer);
		};
		const dialog = el("dialog", { "aria-labelledby": "dialog-title",
			"aria-describedby": "dialog-text", oncancel: () => resolve(false),
			onclose: () => dialog.remove() },
			el("h2", { id: "dialog-title" }, title), el("p", { id: "dialog-text" }, text),
			el("div", { class: "actions" },
				button("Cancel", close(false), { autofocus: true }),
				button(yes, close(true), { class: "danger" })));
		document.body.append(dialog);
		dialog.showModal();
	});
}
