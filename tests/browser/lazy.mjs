// SPDX-License-Identifier: GPL-3.0-or-later
// A part of the page that arrives late must reach whoever waits for it, not only who asked first.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { check } from "./tap.mjs";

/** One place is drawn anew while the part is on its way, and the part comes before the new one's effects run. */
const SCENE = `
	import { render } from "preact";
	import { lazy } from "./lazy";
	let arrive = () => undefined;
	const Part = lazy(() => new Promise((done) => { arrive = () => done({ default: () => <b>here</b> }); }));
	const wait = () => new Promise((done) => { setTimeout(done, 200); });
	export async function scene() {
		const place = document.createElement("div");
		render(<Part key="a" />, place);
		await wait();
		const first = place.textContent;
		render(<Part key="b" />, place);
		arrive();
		await wait();
		return [first, place.textContent];
	}`;

export async function lazyParts(page) {
	const web = (path) => fileURLToPath(new URL(`../../web/${path}`, import.meta.url));
	const { build } = createRequire(web("package.json"))("esbuild");
	const built = await build({
		stdin: { contents: SCENE, resolveDir: web("src/ui"), loader: "tsx" },
		bundle: true, format: "iife", globalName: "late", jsx: "automatic", jsxImportSource: "preact", write: false, logLevel: "error",
	});
	const [first, last] = await page.evaluate(`${built.outputFiles[0].text}; late.scene()`);
	check(first !== "here" && last === "here", "a part that arrives late is drawn by who replaced the one that asked", `first "${first}", then "${last}"`);
}
