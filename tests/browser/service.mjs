// SPDX-License-Identifier: GPL-3.0-or-later
// The real binary on a free port with its own data directory and the demo network, ended by its pid.
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const START_MS = 90_000;
const STOP_MS = 20_000;
export const PASSWORD = "cuadrante-demo";

function run(binary, args, input = "") {
	return new Promise((resolve, reject) => {
		const child = spawn(binary, args, { stdio: ["pipe", "pipe", "pipe"] });
		child.stdin.end(input);
		let said = "";
		child.stdout.on("data", (d) => { said += d; });
		child.stderr.on("data", (d) => { said += d; });
		child.on("error", reject);
		child.on("close", (code) => (code === 0 ? resolve(said) : reject(new Error(`${args[0]} ended with ${code}:\n${said}`))));
	});
}

/** Resolves with { url, stop, database }; database(text) runs statements that no route offers: a past. */
export async function startService(binary) {
	const dir = mkdtempSync(join(tmpdir(), "cuadrante-browser-"));
	// The database drops to an unprivileged user when we are root, who must reach its folder.
	chmodSync(dir, 0o755);
	const child = spawn(binary, ["serve", "--data-dir", dir, "--port", "0", "--metrics-port", "-1", "--workers", "1"],
		{ stdio: ["ignore", "pipe", "pipe"] });
	let said = "";
	const ended = new Promise((resolve) => { child.on("exit", resolve); });
	const url = await new Promise((resolve, reject) => {
		const late = setTimeout(() => reject(new Error(`the service did not start:\n${said}`)), START_MS);
		const hear = (d) => {
			said += d;
			const m = /answers on (http:\/\/\S+)/.exec(said);
			if (!m) return;
			clearTimeout(late);
			resolve(m[1]);
		};
		child.stdout.on("data", hear);
		child.stderr.on("data", hear);
		child.on("exit", (code) => reject(new Error(`the service ended with ${code}:\n${said}`)));
	});
	const stop = async () => {
		child.kill("SIGTERM");
		const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
		await ended;
		clearTimeout(late);
		rmSync(dir, { recursive: true, force: true });
	};
	try {
		await run(binary, ["demo", "--data-dir", dir]);
	} catch (e) {
		await stop();
		throw e;
	}
	const database = (text) => run(binary, ["db", "shell", "--data-dir", dir], `\\set ON_ERROR_STOP 1\n${text}\n`);
	return { url, stop, database, log: () => said };
}
