// SPDX-License-Identifier: GPL-3.0-or-later
// A simulated day: play it or drag through it; who is on what, who waits, how it goes.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { clock, pct, upTo } from "../../lib/format";
import { t, tn } from "../../lib/i18n";
import { announce } from "../../lib/live";
import { DayPlayer, type Doing, DOINGS, levelSoFar, type PersonNow, type QueueNow, stripOf } from "../../lib/replay";
import { fmtTime, instant } from "../../lib/time";
import type { Shift } from "../../lib/types";
import type { Replay } from "../../lib/types-trial";
import { Button, Segments } from "../../ui/basic";

const MINUTE = 60_000;
/** Simulated minutes a second. */
const SPEEDS = [1, 5, 20];
const STRIP_STEPS = 144;
/** With reduced motion the day goes forward in single steps, one a second. */
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

function usePlaying(length: number, speed: number) {
	const [at, setAt] = useState(0);
	const [playing, setPlaying] = useState(false);
	useEffect(() => {
		if (!playing) return undefined;
		const every = calm() ? 1000 : 125;
		const timer = setInterval(() => setAt((now) => {
			const next = Math.min(length, now + speed * MINUTE * every / 1000);
			if (next >= length) setPlaying(false);
			return next;
		}), every);
		return () => clearInterval(timer);
	}, [playing, length, speed]);
	return { at, setAt, playing, setPlaying };
}

function Strip({ told, length, at }: { told: Replay; length: number; at: number }) {
	const strip = useMemo(() => stripOf(told, length, STRIP_STEPS), [told, length]);
	const most = Math.max(1, ...strip.waiting);
	const line = strip.waiting.map((n, i) => `L${i},${(40 - 40 * n / most).toFixed(1)} L${i + 1},${(40 - 40 * n / most).toFixed(1)}`).join(" ");
	return (
		<svg class="replay-strip" viewBox={`0 0 ${STRIP_STEPS} 40`} preserveAspectRatio="none" aria-hidden="true">
			<path d={`M0,40 ${line} L${STRIP_STEPS},40 Z`} />
			<line x1={STRIP_STEPS * at / length} x2={STRIP_STEPS * at / length} y1="0" y2="40" />
		</svg>
	);
}

function QueueLines({ told, now }: { told: Replay; now: QueueNow[] }) {
	const most = Math.max(5, ...now.map((q) => q.waiting));
	return (
		<div class="scroll" tabIndex={0} role="group" aria-label={t("play.queues")}>
			<table class="table table-dense replay-queues">
				<caption class="sr-only">{t("play.queues")}</caption>
				<thead><tr>
					<th scope="col">{t("col.queue")}</th>
					<th scope="col">{t("play.waiting")}</th>
					<th scope="col" class="num">{t("play.longest")}</th>
					<th scope="col" class="num">{t("play.came")}</th>
					<th scope="col" class="num">{t("play.level")}</th>
					<th scope="col" class="num">{t("play.lost")}</th>
				</tr></thead>
				<tbody>
					{told.queues.map((q, i) => {
						const n = now[i] as QueueNow;
						const level = q.live ? levelSoFar(n) : null;
						return (
							<tr key={q.queue_id}>
								<th scope="row"><i class="dot" style={{ background: `var(--q${i % 8})` }} /> {q.name}</th>
								<td><span class="replay-line"><b class="tabular">{upTo(n.waiting, 0)}</b>
									<i style={{ width: `${100 * n.waiting / most}%` }} /></span></td>
								<td class="num">{n.waiting > 0 ? clock(n.longestMs / 1000) : "–"}</td>
								<td class="num">{upTo(n.offered, 0)}</td>
								<td class="num">{level === null ? "–" : (
									<span class={q.target !== null && level < q.target ? "bad" : "good"}>{pct(level, 0)}</span>
								)}{q.live && q.target !== null && <small class="muted"> / {pct(q.target, 0)}</small>}</td>
								<td class="num">{q.live ? upTo(n.lost, 0) : "–"}</td>
							</tr>
						);
					})}
				</tbody>
			</table>
		</div>
	);
}

function personText(told: Replay, p: PersonNow): string {
	const queue = told.queues[p.queue]?.name;
	if (p.doing !== "busy" || !queue) return t(`play.${p.doing}`);
	return p.hands > 1 ? t("play.busy_with_many", { queue, n: p.hands }) : t("play.busy_with", { queue });
}

function People({ told, now }: { told: Replay; now: PersonNow[] }) {
	const count = (d: Doing) => now.filter((p) => p.doing === d).length;
	return (
		<>
			<p class="replay-sums" id="replay-sums">
				{DOINGS.map((d) => <span key={d} class="legend-key"><i class={`key replay-${d}`} />{t(`play.${d}`)} <b class="tabular">{upTo(count(d), 0)}</b></span>)}
			</p>
			<div class="scroll replay-people" tabIndex={0} role="group" aria-label={t("play.people")}>
				<ul>
					{now.map((p, i) => p.doing !== "out" && (
						<li key={i} class={`replay-${p.doing}`} {...(p.doing === "busy" ? { style: { "--q": `var(--q${p.queue % 8})` } } : {})}>
							<span>{told.people[i]?.name ?? t("play.from_last_week")}</span><small>{personText(told, p)}</small>
						</li>
					))}
				</ul>
			</div>
		</>
	);
}

export interface StageProps { told: Replay; zone: string; shifts: Shift[] }

export default function Stage({ told, zone, shifts }: StageProps) {
	const from = instant(told.from);
	const length = instant(told.until) - from;
	const [speed, setSpeed] = useState(5);
	const { at, setAt, playing, setPlaying } = usePlaying(length, speed);
	const player = useMemo(() => new DayPlayer(told), [told]);
	const planned = useMemo(() => new Map(shifts.filter((s) => instant(s.start) < from + length && instant(s.end) > from)
		.map((s) => [s.agent_id, { start: instant(s.start) - from, end: instant(s.end) - from }])), [shifts, from, length]);
	const opening = useMemo(() => told.at_ms[told.kind.indexOf("comes")] ?? 0, [told]);
	const worst = useMemo(() => stripOf(told, length, STRIP_STEPS), [told, length]);
	const started = useRef(false);
	useEffect(() => {
		if (!started.current) setAt(Math.max(0, Math.floor(opening / MINUTE) * MINUTE));
		started.current = true;
	}, [opening]);

	player.moveTo(at);
	const people = told.people.map((p, i) => {
		const span = planned.get(p.agent_id ?? -1);
		return player.person(i, span !== undefined && at >= span.start && at < span.end);
	});
	const queues = told.queues.map((_, i) => player.queue(i));
	const time = fmtTime(from + at, zone);
	const waiting = queues.reduce((sum, q, i) => sum + (told.queues[i]?.live ? q.waiting : 0), 0);
	const say = () => announce(`${time} · ${tn("play.waiting_now", waiting)} · ${t("play.free")} ${people.filter((p) => p.doing === "free").length}`);
	return (
		<div class="stack">
			<div class="replay-controls">
				<Button id="replay-play" tone="primary" icon={playing ? "pause" : "play"} aria-label={playing ? t("play.pause") : t("play.play")} onClick={() => {
					if (at >= length) setAt(0);
					if (playing) say();
					setPlaying(!playing);
				}} />
				<output class="replay-time tabular" for="replay-at">{time}</output>
				<Segments label={t("play.speed")} value={String(speed)} onPick={(v) => setSpeed(Number(v))}
					choices={SPEEDS.map((s) => ({ value: String(s), label: t("play.minutes_a_second", { n: s }) }))} />
				<Button id="replay-worst" disabled={worst.worstAt === 0} onClick={() => { setPlaying(false); setAt(worst.worstAt); }}>{t("play.worst")}</Button>
			</div>
			<div class="replay-track">
				<Strip told={told} length={length} at={at} />
				<input id="replay-at" type="range" min={0} max={length} step={MINUTE} value={at} aria-label={t("play.moment")}
					aria-valuetext={`${time}, ${tn("play.waiting_now", waiting)}`}
					onInput={(e) => { setPlaying(false); setAt(Number(e.currentTarget.value)); }} />
				<p class="muted small">{t("play.strip", { n: upTo(Math.max(...worst.waiting), 0) })}</p>
			</div>
			<QueueLines told={told} now={queues} />
			<People told={told} now={people} />
		</div>
	);
}
