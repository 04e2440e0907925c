/** The data and functions that the page of the assignment board gives to its parts. */
import type { Signal } from '@preact/signals';
import type { Duty } from '../../../contracts/messages/assignments.ts';
import type { Board } from '../../protocol/assignments.ts';
import type { Answer } from '../shell/answer.ts';

/**
 * What the person has seen: the version of the board, and the places (`leftKey`) for which nobody is responsible after
 * the change.
 */
export type Seen = { readonly version: number; readonly leaves?: string[] };
type Ask = (ward: string, seen: Seen) => Promise<Answer<unknown>>;

/** A change that undoes the last change. The button "undo" stands beside the message that the last change is saved. */
export type Undo = { readonly label: string; readonly ask: Ask; readonly doneText: string };

/**
 * Sends a change with the version of the board that the person sees. `leaves` has the places for which nobody is
 * responsible after the change, and which the person has confirmed. If the change leaves further places, the page shows
 * all such places and asks again.
 */
export type SendChange = (
  ask: Ask,
  doneText: string,
  undo?: Undo | undefined,
  leaves?: readonly string[],
) => Promise<boolean>;

/** The first entries in the form "Assign" if a different part of the board opens the form. */
export type Proposal = { readonly duty: Duty; readonly beds: readonly string[] };

export type BoardState = {
  readonly board: Board;
  readonly send: SendChange;
  readonly busy: Signal<boolean>;
  readonly proposal: Signal<Proposal | undefined>;
};
