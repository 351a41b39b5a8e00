// SPDX-License-Identifier: GPL-3.0-or-later
// A long computation on the page: started, followed live, cancelled, and found again after a reload.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../lib/api";
import { pct, upTo } from "../lib/format";
import { t, tcode } from "../lib/i18n";
import { cancelJob, isOver, startJob, watchJob } from "../lib/job";
import { announce, toast } from "../lib/live";
import type { Job } from "../lib/types";
import { Button, ProblemBox, problemText, Stat } from "../ui/basic";

export interface JobState {
	job: Job | undefined;
	trail: { objective: number; bound: number }[];
	error: Error | undefined;
	running: boolean;
	start: (path: string, body: unknown) => Promise<Job | undefined>;
	cancel: () => void;
}

/** `scope` names what the job is for; a job of the same scope is followed again when the page comes back. */
export function useJob(scope: string, done: (job: Job) => void): JobState {
	const key = `cuadrante.job ${scope}`;
	const [job, setJob] = useState<Job>();
	const [trail, setTrail] = useState<JobState["trail"]>([]);
	const [error, setError] = useState<Error>();
	const [starting, setStarting] = useState(false);
	const stop = useRef<(() => void) | undefined>(undefined);
	const settled = useRef<((job: Job | undefined) => void) | undefined>(undefined);
	const finished = useRef(done);
	finished.current = done;

	const follow = useCallback((id: number) => {
		stop.current?.();
		sessionStorage.setItem(key, String(id));
		const over = (last: Job | undefined) => {
			sessionStorage.removeItem(key);
			settled.current?.(last);
			settled.current = undefined;
		};
		stop.current = watchJob(id, (next) => {
			setJob(next);
			const { objective, bound } = next;
			if (objective != null && bound != null) setTrail((was) => [...was.slice(-199), { objective, bound }]);
			if (!isOver(next)) return;
			announce(t(`job.${next.state === "done" ? "done" : next.state === "failed" ? "failed" : "cancelled"}`));
			if (next.state === "failed") setError(new ApiError(next.problem?.status ?? 500, next.problem ?? {}));
			if (next.state !== "failed") finished.current(next);
			over(next);
		}, (e) => { setError(e); over(undefined); });
	}, [key]);

	useEffect(() => {
		setJob(undefined);
		setError(undefined);
		setTrail([]);
		const before = Number(sessionStorage.getItem(key));
		if (before > 0) follow(before);
		return () => { stop.current?.(); settled.current?.(undefined); };
	}, [key]);

	const start = async (path: string, body: unknown): Promise<Job | undefined> => {
		setError(undefined);
		setTrail([]);
		setStarting(true);
		try {
			const first = await startJob(path, body);
			setJob(first);
			announce(t("job.started"));
			return await new Promise((resolve) => { settled.current = resolve; follow(first.id); });
		} catch (e) {
			setError(e as Error);
			return undefined;
		} finally {
			setStarting(false);
		}
	};
	const cancel = () => {
		if (job) cancelJob(job.id).catch((e: Error) => toast(problemText(e), "bad"));
	};
	return { job, trail, error, running: starting || (job !== undefined && !isOver(job)), start, cancel };
}

/** Objective falling towards the bound, as far as the search has come. */
function Convergence({ trail }: { trail: JobState["trail"] }) {
	if (trail.length < 2) return null;
	const all = trail.flatMap((p) => [p.objective, p.bound]);
	const low = Math.min(...all);
	const span = Math.max(...all) - low || 1;
	const line = (pick: (p: JobState["trail"][number]) => number) => trail
		.map((p, i) => `${i === 0 ? "M" : "L"}${(i / (trail.length - 1)) * 200},${46 - ((pick(p) - low) / span) * 42}`).join("");
	return (
		<svg class="convergence" viewBox="0 0 200 50" preserveAspectRatio="none" aria-hidden="true">
			<path d={line((p) => p.objective)} class="conv-objective" />
			<path d={line((p) => p.bound)} class="conv-bound" />
		</svg>
	);
}

interface PanelProps { state: JobState; title: string; cost?: (v: number | null) => string }

export function JobPanel({ state, title, cost = (v) => upTo(v, 0) }: PanelProps) {
	const { job, error, running } = state;
	const phase = job?.phase ?? "";
	const said = useRef("");
	useEffect(() => {
		if (running && phase && phase !== said.current) announce(tcode("phase", phase));
		said.current = phase;
	}, [phase, running]);
	if (error) return <ProblemBox error={error} />;
	if (!running) return null;
	const percent = Math.round((job?.progress ?? 0) * 100);
	return (
		<section class="card job" aria-label={title}>
			<div class="job-head">
				<b>{title}</b>
				<span class="muted">{job?.state === "queued" || !job ? t("job.queued") : tcode("phase", phase)}</span>
				<Button onClick={state.cancel} disabled={!job}>{t("job.cancel")}</Button>
			</div>
			<progress max={100} value={percent} aria-label={title}>{percent} %</progress>
			{job?.objective != null && (
				<div class="job-figures">
					<dl class="stats">
						<Stat label={t("evidence.objective")} value={cost(job.objective)} />
						<Stat label={t("evidence.bound")} value={cost(job.bound)} />
						<Stat label={t("evidence.gap")} value={job.bound == null ? "–" : pct(job.gap, 2)} />
					</dl>
					<Convergence trail={state.trail} />
				</div>
			)}
		</section>
	);
}
