/** The data and functions that the page of the assignment board gives to its parts. */
import type { Signal } from '@preact/signals';
import type { Duty } from '../../../contracts/messages/assignments.ts';
import type { Board } from '../../protocol/assignments.ts';
import type { Answer } from '../shell/api.ts';

type Ask = (ward: string, version: number) => Promise<Answer<unknown>>;

/** A change that takes back the last one, as a button beside the message that the last one is saved. */
export type Undo = { readonly label: string; readonly ask: Ask; readonly doneText: string };

/** Sends a change with the version of the board that the person sees. */
export type SendChange = (ask: Ask, doneText: string, undo?: Undo) => Promise<boolean>;

/** What the form "Assign" shows when another part of the board has opened it. */
export type Proposal = { readonly duty: Duty; readonly beds: readonly string[] };

export type BoardState = {
  readonly board: Board;
  readonly send: SendChange;
  readonly busy: Signal<boolean>;
  readonly proposal: Signal<Proposal | undefined>;
};
