/**
 * Sends the acts of an administrator. Asks for the password before the first act, and for a confirmation if a person
 * has duties.
 */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { AccountChanged, AccountRefused } from '../../protocol/accounts.ts';
import { leftDutyKey } from '../../protocol/left-duty-key.ts';
import { t } from '../core/texts.ts';
import type { Answer } from '../shell/answer.ts';
import { useApp } from '../shell/app.ts';

/** How much earlier than the server the page asks for the password again. */
const proofMarginMs = 5_000;

/** An act that the administrator has begun. */
export type Job = {
  /** The account that the act changes. */
  readonly userId: string;
  readonly name: string;
  /** The sentence that the page shows after the act. */
  readonly doneText: string;
  /** True: the person can do nothing until the next login. False: the person loses the rights permanently. */
  readonly isUntilLogin?: boolean;
  /**
   * The text for the question that the page asks before the act. Present only if a wall display would show no alarms
   * after the act.
   */
  readonly darkens?: string;
  readonly send: (proof: string, leaves: readonly string[]) => Promise<Answer<AccountChanged>>;
};

/** What the page shows about the last act. */
export type Result = { readonly userId: string; readonly isDone: boolean; readonly text: string };
export type OneTimePassword = { readonly userId: string; readonly name: string; readonly password: string };

export type AccountActs = ReturnType<typeof useAccountActs>;

/** @param onAnswered called when the list may have changed */
export function useAccountActs(onAnswered: () => Promise<void>) {
  const sender = useSender(onAnswered);
  /** The act that waits for the answer to the question about a wall display. */
  const darkening = useSignal<Job | undefined>(undefined);
  return {
    ...sender,
    darkening,
    /** Begins an act. If a wall display would show no alarms after the act, asks the administrator first. */
    begin(job: Job): void {
      sender.result.value = undefined;
      if (job.darkens === undefined) void sender.run(job);
      else darkening.value = job;
    },
    confirmDarkening(): void {
      const job = darkening.peek();
      darkening.value = undefined;
      if (job) void sender.run(job);
    },
    cancel(): void {
      darkening.value = undefined;
      sender.cancel();
    },
  };
}

function useSender(onAnswered: () => Promise<void>) {
  const app = useApp();
  /** The page keeps the proof only in its memory. So the cookies of this browser alone are not enough for an act. */
  const proof = useRef<{ readonly text: string; readonly untilMs: number } | undefined>(undefined);
  const busy = useSignal(false);
  const result = useSignal<Result | undefined>(undefined);
  const oneTimePassword = useSignal<OneTimePassword | undefined>(undefined);
  /** The act that waits for the password. */
  const waiting = useSignal<{ readonly job: Job; readonly leaves: readonly string[] } | undefined>(undefined);
  /** The act that waits for a confirmation, because the person has duties. */
  const leaving = useSignal<{ readonly job: Job; readonly refused: AccountRefused } | undefined>(undefined);

  async function run(job: Job, leaves: readonly string[] = []): Promise<void> {
    if (busy.peek()) return;
    result.value = undefined;
    leaving.value = undefined;
    const { text = '', untilMs = 0 } = proof.current ?? {};
    if (untilMs - proofMarginMs <= app.now.peek()) {
      waiting.value = { job, leaves };
      return;
    }
    busy.value = true;
    const answer = await job.send(text, leaves);
    busy.value = false;
    const { userId, name } = job;
    if (answer.ok) {
      const password = answer.data.oneTimePassword;
      if (password !== undefined) oneTimePassword.value = { userId, name, password };
      result.value = { userId, isDone: true, text: job.doneText };
      return onAnswered();
    }
    if (answer.code === 'password-needed') {
      proof.current = undefined;
      waiting.value = { job, leaves };
      return;
    }
    const refused = answer.body as AccountRefused | undefined;
    if (refused?.left) {
      leaving.value = { job, refused };
      return;
    }
    const unknown = answer.status === 0 ? t(' Look whether it was changed before you try again.') : '';
    result.value = { userId, isDone: false, text: `${answer.message}${unknown}` };
    await onAnswered();
  }

  /**
   * Sends the password, and then the act that waits. If the server refuses the password, returns a sentence that says
   * why.
   */
  async function enterPassword(password: string): Promise<string | undefined> {
    const answer = await app.api.proveAccountPassword(password);
    if (!answer.ok) return answer.message;
    proof.current = { text: answer.data.proof, untilMs: Date.parse(answer.data.until) };
    const next = waiting.peek();
    waiting.value = undefined;
    if (next) await run(next.job, next.leaves);
    return undefined;
  }

  function confirmLeaving(): void {
    const { job, refused } = leaving.peek() ?? {};
    if (!job) return;
    const keys = refused?.left?.map(leftDutyKey) ?? [];
    void run(job, refused?.openCalls ? [...keys, 'calls'] : keys);
  }

  function cancel(): void {
    waiting.value = undefined;
    leaving.value = undefined;
  }

  return { run, enterPassword, confirmLeaving, cancel, busy, result, oneTimePassword, waiting, leaving };
}
