// SPDX-License-Identifier: GPL-3.0-or-later
// Views and charts arrive when first needed, so that the first page stays small.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Busy, ProblemBox } from "./basic";

export function lazy<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
	let ready: ComponentType<P> | undefined;
	return function Lazy(props: P) {
		const [, setTurn] = useState(0);
		const [error, setError] = useState<Error>();
		useEffect(() => {
			if (ready) return undefined;
			let alive = true;
			load().then((m) => { ready = m.default; if (alive) setTurn((n) => n + 1); },
				(e: Error) => { if (alive) setError(e); });
			return () => { alive = false; };
		}, []);
		if (error) return <ProblemBox error={error} retry={() => location.reload()} />;
		const View = ready;
		return View ? <View {...props} /> : <Busy lines={5} />;
	};
}

/** As lazy, but what stands on the first screen goes first: it comes when the page has nothing else to do. */
export function later<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
	return lazy<P>(() => new Promise<void>((ready) => {
		if ("requestIdleCallback" in window) requestIdleCallback(() => ready(), { timeout: 2_000 });
		else setTimeout(ready, 300);
	}).then(load));
}
