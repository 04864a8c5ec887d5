// httpd-conf/htdocs/dashboard/plot.js - a plot of bars, with a table for who cannot see it
import { el, svg } from "./dom.js";

const HEIGHT = 160, LEFT = 56, BOTTOM = 22, TOP = 8;
const WIDEST = 56;
const LABEL = 80; // what one below the bars needs
const NARROW = matchMedia("(max-width: 40rem)");

// The end of the axis: a round number above the highest bar, a cent at least.
function scale(most) {
	const power = 10 ** Math.floor(Math.log10(Math.max(most, 0.01)));
	const step = [1, 2, 5, 10].find((s) => s * power >= most) * power;
	return Number(step.toPrecision(3));
}

function asTable(name, bars, format) {
	return el("details", {}, el("summary", {}, "As a table"),
		el("table", {}, el("caption", { class: "aside" }, name), el("tbody", {},
			bars.map((bar) => el("tr", {}, el("th", { scope: "row" }, bar.title),
				el("td", { class: "number" }, format(bar.value)))))));
}

// bars: [{label, value, title}]; format writes a value; table: false where one follows anyway
export function barPlot(name, bars, format, table = true) {
	const top = scale(Math.max(...bars.map((bar) => bar.value)));
	const high = HEIGHT - BOTTOM - TOP;
	const width = NARROW.matches ? 320 : 960;
	const slot = (width - LEFT) / bars.length;
	const y = (value) => TOP + high * (1 - value / top);
	const wide = Math.min(WIDEST, slot * 0.7);
	const every = Math.ceil(LABEL / slot);
	const axis = (value) => `$${value.toFixed(top < 0.1 ? 3 : 2)}`;
	const grid = [0, 0.5, 1].map((part) => svg("g", {},
		svg("line", { x1: LEFT, x2: width, y1: y(top * part), y2: y(top * part), class: "grid" }),
		svg("text", { x: LEFT - 6, y: y(top * part) + 4, "text-anchor": "end" },
			axis(top * part))));
	const columns = bars.map((bar, at) => svg("g", {},
		svg("rect", { class: "bar", x: LEFT + (at + 0.5) * slot - wide / 2,
			width: wide, y: y(bar.value), height: high * bar.value / top,
			rx: Math.min(3, slot * 0.2) }, svg("title", {}, `${bar.title}: ${format(bar.value)}`)),
		at % every === 0 ? svg("text", { x: LEFT + (at + 0.5) * slot, y: HEIGHT - 6,
			"text-anchor": "middle" }, bar.label) : null));
	return el("figure", { class: "plot" },
		svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": name },
			grid, columns),
		table ? asTable(name, bars, format) : null);
}
