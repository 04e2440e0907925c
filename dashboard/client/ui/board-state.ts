/** The data and functions that the page of the assignment board gives to its parts. */
import type { Signal } from '@preact/signals';
import type { Board } from '../../protocol/assignments.ts';
import type { Answer } from '../shell/api.ts';

/** Sends a change with the version of the board that the person sees. */
export type SendChange = (
  ask: (ward: string, version: number) => Promise<Answer<unknown>>,
  doneText: string,
) => Promise<boolean>;

export type BoardState = {
  readonly board: Board;
  readonly send: SendChange;
  readonly busy: Signal<boolean>;
};
