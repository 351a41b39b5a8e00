// SPDX-License-Identifier: GPL-3.0-or-later
// Test Anything Protocol, as small as it can be: each check is one line, a failure says why.

let count = 0;
let failures = 0;

export function check(passed, name, why = "") {
	count++;
	if (!passed) failures++;
	console.log(`${passed ? "ok" : "not ok"} ${count} - ${name}`);
	if (!passed && why) console.log(String(why).split("\n").map((l) => `# ${l}`).join("\n"));
	return Boolean(passed);
}

export function note(text) {
	console.log(`# ${text}`);
}

/** A step that throws is one failed check, and ends its walk. */
export async function step(name, what) {
	try {
		await what();
	} catch (e) {
		check(false, name, e.stack ?? e);
		throw new WalkOver();
	}
	check(true, name);
}

export class WalkOver extends Error {}

export function expect(condition, why) {
	if (!condition) throw new Error(why);
}

export function finish() {
	console.log(`1..${count}`);
	return failures === 0 ? 0 : 1;
}
