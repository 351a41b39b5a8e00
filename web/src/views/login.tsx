// SPDX-License-Identifier: GPL-3.0-or-later
import { useEffect, useState } from "preact/hooks";
import { ApiError, logIn } from "../lib/api";
import { t } from "../lib/i18n";
import { Button, problemText } from "../ui/basic";

export function LogIn() {
	const [login, setLogin] = useState("");
	const [password, setPassword] = useState("");
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState("");
	useEffect(() => { document.title = `${t("login.title")} · Cuadrante`; });

	const submit = async (e: Event) => {
		e.preventDefault();
		setBusy(true);
		setError("");
		try {
			await logIn(login.trim(), password);
		} catch (cause) {
			const status = cause instanceof ApiError ? cause.status : -1;
			setError(status === 401 ? t("login.wrong") : status === 429 ? t("login.slow") : problemText(cause as Error));
			setBusy(false);
		}
	};
	return (
		<form class="card login" onSubmit={(e) => { void submit(e); }}>
			<h1>{t("login.title")}</h1>
			<p class="muted">{t("login.lead")}</p>
			<label class="field">
				<span class="field-label">{t("login.login")}</span>
				<input name="login" autocomplete="username" autocapitalize="none" spellcheck={false} required
					value={login} onInput={(e) => setLogin(e.currentTarget.value)} />
			</label>
			<label class="field">
				<span class="field-label">{t("login.password")}</span>
				<input name="password" type="password" autocomplete="current-password" required
					value={password} onInput={(e) => setPassword(e.currentTarget.value)} />
			</label>
			<p class="form-error" role="alert">{error}</p>
			<Button type="submit" tone="primary" disabled={busy}>{busy ? t("login.busy") : t("login.submit")}</Button>
		</form>
	);
}
