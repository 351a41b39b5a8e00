// SPDX-License-Identifier: GPL-3.0-or-later
// A site as plans find it: its country's holidays, its opening hours with the dates on which they change, its counters.
import { useState } from "preact/hooks";
import { call, get, list, query } from "../lib/api";
import { forgetSites, useQueues } from "../lib/catalogue";
import { type Key, t, tcode } from "../lib/i18n";
import { toast } from "../lib/live";
import { useLoad } from "../lib/load";
import { addDays, fmtDate, today } from "../lib/time";
import type { Site, SpecialDay } from "../lib/types";
import { Busy, Button, Card, Chip, ProblemBox, Select } from "../ui/basic";
import { type Column, DataTable } from "../ui/table";
import type { PlanScope } from "./planner";

interface Holiday { day: string; kind: string; name: string; group: string; substitute: boolean }
interface Hours { weekday: number; open: string; close: string }
interface HoursSet { valid_from: string | null; in_force: boolean; hours: Hours[] }
interface Written { days: number; inserted: number; changed: number; removed: number }
type Doors = "keep" | "open" | "closed";

const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];
const CLOCK = /^([0-3]\d|4[0-8]):[0-5]\d$/;
const fullDate = (day: string) => fmtDate(day, { weekday: "short", day: "numeric", month: "short", year: "numeric" });

function Holidays({ site }: { site: Site }) {
	const now = Number(today(site.zone).slice(0, 4));
	const [year, setYear] = useState(now);
	const [doors, setDoors] = useState<Doors>("keep");
	const [busy, setBusy] = useState(false);
	const [failed, setFailed] = useState<Error>();
	const rules = useLoad(`holidays ${site.country} ${year}`, (abort) => list<Holiday>(`/holidays${query({ country: site.country, year })}`, abort));
	const days = useLoad("special-days", (abort) => list<SpecialDay>("/special-days", abort), true);
	const kept = new Map(days.data?.filter((d) => d.country === site.country && (d.kind === "holiday" || d.kind === "observance")).map((d) => [d.day, d]));
	const write = async () => {
		setBusy(true);
		setFailed(undefined);
		try {
			const { data } = await call<Written>("POST", "/special-days/holidays", {
				body: { country: site.country, from_year: year, ...(doors === "keep" ? {} : { doors }) },
			});
			toast(t("cal.written", { inserted: data.inserted, changed: data.changed, removed: data.removed }), "good");
			days.reload();
		} catch (e) {
			setFailed(e as Error);
		}
		setBusy(false);
	};
	const stateOf = (h: Holiday) => {
		const d = kept.get(h.day);
		return d ? <Chip tone={d.closed ? "bad" : "good"}>{d.closed ? t("cal.closed") : t("cal.open")}</Chip> : <Chip tone="quiet">{t("cal.not_kept")}</Chip>;
	};
	const columns: Column<Holiday>[] = [
		{ key: "day", head: t("col.day"), rowHead: true, cell: (h) => fullDate(h.day), sort: (h) => h.day },
		{ key: "name", head: t("cal.name"), cell: (h) => h.name, sort: (h) => h.name },
		{ key: "kind", head: t("cal.kind"), cell: (h) => tcode("cal.kind", h.kind) },
		{ key: "kept", head: t("cal.here"), cell: stateOf },
	];
	const error = failed ?? rules.error ?? days.error;
	return (
		<Card title={t("cal.holidays", { country: site.country })}>
			<p class="muted small">{t("cal.holidays_lead")}</p>
			<div class="tools tools-inline">
				<Select id="cal-year" label={t("cal.year")} value={String(year)} onPick={(v) => setYear(Number(v))}
					choices={[now - 1, now, now + 1, now + 2].map((y) => ({ value: String(y), label: String(y) }))} />
				<Select id="cal-doors" label={t("cal.doors")} value={doors} onPick={(v) => setDoors(v as Doors)}
					choices={(["keep", "open", "closed"] as const).map((d) => ({ value: d, label: t(`cal.doors_${d}` as Key) }))} />
				<Button id="cal-write" icon="check" tone="primary" disabled={busy || !rules.data?.length} onClick={() => { void write(); }}>{t("cal.write", { year })}</Button>
			</div>
			{error && <ProblemBox error={error} retry={() => { setFailed(undefined); rules.reload(); days.reload(); }} />}
			{!rules.data ? !error && <Busy lines={5} /> : (
				<div class="scroll table-tall" tabIndex={0} role="group" aria-label={t("cal.holidays", { country: site.country })}>
					<DataTable dense caption={t("cal.holidays", { country: site.country })} columns={columns} rows={rules.data} rowKey={(h) => `${h.day} ${h.group}`} />
				</div>
			)}
		</Card>
	);
}

function hoursText(set: HoursSet, weekday: number): string {
	return set.hours.filter((h) => h.weekday === weekday).map((h) => `${h.open}–${h.close}`).join(", ") || t("cal.shut");
}

/** One stretch a weekday. */
function HoursForm({ site, from, done }: { site: Site; from: HoursSet | undefined; done: () => void }) {
	const [day, setDay] = useState(addDays(today(site.zone), 7));
	const first = (w: number) => from?.hours.find((h) => h.weekday === w);
	const [rows, setRows] = useState(WEEKDAYS.map((w) => ({ weekday: w, open: first(w)?.open ?? "", close: first(w)?.close ?? "" })));
	const [error, setError] = useState<Error>();
	const set = (i: number, side: "open" | "close", value: string) => setRows(rows.map((r, k) => (k === i ? { ...r, [side]: value } : r)));
	const wrong = (r: Hours) => (r.open !== "" || r.close !== "") && !(CLOCK.test(r.open) && CLOCK.test(r.close) && r.open < r.close);
	const given = rows.filter((r) => r.open !== "" || r.close !== "");
	const save = async () => {
		setError(undefined);
		try {
			await call("PUT", `/sites/${site.id}/hours`, { body: { valid_from: day, hours: given } });
			toast(t("cal.saved"), "good");
			done();
		} catch (e) {
			setError(e as Error);
		}
	};
	return (
		<form id="cal-form" class="cal-form" onSubmit={(e) => { e.preventDefault(); void save(); }}>
			<label class="field"><span class="field-label">{t("cal.from")}</span>
				<input id="cal-from" type="date" required value={day} onInput={(e) => setDay(e.currentTarget.value)} /></label>
			<div class="cal-week">
				{rows.map((r, i) => (
					<fieldset key={r.weekday}>
						<legend>{t(`weekday.${r.weekday}` as Key)}</legend>
						{(["open", "close"] as const).map((side) => (
							<input key={side} name={`${side}-${r.weekday}`} inputMode="numeric" size={6} maxLength={5} placeholder={t("cal.shut")} value={r[side]}
								aria-label={t(side === "open" ? "cal.opens" : "cal.closes", { day: t(`weekday.${r.weekday}` as Key) })}
								aria-invalid={wrong(r)} onInput={(e) => set(i, side, e.currentTarget.value.trim())} />
						))}
					</fieldset>
				))}
			</div>
			<p class="muted small">{t("cal.hint")}</p>
			{error && <ProblemBox error={error} />}
			<Button type="submit" tone="primary" icon="check" disabled={given.length === 0 || rows.some(wrong)}>{t("cal.save")}</Button>
		</form>
	);
}

function OpeningHours({ site }: { site: Site }) {
	const sets = useLoad(`hours ${site.id}`, (abort) => list<HoursSet>(`/sites/${site.id}/hours`, abort), true);
	const [editing, setEditing] = useState(false);
	const [failed, setFailed] = useState<Error>();
	const takeBack = async (set: HoursSet) => {
		setFailed(undefined);
		try {
			await call("PUT", `/sites/${site.id}/hours`, { body: { valid_from: set.valid_from, hours: [] } });
			sets.reload();
		} catch (e) {
			setFailed(e as Error);
		}
	};
	const now = today(site.zone);
	const columns: Column<HoursSet>[] = [
		{ key: "from", head: t("cal.from"), rowHead: true, cell: (s) => <>{s.valid_from ? fullDate(s.valid_from) : t("cal.ever")} {s.in_force && <Chip tone="good">{t("cal.in_force")}</Chip>}</> },
		...WEEKDAYS.map((w): Column<HoursSet> => ({ key: `d${w}`, head: t(`weekday.${w}` as Key), cell: (s) => hoursText(s, w) })),
		{
			key: "back", head: t("cal.change"),
			cell: (s) => (s.valid_from && s.valid_from > now ? <Button tone="quiet" class="cal-back" onClick={() => { void takeBack(s); }}>{t("cal.take_back")}</Button> : ""),
		},
	];
	const error = failed ?? sets.error;
	const inForce = sets.data?.find((s) => s.in_force);
	const several = WEEKDAYS.some((w) => (inForce?.hours.filter((h) => h.weekday === w).length ?? 0) > 1);
	return (
		<Card title={t("cal.hours", { site: site.name })} aside={!editing && <Button id="cal-new" icon="clock" disabled={!sets.data || several} onClick={() => setEditing(true)}>{t("cal.new")}</Button>}>
			{error && <ProblemBox error={error} retry={() => { setFailed(undefined); sets.reload(); }} />}
			{!sets.data ? !error && <Busy /> : (
				<div class="scroll" tabIndex={0} role="group" aria-label={t("cal.hours", { site: site.name })}>
					<DataTable dense caption={t("cal.hours", { site: site.name })} columns={columns} rows={sets.data} rowKey={(s) => s.valid_from ?? "ever"} />
				</div>
			)}
			{several && <p class="muted small">{t("cal.several", { id: site.id })}</p>}
			{editing && <HoursForm site={site} from={inForce} done={() => { setEditing(false); sets.reload(); }} />}
		</Card>
	);
}

/** How many people can be at counters at once; for sites where contacts walk in. */
function Counters({ site }: { site: Site }) {
	const read = useLoad(`site ${site.id}`, (abort) => get<Site>(`/sites/${site.id}`, abort), true);
	const queues = useQueues(site.id);
	const [error, setError] = useState<Error>();
	const walkIn = (queues.data ?? []).filter((q) => q.channel === "walk_in");
	const save = async (e: SubmitEvent) => {
		e.preventDefault();
		const given = String(new FormData(e.currentTarget as HTMLFormElement).get("counters"));
		setError(undefined);
		try {
			await call("PUT", `/sites/${site.id}/counters`, { body: { counters: given === "" ? null : Number(given) } });
			forgetSites();
			read.reload();
			toast(t("cal.counters_saved"), "good");
		} catch (problem) {
			setError(problem as Error);
		}
	};
	if (walkIn.length === 0 && site.counters == null) return null;
	return (
		<Card title={t("cal.counters")}>
			{!read.data ? !read.error && <Busy /> : (
				<form id="counters" key={read.data.counters ?? 0} class="tools tools-inline" onSubmit={(e) => { void save(e); }}>
					<label class="field">
						<span class="field-label">{t("cal.counters_n")}</span>
						<input type="number" name="counters" min={1} max={10000} step={1} defaultValue={read.data.counters ?? ""} placeholder="—" />
					</label>
					<Button type="submit" icon="check">{t("cal.save")}</Button>
				</form>
			)}
			<p class="muted small">{t("cal.counters_hint", { queues: walkIn.map((q) => q.name).join(", ") || "—" })}</p>
			{(error ?? read.error) && <ProblemBox error={(error ?? read.error) as Error} />}
		</Card>
	);
}

export default function CalendarView({ site }: PlanScope) {
	return (
		<div class="stack">
			<OpeningHours key={site.id} site={site} />
			<Counters key={`counters ${site.id}`} site={site} />
			<Holidays key={site.country} site={site} />
		</div>
	);
}
