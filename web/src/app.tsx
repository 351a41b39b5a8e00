// SPDX-License-Identifier: GPL-3.0-or-later
// The shell: who is logged in, which views the role has, language, messages.
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { logOut, session } from "./lib/api";
import { LANGS, type Key, type Lang, lang, preferredLang, setLang, t, withWords } from "./lib/i18n";
import { announcement, dismiss, toast, toasts } from "./lib/live";
import { address, go, link, route } from "./lib/route";
import type { Role, User } from "./lib/types";
import { Button, type IconName, Icon, ProblemBox, problemText } from "./ui/basic";
import { FigurePopover } from "./ui/figure";
import { lazy } from "./ui/lazy";
import { LogIn } from "./views/login";

interface View { path: string; name: Key; icon: IconName; roles: Role[]; show: ComponentType }

const VIEWS: View[] = [
	{ path: "/plan", name: "nav.plan", icon: "calendar", roles: ["planner", "admin"], show: lazy(() => withWords(["plan"], import("./views/planner"))) },
	{ path: "/branches", name: "nav.branches", icon: "chart", roles: ["site_manager", "planner", "admin"], show: lazy(() => withWords(["people"], import("./views/branches"))) },
	{ path: "/people", name: "nav.people", icon: "people", roles: ["hr", "site_manager", "admin"], show: lazy(() => withWords(["people"], import("./views/hr"))) },
	{ path: "/week", name: "nav.week", icon: "calendar", roles: ["agent"], show: lazy(() => withWords(["people"], import("./views/agent"))) },
	{ path: "/time-off", name: "nav.time_off", icon: "clock", roles: ["agent"], show: lazy(() => withWords(["people"], import("./views/timeoff"))) },
];
const viewsOf = (user: User): View[] => VIEWS.filter((v) => v.roles.includes(user.role));

const LANG_NAMES: Record<Lang, string> = { en: "English", es: "Español", pt: "Português" };

function LanguageSwitch() {
	const pick = (next: Lang) => { void setLang(next, true); };
	return (
		<div class="segments segments-small" role="group" aria-label={t("nav.language")}>
			{LANGS.map((l) => (
				<button key={l} type="button" lang={l} aria-pressed={lang.value === l} onClick={() => pick(l)}
					title={LANG_NAMES[l]}>{l.toUpperCase()}</button>
			))}
		</div>
	);
}

function Brand() {
	return (
		<span class="brand">
			<svg viewBox="0 0 32 32" aria-hidden="true">
				<rect width="32" height="32" rx="7" class="brand-ground" />
				<rect x="6" y="8" width="13" height="4" rx="2" class="brand-a" />
				<rect x="11" y="14" width="15" height="4" rx="2" class="brand-b" />
				<rect x="8" y="20" width="10" height="4" rx="2" class="brand-a" />
			</svg>
			Cuadrante
		</span>
	);
}

function Header({ user, current }: { user: User; current: View | undefined }) {
	const leave = () => { logOut().catch((e: Error) => toast(problemText(e), "bad")); };
	return (
		<header class="top">
			<Brand />
			<nav aria-label={t("nav.main")}>
				{viewsOf(user).map((v) => (
					<a key={v.path} href={link(v.path)} {...(v === current ? { "aria-current": "page" } : {})}>
						<Icon name={v.icon} /><span>{t(v.name)}</span>
					</a>
				))}
			</nav>
			<div class="top-end">
				<span class="who"><b>{user.name || user.login}</b><small>{t(`role.${user.role}`)}</small></span>
				<LanguageSwitch />
				<Button tone="quiet" icon="logout" aria-label={t("nav.log_out")} title={t("nav.log_out")} onClick={leave} />
			</div>
		</header>
	);
}

function Toasts() {
	return (
		<section class="toasts" aria-label={t("nav.messages")}>
			{toasts.value.map((x) => (
				<div key={x.id} class={`toast toast-${x.tone}`}>
					<span>{x.text}</span>
					<Button tone="quiet" icon="close" aria-label={t("action.close")} onClick={() => dismiss(x.id)} />
				</div>
			))}
		</section>
	);
}

function Inside({ user }: { user: User }) {
	const mine = viewsOf(user);
	const { path } = route.value;
	const current = mine.find((v) => path === v.path || path.startsWith(`${v.path}/`));
	const home = mine[0]?.path;
	useEffect(() => { if (!current && home && address() === path) go(home); }, [current, home, path]);
	useEffect(() => { void setLang(preferredLang(user.locale)); }, [user.id]);
	const title = current ? t(current.name) : "";
	useEffect(() => { document.title = title ? `${title} · Cuadrante` : "Cuadrante"; }, [title]);
	const Show = current?.show;
	const skip = (e: Event) => { e.preventDefault(); document.getElementById("main")?.focus(); };
	return (
		<>
			<a class="skip" href="#main" onClick={skip}>{t("nav.skip")}</a>
			<Header user={user} current={current} />
			<main id="main" tabIndex={-1} class={`main main-${current?.path.slice(1) ?? "none"}`}>{Show && <Show />}</main>
		</>
	);
}

export function App({ failure }: { failure: Error | undefined }) {
	const who = session.value;
	void lang.value;
	return (
		<>
			{who ? <Inside key={who.user.id} user={who.user} /> : (
				<div class="outside">
					<header class="outside-top"><Brand /><LanguageSwitch /></header>
					<main>{failure && who === undefined
						? <ProblemBox error={failure} retry={() => location.reload()} /> : <LogIn />}</main>
				</div>
			)}
			<FigurePopover />
			<Toasts />
			<div class="sr-only" role="status" aria-live="polite">{announcement.value}</div>
		</>
	);
}
