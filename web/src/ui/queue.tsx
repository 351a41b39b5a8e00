// SPDX-License-Identifier: GPL-3.0-or-later
// Which queue to look at, kept in the address.
import { t } from "../lib/i18n";
import { setParams } from "../lib/route";
import { Select } from "./basic";

export function QueuePicker({ queues, value, all }: { queues: { id: number; name: string }[]; value: number; all?: string }) {
	const choices = queues.map((q) => ({ value: String(q.id), label: q.name }));
	return (
		<Select label={t("col.queue")} value={String(value)} onPick={(id) => setParams({ queue: id === "0" ? undefined : id })}
			choices={all ? [{ value: "0", label: all }, ...choices] : choices} id="queue" />
	);
}
