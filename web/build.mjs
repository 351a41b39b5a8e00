// SPDX-License-Identifier: GPL-3.0-or-later
// Bundles web/src into DIST: index.html plus assets/ with hashed names, each with .br and .gz beside it.
// The binary embeds that folder. Fails when the first page needs more JavaScript than its budget.
import { createHash } from "node:crypto";
import { build } from "esbuild";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const BUDGET_BYTES = 60 * 1024;
const here = dirname(fileURLToPath(import.meta.url));
const dist = resolve(process.argv[2] ?? join(here, "../build/web/dist"));

const result = await build({
	absWorkingDir: here,
	entryPoints: [{ in: "src/main.tsx", out: "app" }, { in: "src/style/app.css", out: "app" }],
	bundle: true,
	splitting: true,
	format: "esm",
	target: ["es2021", "chrome123", "firefox121", "safari17.5"],
	minify: true,
	legalComments: "none",
	outdir: join(dist, "assets"),
	entryNames: "[name]-[hash]",
	chunkNames: "[name]-[hash]",
	assetNames: "[name]-[hash]",
	loader: { ".svg": "file" },
	metafile: true,
	write: false,
	logLevel: "warning",
});

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, "assets"), { recursive: true });

const brotliBytes = new Map();
function writeAsset(path, contents) {
	const br = brotliCompressSync(contents, {
		params: {
			[constants.BROTLI_PARAM_QUALITY]: 11,
			[constants.BROTLI_PARAM_SIZE_HINT]: contents.length,
		},
	});
	writeFileSync(path, contents);
	writeFileSync(`${path}.br`, br);
	writeFileSync(`${path}.gz`, gzipSync(contents, { level: 9 }));
	brotliBytes.set(path, br.length);
}
for (const file of result.outputFiles) writeAsset(file.path, file.contents);

// What a page needs: an output, whatever it imports statically, once each.
const outputs = result.metafile.outputs;
function closure(name, seen = new Set()) {
	if (seen.has(name)) return seen;
	seen.add(name);
	for (const i of outputs[name].imports) if (i.kind === "import-statement") closure(i.path, seen);
	return seen;
}
const sizeOf = (names) => [...names].reduce((sum, n) => sum + (brotliBytes.get(resolve(here, n)) ?? 0), 0);
const byEntry = (entry) => Object.keys(outputs).find((o) => outputs[o].entryPoint === entry);
const mainJs = byEntry("src/main.tsx");
const mainCss = byEntry("src/style/app.css");

const assetUrl = (name) => `/assets/${name.split("/").pop()}`;
const icon = readFileSync(join(here, "src/style/icon.svg"));
const iconName = `icon-${createHash("sha256").update(icon).digest("hex").slice(0, 8)}.svg`;
writeAsset(join(dist, "assets", iconName), icon);
const preloads = [...closure(mainJs)].filter((n) => n !== mainJs)
	.map((n) => `<link rel="modulepreload" href="${assetUrl(n)}">\n`).join("");
const html = readFileSync(join(here, "src/index.html"), "utf8")
	.replace("{{css}}", assetUrl(mainCss))
	.replace("{{js}}", assetUrl(mainJs))
	.replace("{{icon}}", `/assets/${iconName}`)
	.replace("{{preloads}}\n", preloads);
writeFileSync(join(dist, "index.html"), html);

// The first page is the shell, its words in one language and the heaviest first view with all it loads at once.
// What a click opens (views/opened) comes after it.
const views = Object.keys(outputs).filter((o) => /^src\/views\/[^/]+$/.test(outputs[o].entryPoint ?? ""));
const charts = Object.keys(outputs).filter((o) => /^src\/chart\//.test(outputs[o].entryPoint ?? ""));
/** A part of the words in the language that is longest. */
function wordsOf(part) {
	return Object.keys(outputs).filter((o) => (outputs[o].entryPoint ?? "").endsWith(`/${part}.json`)).sort((a, b) => sizeOf([b]) - sizeOf([a]))[0];
}
/** The views that a view stands in, which are loaded before it. */
function inside(name, names = new Set()) {
	for (const o of Object.keys(outputs)) {
		if (names.has(o) || !outputs[o].imports.some((i) => i.kind === "dynamic-import" && i.path === name)) continue;
		closure(o, names);
		inside(o, names);
	}
	return names;
}
let worst = 0;
for (const v of views) {
	const names = closure(v, inside(v, closure(mainJs)));
	const parts = !names.has(byEntry("src/views/planner.tsx")) ? ["people"]
		: names.has(byEntry("src/views/forecast.tsx")) ? ["plan", "forecast"] : ["plan", "roster", "staffing",
			...(names.has(byEntry("src/views/schedule.tsx")) ? ["trial"] : []),
			...(names.has(byEntry("src/views/requirement.tsx")) ? ["need"] : [])];
	for (const part of ["main", ...parts]) closure(wordsOf(part), names);
	// A chart counts where something of the page asks for it.
	const asked = (c) => [...names].some((n) => outputs[n].imports.some((i) => i.kind === "dynamic-import" && i.path === c));
	for (const c of charts.filter(asked)) closure(c, names);
	const bytes = sizeOf(names);
	worst = Math.max(worst, bytes);
	console.log(`web: ${outputs[v].entryPoint.padEnd(28)} ${(bytes / 1024).toFixed(1)} KB brotli with all it needs`);
}
if (worst > BUDGET_BYTES) {
	console.error(`web: a first page needs ${(worst / 1024).toFixed(1)} KB of brotli JavaScript; the budget is 60 KB`);
	process.exit(1);
}
