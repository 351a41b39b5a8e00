// SPDX-License-Identifier: GPL-3.0-or-later
// Debian's chromium, one context a look (theme × language × size), with what must never happen watched.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
	"--disable-component-update", "--disable-sync", "--disable-default-apps"];
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };
/** Contrast hangs on the colours, names and widths on the language: the first three have all of each, so
 * they find what all six would. CUADRANTE_LOOKS=all takes six, for the screenshots. */
const EVERY_LOOK = [
	{ name: "light-en", colorScheme: "light", lang: "en", locale: "en-GB" },
	{ name: "dark-es", colorScheme: "dark", lang: "es", locale: "es-CL" },
	{ name: "light-pt", colorScheme: "light", lang: "pt", locale: "pt-BR" },
	{ name: "light-es", colorScheme: "light", lang: "es", locale: "es-CL" },
	{ name: "dark-pt", colorScheme: "dark", lang: "pt", locale: "pt-BR" },
	{ name: "dark-en", colorScheme: "dark", lang: "en", locale: "en-GB" },
];
export const LOOKS = process.env.CUADRANTE_LOOKS === "all" ? EVERY_LOOK : EVERY_LOOK.slice(0, 3);

export function launch() {
	const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"].find((p) => p && existsSync(p));
	if (!executablePath) throw new Error("no chromium: install Debian's chromium, or name one in CHROMIUM");
	return chromium.launch({ executablePath, args: FLAGS });
}

/** A page that remembers errors, refused scripts and styles, and failed requests. */
export async function openPage(browser, url, look, viewport) {
	const context = await browser.newContext({
		viewport, colorScheme: look.colorScheme, locale: look.locale, timezoneId: "America/Santiago",
		deviceScaleFactor: viewport.width < 500 ? 2 : 1, reducedMotion: "reduce",
		...(viewport.width < 500 ? { hasTouch: true, isMobile: true } : {}),
	});
	const page = await context.newPage();
	page.setDefaultTimeout(30_000);
	const faults = [];
	page.on("pageerror", (e) => faults.push(`page error: ${e}`));
	page.on("console", (m) => {
		// Before the log-in, asking who we are is answered 401, which the console reports.
		if (m.type() === "error" && !/status of 401/.test(m.text())) faults.push(`console: ${m.text()}`);
	});
	page.on("response", (r) => { if (r.status() >= 500) faults.push(`${r.status()} ${r.url()}`); });
	await page.addInitScript((lang) => localStorage.setItem("cuadrante.lang", lang), look.lang);
	await page.goto(`${url}/`);
	return { page, context, faults };
}

export async function logIn(page, login, password) {
	await page.fill("input[name=login]", login);
	await page.fill("input[name=password]", password);
	await page.click("form.login button[type=submit]");
	await page.waitForSelector("header.top");
}

/** Nothing is still loading and no notice of trouble stands on the page. */
export async function settled(page) {
	await page.waitForFunction(() => !document.querySelector(".busy"));
	await page.waitForTimeout(250);
}

export async function axe(page) {
	if (!await page.evaluate(() => Boolean(globalThis.axe))) await page.evaluate(axeSource);
	const found = await page.evaluate(() => globalThis.axe.run(document, {
		runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
		resultTypes: ["violations"],
	}));
	return found.violations.map((v) => `${v.id} (${v.nodes.length}): ${v.help}\n    ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join("\n    ")}`);
}
