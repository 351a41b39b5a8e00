// SPDX-License-Identifier: GPL-3.0-or-later
// A light box beside what opened it; Escape or a press elsewhere closes it and gives the focus back.
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

interface PopoverProps { anchor: HTMLElement; label: string; onClose: () => void; children: ComponentChildren }

export function Popover({ anchor, label, onClose, children }: PopoverProps) {
	const ref = useRef<HTMLDivElement>(null);
	useEffect(() => {
		const el = ref.current;
		if (!el) return;
		el.showPopover();
		const box = anchor.getBoundingClientRect();
		const own = el.getBoundingClientRect();
		const below = box.bottom + 6;
		el.style.left = `${Math.max(8, Math.min(box.left, innerWidth - own.width - 8))}px`;
		el.style.top = `${below + own.height > innerHeight ? Math.max(8, box.top - own.height - 6) : below}px`;
		el.focus();
	}, [anchor]);
	return (
		<div ref={ref} popover="auto" class="popover" role="dialog" tabIndex={-1} aria-label={label}
			onToggle={(e) => {
				if ((e as unknown as ToggleEvent).newState !== "closed") return;
				if (document.activeElement === document.body) anchor.focus();
				onClose();
			}}>
			{children}
		</div>
	);
}
