// SPDX-License-Identifier: GPL-3.0-or-later
// Walks the page in a real browser against the real service with the demo network; prints TAP.
//
//   node tests/browser/run.mjs [WALK…] [-WALK…]    walks: logic log-in planner forecast requirement replay
//                        replay-phone versus replan leave fair lending calendar training forecast-phone
//                        agent manager hr (all but those with a "-")
//
// CUADRANTE_BIN names the binary, CHROMIUM the browser, CUADRANTE_URL a service that runs already.
// Screenshots of every view in each theme and language go to build/screenshots; with CUADRANTE_LOOKS=all
// in every pair of them.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");

/** The two packages this needs, once for each lockfile. */
function installPackages() {
	const stamp = join(here, "node_modules/.installed");
	const lock = join(here, "package-lock.json");
	if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return;
	const npm = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
		{ cwd: here, stdio: ["ignore", "ignore", "inherit"] });
	if (npm.status !== 0) throw new Error("npm ci failed in tests/browser");
	writeFileSync(stamp, "");
}

installPackages();
mkdirSync(join(root, "build/screenshots"), { recursive: true });
const { runAll } = await import("./walks.mjs");
process.exitCode = await runAll(process.argv.slice(2), root);
