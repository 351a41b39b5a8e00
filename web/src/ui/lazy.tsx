// SPDX-License-Identifier: GPL-3.0-or-later
// Views and charts arrive when first needed, so that the first page stays small.
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { Busy, ProblemBox } from "./basic";

export function lazy<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
	// A signal, for whoever has drawn "loading" must hear of the arrival, whichever mounted first and asked.
	const ready = signal<ComponentType<P>>();
	const error = signal<Error | undefined>(undefined);
	let asked = false;
	return function Lazy(props: P) {
		useEffect(() => {
			if (asked) return;
			asked = true;
			error.value = undefined;
			load().then((m) => { ready.value = m.default; }, (e: Error) => { error.value = e; asked = false; });
		}, []);
		if (error.value) return <ProblemBox error={error.value} retry={() => location.reload()} />;
		const View = ready.value;
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
