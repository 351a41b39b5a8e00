// SPDX-License-Identifier: GPL-3.0-or-later
// Following a job: server-sent events, and a slow poll where the stream cannot be had.
import { BASE, call, get } from "./api";
import type { Job } from "./types";

const POLL_MS = 1_500;
/** A stream silent for so long may be held up by something between us and the service. */
const SILENCE_MS = 12_000;
export const isOver = (job: Job): boolean => !["queued", "running"].includes(job.state);

/** Calls `seen` with each state of the job, the last one when it is over. Returns how to stop. */
export function watchJob(id: number, seen: (job: Job) => void, failed: (e: Error) => void): () => void {
	let stopped = false;
	let timer = 0;
	let watchdog = 0;
	const stream = new EventSource(`${BASE}/jobs/${id}/events`);
	const stop = () => {
		stopped = true;
		stream.close();
		clearTimeout(timer);
		clearTimeout(watchdog);
	};
	const end = (job: Job) => {
		stop();
		seen(job);
	};
	const poll = () => {
		get<Job>(`/jobs/${id}`).then((job) => {
			if (stopped) return;
			if (isOver(job)) return end(job);
			seen(job);
			timer = window.setTimeout(poll, POLL_MS);
		}, (e: Error) => {
			if (stopped) return;
			stop();
			failed(e);
		});
	};
	const leave = () => {
		stream.close();
		clearTimeout(watchdog);
		poll();
	};
	const listen = () => {
		clearTimeout(watchdog);
		watchdog = window.setTimeout(leave, SILENCE_MS);
	};
	listen();
	stream.onmessage = (m) => {
		if (stopped) return;
		listen();
		const at = { result: null, problem: null, ...JSON.parse(m.data as string), id } as Job;
		if (!isOver(at)) return seen(at);
		// An event tells how far it is; what came of it is on the job itself.
		leave();
	};
	stream.onerror = () => {
		// Also how a stream ends: ask once what became of the job, and go on asking if it still runs.
		if (!stopped) leave();
	};
	return stop;
}

export const cancelJob = (id: number): Promise<unknown> => call("DELETE", `/jobs/${id}`);

export async function startJob(path: string, body: unknown): Promise<Job> {
	const headers = { "Idempotency-Key": crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}` };
	return (await call<Job>("POST", path, { body, headers })).data;
}
