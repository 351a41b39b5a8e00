// SPDX-License-Identifier: GPL-3.0-or-later
// One way to read from the service inside a view: keeps the last answer while the next is on its way.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

export interface Loaded<T> {
	data: T | undefined;
	error: Error | undefined;
	loading: boolean;
	reload: () => void;
}

/** `key` names what is asked for; null asks nothing. A new key drops the answer unless `keep`. */
export function useLoad<T>(key: string | null, ask: (abort: AbortSignal) => Promise<T>, keep = false): Loaded<T> {
	const [state, setState] = useState<{ key: string | null; data?: T; error?: Error; loading: boolean }>(
		{ key: null, loading: key !== null });
	const [turn, setTurn] = useState(0);
	const asker = useRef(ask);
	asker.current = ask;

	useEffect(() => {
		if (key === null) {
			setState({ key, loading: false });
			return undefined;
		}
		const abort = new AbortController();
		setState((s) => (s.data !== undefined && (keep || s.key === key)
			? { key, data: s.data, loading: true } : { key, loading: true }));
		asker.current(abort.signal).then(
			(data) => { if (!abort.signal.aborted) setState({ key, data, loading: false }); },
			(error: unknown) => {
				if (!abort.signal.aborted) setState({ key, error: error as Error, loading: false });
			});
		return () => abort.abort();
	}, [key, turn, keep]);

	const reload = useCallback(() => setTurn((n) => n + 1), []);
	const fresh = state.key === key || keep;
	return {
		data: fresh ? state.data : undefined,
		error: fresh ? state.error : undefined,
		loading: state.loading || state.key !== key,
		reload,
	};
}
