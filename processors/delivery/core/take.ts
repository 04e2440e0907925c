/**
 * Computes from one input of the process the records for the topic `deliveries`: the decisions, the reports of channels
 * and pages, and the result of each answer. Pure.
 */
import { alarmText } from '../../../contracts/alarm-text.ts';
import type { Alarm, AlarmEvent } from '../../../contracts/messages/alarms.ts';
import type { DeliveryRecord, ReachEnded, ReachSeen, ReceiptStage } from '../../../contracts/messages/deliveries.ts';
import type { DeliveryCommand } from '../../../contracts/messages/delivery-commands.ts';
import { valueBesideLimitText } from '../../../contracts/number-text.ts';
import { parameters } from '../../../contracts/parameters.ts';
import { type AlarmText, type Book, evolveBookSafely, isFurther, wayOf } from './book.ts';
import { type AlarmFailure, decide } from './decide.ts';
import type { MessageDecision } from './events.ts';
import type { Context, Input } from './inputs.ts';
import { refusalOf } from './refusal.ts';
import { plainViewOf, viewOf } from './view.ts';

/** The report of a channel about a message. */
export type Report =
  | { readonly kind: 'reached'; readonly stage: ReceiptStage }
  | { readonly kind: 'failed'; readonly class: 'transient' | 'permanent'; readonly reason: string };

export type Intake =
  | { readonly type: 'alarm'; readonly event: AlarmEvent }
  | { readonly type: 'changed' }
  | { readonly type: 'timer'; readonly untilMs?: number }
  | { readonly type: 'command'; readonly command: DeliveryCommand }
  | { readonly type: 'report'; readonly message: MessageDecision; readonly report: Report }
  | { readonly type: 'reach'; readonly event: ReachSeen | ReachEnded };

/** `failures`: the alarms for which the rules threw an error, while the other alarms went on. */
export type Taken = {
  readonly book: Book;
  readonly records: readonly DeliveryRecord[];
  readonly failures?: readonly AlarmFailure[];
};

/** Returns the records that an input causes, and the book after them. @param nowMs the steady time of the process */
export function take(book: Book, intake: Intake, context: Context, nowMs: number): Taken {
  switch (intake.type) {
    case 'alarm':
      return takeInput(withText(book, intake.event), intake, context, nowMs);
    case 'changed':
    case 'timer':
      return takeInput(book, intake, context, nowMs);
    case 'command':
      return takeCommand(book, intake.command, context, nowMs);
    case 'report':
      return takeReport(book, intake.message, intake.report, context, nowMs);
    case 'reach':
      return withRecords(book, [{ event: intake.event } as DeliveryRecord]);
  }
}

function takeInput(book: Book, input: Input, context: Context, nowMs: number): Taken {
  const records: DeliveryRecord[] = [];
  let current = book;
  const decided = decide(book.state, input, context, nowMs);
  const failures = [...decided.failures];
  for (const each of decided.events) {
    const event = each as Mutable<typeof each>;
    const alarmId = event.type === 'message' ? event.calls[0]!.alarmId : event.alarmId;
    const note = (error: unknown) => failures.push({ alarmId, error });
    const { book: next, error } = evolveBookSafely(
      current,
      event.type === 'message' ? { event } : { event, after: null },
    );
    current = next;
    if (error !== undefined) note(error);
    records.push(event.type === 'message' ? { event } : { event, after: viewSafely(current, alarmId, context, note) });
  }
  return { book: withoutLooseText(current, input), records, ...(failures.length > 0 && { failures }) };
}

/**
 * Returns the view of an alarm's delivery; a view without calls if the code throws an error. So a fault about one alarm
 * does not stop the calls about the other alarms.
 */
function viewSafely(book: Book, alarmId: string, { placeOf }: Context, note: (error: unknown) => void) {
  try {
    return viewOf(book, alarmId, placeOf);
  } catch (error) {
    note(error);
    return plainViewOf(book, alarmId, placeOf);
  }
}

/** Removes `readonly`, because the types of the schemas have no readonly members. */
type Mutable<T> = T extends readonly (infer U)[]
  ? Mutable<U>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;

/** Removes the text of an alarm that calls nobody. */
function withoutLooseText(book: Book, input: Input): Book {
  if (input.type !== 'alarm' || book.state.alarms.has(input.event.alarm.alarmId)) return book;
  const texts = new Map(book.texts);
  texts.delete(input.event.alarm.alarmId);
  return { ...book, texts };
}

/**
 * Stores the newest text of an alarm for messages. The text needs no event of its own, because the view in the next
 * decision about the alarm has the text.
 */
function withText(book: Book, { alarm }: AlarmEvent): Book {
  const { alarmId, onsetAt } = alarm;
  const text = { text: alarmText(alarm).slice(0, 200), onsetAt, ...onsetValueOf(alarm) };
  return { ...book, texts: new Map(book.texts).set(alarmId, text) };
}

/** Returns the value at the onset if it is known and differs from the present value, which the text has. */
function onsetValueOf({ atOnset, code, value }: Alarm): Pick<AlarmText, 'onsetValue'> {
  if (atOnset === undefined || (atOnset.value === value && atOnset.code === (code ?? atOnset.code))) return {};
  const parameter = parameters.get(atOnset.code);
  const name = parameter?.label ?? atOnset.code;
  const digits = parameter?.digits ?? 0;
  return { onsetValue: `${name} ${valueBesideLimitText(atOnset.value, atOnset.limit, digits)}`.slice(0, 60) };
}

function takeCommand(book: Book, command: DeliveryCommand, context: Context, nowMs: number): Taken {
  switch (command.type) {
    case 'answer':
      return takeAnswer(book, command, context, nowMs);
    case 'receipt':
      return takePageReceipt(book, command, context, nowMs);
    case 'check-receipt':
      return { book, records: [] };
  }
}

function takeAnswer(
  book: Book,
  { commandId, by, alarmId, round, answer }: Extract<DeliveryCommand, { type: 'answer' }>,
  context: Context,
  nowMs: number,
): Taken {
  if (book.answered.includes(commandId)) return { book, records: [] };
  const { userId } = by;
  const input = { type: 'answer', alarmId, round, userId, answer } as const;
  const decided = takeInput(book, input, context, nowMs);
  const isTaken = decided.records.some(({ event }) => event.type === answer && event.userId === userId);
  const seen = { type: 'answer-seen', atMs: nowMs, commandId, alarmId, userId, answer } as const;
  const outcome = isTaken ? { taken: true } : { taken: false, reason: refusalOf(book.state, input) };
  return withRecords(decided.book, [{ event: { ...seen, ...outcome } }], decided.records);
}

/**
 * Handles the confirmation of a person's page or service worker. A confirmation counts only for the person's own calls,
 * and only if it is new.
 */
function takePageReceipt(
  book: Book,
  { by: { userId }, channel, stage, calls }: Extract<DeliveryCommand, { type: 'receipt' }>,
  context: Context,
  nowMs: number,
): Taken {
  let taken: Taken = { book, records: [] };
  for (const { alarmId, callId } of calls) {
    const call = taken.book.state.alarms.get(alarmId)?.round?.calls.find((other) => other.callId === callId);
    const way = wayOf(taken.book, alarmId, callId, channel);
    if (call?.userId !== userId || !way || !isFurther(stage, way.stage)) continue;
    const report = { kind: 'reached', stage } as const;
    taken = takeReceipt(taken, { alarmId, callId, userId, channel, report }, context, nowMs);
  }
  return taken;
}

function takeReport(book: Book, message: MessageDecision, report: Report, context: Context, nowMs: number): Taken {
  const { messageId, userId, channel } = message;
  return message.calls.reduce<Taken>(
    (taken, { alarmId, callId }) =>
      takeReceipt(taken, { messageId, alarmId, callId, userId, channel, report }, context, nowMs),
    { book, records: [] },
  );
}

type CallReport = Pick<MessageDecision, 'userId' | 'channel'> & {
  readonly messageId?: string;
  readonly alarmId: string;
  readonly callId: string;
  readonly report: Report;
};

/** Handles a report about one call. If the rules throw an error, the report counts, but the rules do not act on it. */
function takeReceipt(before: Taken, { report, ...about }: CallReport, context: Context, nowMs: number): Taken {
  const { alarmId, callId, channel } = about;
  const failures = [...(before.failures ?? [])];
  const note = (error: unknown) => failures.push({ alarmId, error });
  const outcome =
    report.kind === 'reached'
      ? { stage: report.stage }
      : { failure: { class: report.class, reason: report.reason.slice(0, 200) || 'no reason given' } };
  const event = { type: 'receipt', atMs: nowMs, ...about, ...outcome } as const;
  const after = viewSafely(evolveBookSafely(before.book, { event }).book, alarmId, context, note);
  const noted = withRecords(before.book, [{ event, ...(after && { after }) }], before.records);
  let decided: Taken = { book: noted.book, records: [] };
  try {
    decided = takeInput(noted.book, { type: 'receipt', alarmId, callId, channel, receipt: report }, context, nowMs);
  } catch (error) {
    note(error);
  }
  failures.push(...(decided.failures ?? []));
  const records = [...noted.records, ...decided.records];
  return { book: decided.book, records, ...(failures.length > 0 && { failures }) };
}

function withRecords(book: Book, added: readonly DeliveryRecord[], earlier: readonly DeliveryRecord[] = []): Taken {
  const after = added.reduce((all, record) => evolveBookSafely(all, record).book, book);
  return { book: after, records: [...earlier, ...added] };
}
