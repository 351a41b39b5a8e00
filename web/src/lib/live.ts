// SPDX-License-Identifier: GPL-3.0-or-later
// Messages: announced to a screen reader, and shown as a toast where the eye needs them too.
import { signal } from "@preact/signals";

export const announcement = signal("");
export interface Toast { id: number; text: string; tone: "good" | "bad" | "plain" }
export const toasts = signal<Toast[]>([]);
let lastId = 0;

export function announce(text: string): void {
	// The same text twice is only read again if the region changes.
	announcement.value = announcement.value === text ? `${text}\u00a0` : text;
}

export function dismiss(id: number): void {
	toasts.value = toasts.value.filter((x) => x.id !== id);
}

export function toast(text: string, tone: Toast["tone"] = "plain"): void {
	const id = ++lastId;
	toasts.value = [...toasts.value, { id, text, tone }];
	announce(text);
	setTimeout(() => dismiss(id), tone === "bad" ? 12_000 : 5_000);
}
