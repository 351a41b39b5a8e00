// SPDX-License-Identifier: GPL-3.0-or-later
// Reads a calendar on standard input with two JavaScript clients and prints what each understood:
// {"ical.js": {uid: {start, end, ...}}, "node-ical": {...}}, instants in ISO UTC, whole days as dates.
import { readFileSync } from "node:fs";
import ICAL from "ical.js";
import nodeIcal from "node-ical";

const text = readFileSync(0, "utf8");

function icalJs() {
	const calendar = new ICAL.Component(ICAL.parse(text));
	for (const zone of calendar.getAllSubcomponents("vtimezone")) {
		ICAL.TimezoneService.register(new ICAL.Timezone(zone));
	}
	const instant = (t) => (t.isDate ? t.toString() : t.toJSDate().toISOString());
	return Object.fromEntries(calendar.getAllSubcomponents("vevent").map((c) => {
		const e = new ICAL.Event(c);
		return [e.uid, {
			start: instant(e.startDate), end: instant(e.endDate), summary: e.summary,
			description: e.description, sequence: e.sequence,
			transparency: c.getFirstPropertyValue("transp"),
		}];
	}));
}

function nodeIcalRead() {
	const local = (d) => `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, "0")}-` +
		String(d.getDate()).padStart(2, "0");
	const instant = (d) => (d.dateOnly ? local(d) : d.toISOString());
	return Object.fromEntries(Object.values(nodeIcal.sync.parseICS(text))
		.filter((e) => e.type === "VEVENT")
		.map((e) => [e.uid, {
			start: instant(e.start), end: instant(e.end), summary: e.summary,
			description: e.description, sequence: Number(e.sequence), transparency: e.transparency,
		}]));
}

console.log(JSON.stringify({ "ical.js": icalJs(), "node-ical": nodeIcalRead() }));
