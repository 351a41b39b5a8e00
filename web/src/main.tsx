// SPDX-License-Identifier: GPL-3.0-or-later
import { render } from "preact";
import { App } from "./app";
import { loadSession, session } from "./lib/api";
import { preferredLang, setLang } from "./lib/i18n";

async function start(): Promise<void> {
	const host = document.getElementById("app");
	if (!host) throw new Error("index.html has no #app");
	let failure: Error | undefined;
	await loadSession().catch((e: Error) => { failure = e; });
	await setLang(preferredLang(session.value?.user.locale));
	render(<App failure={failure} />, host);
}

void start();
