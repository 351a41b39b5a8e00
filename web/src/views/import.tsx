// SPDX-License-Identifier: GPL-3.0-or-later
// History from a CSV file: always tried first, only then let in.
import { useState } from "preact/hooks";
import { ApiError, call, query } from "../lib/api";
import { num } from "../lib/format";
import { t, tn } from "../lib/i18n";
import { toast } from "../lib/live";
import type { ImportReport } from "../lib/types";
import { Button, Card, Icon, ProblemBox, Stat } from "../ui/basic";
import { type Column, DataTable } from "../ui/table";
import type { PlanScope } from "./planner";

interface RowError { line: number; column: string; message: string; key: string }

/** "line 5, column offered" as the service points at a row that made it refuse the file. */
function refusedRows(error: Error | undefined): RowError[] {
	if (!(error instanceof ApiError) || error.status !== 422) return [];
	return (error.problem.errors ?? []).map((x, i) => {
		const m = /^line (\d+)(?:, column (.+))?$/.exec(x.pointer);
		return { line: Number(m?.[1] ?? 0), column: m?.[2] ?? (m ? "" : x.pointer), message: x.message, key: `${i}` };
	});
}

function Report({ report }: { report: ImportReport }) {
	return (
		<dl class="stats">
			<Stat label={t("import.rows")} value={num(report.rows)} />
			<Stat label={t("import.inserted")} value={num(report.inserted)} />
			<Stat label={t("import.updated")} value={num(report.updated)} />
			<Stat label={t("import.unchanged")} value={num(report.unchanged)} />
			<Stat label={t("import.rejected")} value={num(report.rejected)} {...(report.rejected > 0 ? { tone: "bad" } : {})} />
		</dl>
	);
}

export default function ImportView(_scope: PlanScope) {
	const [file, setFile] = useState<File>();
	const [report, setReport] = useState<ImportReport>();
	const [error, setError] = useState<Error>();
	const [busy, setBusy] = useState(false);
	const [partial, setPartial] = useState(false);

	const send = async (dryRun: boolean) => {
		if (!file) return;
		setBusy(true);
		setError(undefined);
		try {
			const path = `/history/import${query({ dry_run: dryRun ? 1 : undefined, partial: partial ? 1 : undefined })}`;
			const { data } = await call<ImportReport>("POST", path, { raw: file, type: "text/csv" });
			setReport(data);
			if (!dryRun) toast(tn("import.done", data.inserted + data.updated), "good");
		} catch (e) {
			setReport(undefined);
			setError(e as Error);
		} finally {
			setBusy(false);
		}
	};
	const bad = report?.reasons
		? report.reasons.map((x, i) => ({ line: x.line, column: x.column, message: x.reason, key: `${i}` })) : refusedRows(error);
	const rejected = report?.rejected ?? bad.length;
	// With bad rows the service takes the file only if told to take the good ones.
	const ready = report?.dry_run === true && (report.rejected === 0 || (partial && report.rejected < report.rows));
	const columns: Column<RowError>[] = [
		{ key: "line", head: t("import.line"), cell: (x) => (x.line ? num(x.line) : "–"), num: true, sort: (x) => x.line },
		{ key: "column", head: t("import.column"), cell: (x) => <code>{x.column || "–"}</code>, sort: (x) => x.column },
		{ key: "message", head: t("import.reason"), cell: (x) => x.message, sort: (x) => x.message },
	];
	return (
		<div class="stack narrow">
			<Card title={t("import.title")}>
				<p>{t("import.lead")}</p>
				<p class="code-line"><code>queue,start,offered,handled,abandoned,answered_in_target,handle_time_s,wait_time_s</code></p>
				<label class="drop">
					<Icon name="upload" />
					<span>{file ? file.name : t("import.choose")}</span>
					<input type="file" accept=".csv,text/csv" class="sr-only" onChange={(e) => {
						setFile(e.currentTarget.files?.[0]);
						setReport(undefined);
						setError(undefined);
					}} />
				</label>
				<label class="check">
					<input type="checkbox" checked={partial} onChange={(e) => { setPartial(e.currentTarget.checked); }} />
					<span>{t("import.partial")}</span>
				</label>
				<div class="tools">
					<Button tone={ready ? "plain" : "primary"} disabled={!file || busy} onClick={() => { void send(true); }}>{t("import.try")}</Button>
					<Button tone={ready ? "primary" : "plain"} icon="upload" disabled={!ready || busy} onClick={() => { void send(false); }}>{t("import.send")}</Button>
					{busy && <span class="muted" role="status">{t("import.busy")}</span>}
				</div>
			</Card>
			{report && <Card title={report.dry_run ? t("import.tried") : t("import.stored")}><Report report={report} /></Card>}
			{error && bad.length === 0 && <ProblemBox error={error} />}
			{bad.length > 0 && (
				<Card title={tn("import.errors", rejected)}>
					<p role="alert">{bad.length < rejected ? t("import.first", { n: num(bad.length) }) : ""}</p>
					<div class="scroll table-tall" tabIndex={0} role="group" aria-label={t("import.reason")}>
						<DataTable dense caption={t("import.reason")} columns={columns} rows={bad} rowKey={(x) => x.key} sortBy="line" />
					</div>
				</Card>
			)}
		</div>
	);
}
