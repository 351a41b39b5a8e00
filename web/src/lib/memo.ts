// SPDX-License-Identifier: GPL-3.0-or-later
// Renders again only when a property changed.
import { type ComponentChild, Component, createElement, type FunctionComponent } from "preact";

export function memo<P extends object>(show: (props: P) => ComponentChild): FunctionComponent<P> {
	class Memo extends Component<P> {
		override shouldComponentUpdate(next: Readonly<P>): boolean {
			const was = this.props as Record<string, unknown>;
			return Object.entries(next).some(([k, v]) => was[k] !== v);
		}
		override render(props: P) {
			return createElement(show as FunctionComponent<P>, props);
		}
	}
	return Memo as unknown as FunctionComponent<P>;
}
