// SPDX-License-Identifier: GPL-3.0-or-later
// A table whose columns say how to show and how to sort a row.
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { locale } from "../lib/i18n";

export interface Column<T> {
	key: string;
	head: string;
	cell: (row: T) => ComponentChildren;
	num?: boolean;
	sort?: (row: T) => number | string | null;
	rowHead?: boolean;
}
interface TableProps<T> {
	caption: string;
	columns: Column<T>[];
	rows: T[];
	rowKey: (row: T) => string | number;
	sortBy?: string;
	descending?: boolean;
	selected?: string | number | undefined;
	dense?: boolean;
}

export function DataTable<T>({ caption, columns, rows, rowKey, sortBy, descending = false, selected, dense }: TableProps<T>) {
	const [order, setOrder] = useState<{ key: string | undefined; down: boolean }>({ key: sortBy, down: descending });
	const tag = locale.value;
	const sorted = useMemo(() => {
		const by = columns.find((c) => c.key === order.key)?.sort;
		if (!by) return rows;
		const collator = new Intl.Collator(tag, { numeric: true });
		const sign = order.down ? -1 : 1;
		return [...rows].sort((x, y) => {
			const a = by(x);
			const b = by(y);
			if (a == null || b == null) return Number(a == null) - Number(b == null);
			return sign * (typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b)));
		});
	}, [rows, order, columns, tag]);

	const head = (c: Column<T>) => {
		const mine = order.key === c.key;
		if (!c.sort) return <th key={c.key} scope="col" class={c.num ? "num" : ""}>{c.head}</th>;
		return (
			<th key={c.key} scope="col" class={c.num ? "num" : ""} aria-sort={mine ? (order.down ? "descending" : "ascending") : "none"}>
				<button type="button" class="sort" onClick={() => setOrder({ key: c.key, down: mine ? !order.down : Boolean(c.num) })}>
					{c.head}<i aria-hidden="true">{mine ? (order.down ? "▾" : "▴") : ""}</i>
				</button>
			</th>
		);
	};
	return (
		<table class={`table ${dense ? "table-dense" : ""}`}>
			<caption class="sr-only">{caption}</caption>
			<thead><tr>{columns.map(head)}</tr></thead>
			<tbody>
				{sorted.map((row) => {
					const key = rowKey(row);
					return (
						<tr key={key} {...(selected === key ? { class: "is-selected" } : {})}>
							{columns.map((c) => (c.rowHead
								? <th key={c.key} scope="row">{c.cell(row)}</th>
								: <td key={c.key} class={c.num ? "num" : ""}>{c.cell(row)}</td>))}
						</tr>
					);
				})}
			</tbody>
		</table>
	);
}
