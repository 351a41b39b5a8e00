// SPDX-License-Identifier: GPL-3.0-or-later
// "Add to my calendar": a secret address for each device, shown once, rotated or revoked at will.
import { useState } from "preact/hooks";
import { call, list } from "../lib/api";
import { t } from "../lib/i18n";
import { announce, toast } from "../lib/live";
import { useLoad } from "../lib/load";
import { fmtMoment, instant } from "../lib/time";
import type { Feed, NewFeed } from "../lib/types";
import { Button, Card, Dialog, Icon, ProblemBox, problemText } from "../ui/basic";

function CopyLine({ label, url }: { label: string; url: string }) {
	const [copied, setCopied] = useState(false);
	const copy = async () => {
		try {
			await navigator.clipboard.writeText(url);
			setCopied(true);
			announce(t("feed.copied"));
		} catch {
			toast(t("feed.copy_failed"), "bad");
		}
	};
	return (
		<label class="field copy-line">
			<span class="field-label">{label}</span>
			<span class="copy-row">
				<input readOnly value={url} onFocus={(e) => e.currentTarget.select()} />
				<Button icon={copied ? "check" : "copy"} onClick={() => { void copy(); }}>{copied ? t("feed.copied") : t("feed.copy")}</Button>
			</span>
		</label>
	);
}

function FeedDialog({ feed, onClose }: { feed: NewFeed; onClose: () => void }) {
	const qr = `data:image/svg+xml,${encodeURIComponent(feed.qr_svg)}`;
	return (
		<Dialog title={t("feed.ready")} onClose={onClose} actions={<Button tone="primary" onClick={onClose}>{t("action.done")}</Button>}>
			<p>{t("feed.once")}</p>
			<a class="btn btn-primary btn-wide" id="feed-webcal" href={feed.webcal_url}><Icon name="calendar" /><span>{t("feed.open")}</span></a>
			<div class="feed-ways">
				<div class="feed-lines">
					<CopyLine label={t("feed.url")} url={feed.url} />
					<p class="muted small">{t("feed.url_hint")}</p>
					<CopyLine label={t("feed.activities")} url={feed.activities_url} />
					<p class="muted small">{t("feed.activities_hint")}</p>
				</div>
				<figure class="qr"><img src={qr} alt={t("feed.qr_alt")} width="168" height="168" /><figcaption class="muted small">{t("feed.qr")}</figcaption></figure>
			</div>
			<p class="notice notice-plain">{t("feed.slow")}</p>
		</Dialog>
	);
}

export function CalendarCard({ zone }: { zone: string }) {
	const feeds = useLoad("feeds", (abort) => list<Feed>("/me/feeds", abort));
	const [name, setName] = useState("");
	const [fresh, setFresh] = useState<NewFeed>();
	const [revoking, setRevoking] = useState<Feed>();
	const [busy, setBusy] = useState(false);

	const act = async (what: () => Promise<void>) => {
		setBusy(true);
		try {
			await what();
			feeds.reload();
		} catch (e) {
			toast(problemText(e as Error), "bad");
		} finally {
			setBusy(false);
		}
	};
	const add = () => act(async () => {
		const wanted = name.trim() || t("feed.default_name");
		setFresh((await call<NewFeed>("POST", "/me/feeds", { body: { name: wanted } })).data);
		setName("");
	});
	const rotate = (f: Feed) => act(async () => {
		setFresh((await call<NewFeed>("POST", `/me/feeds/${f.id}/rotate`)).data);
	});
	const revoke = (f: Feed) => act(async () => {
		await call("DELETE", `/me/feeds/${f.id}`);
		setRevoking(undefined);
		toast(t("feed.revoked", { name: f.name }), "good");
	});
	return (
		<Card title={t("feed.title")}>
			<p class="muted">{t("feed.lead")}</p>
			<form class="feed-add" onSubmit={(e) => { e.preventDefault(); void add(); }}>
				<label class="field">
					<span class="field-label">{t("feed.device")}</span>
					<input value={name} maxLength={60} placeholder={t("feed.default_name")} onInput={(e) => setName(e.currentTarget.value)} />
				</label>
				<Button id="feed-add" type="submit" tone="primary" icon="calendar" disabled={busy}>{t("feed.add")}</Button>
			</form>
			{feeds.error && <ProblemBox error={feeds.error} retry={feeds.reload} />}
			{feeds.data && feeds.data.length > 0 && (
				<ul class="feeds">
					{feeds.data.map((f) => (
						<li key={f.id}>
							<span><b>{f.name}</b><small class="muted">{f.last_used_at
								? t("feed.used", { at: fmtMoment(instant(f.last_used_at), zone) }) : t("feed.unused")}</small></span>
							<Button disabled={busy} onClick={() => { void rotate(f); }}>{t("feed.rotate")}</Button>
							<Button tone="danger" disabled={busy} onClick={() => setRevoking(f)}>{t("feed.revoke")}</Button>
						</li>
					))}
				</ul>
			)}
			{fresh && <FeedDialog feed={fresh} onClose={() => setFresh(undefined)} />}
			{revoking && (
				<Dialog title={t("feed.revoke_title", { name: revoking.name })} onClose={() => setRevoking(undefined)} actions={(
					<>
						<Button onClick={() => setRevoking(undefined)}>{t("action.cancel")}</Button>
						<Button tone="danger" disabled={busy} onClick={() => { void revoke(revoking); }}>{t("feed.revoke")}</Button>
					</>
				)}>
					<p>{t("feed.revoke_lead")}</p>
				</Dialog>
			)}
		</Card>
	);
}
