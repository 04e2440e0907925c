/**
 * Sends one screen the deliveries of its alarms and the open calls of its person, and handles the confirmations of its
 * page. A failure to send these messages does not stop the other messages of the screen. A message of the page that is
 * not valid, or whose handling fails, ends the connection.
 */
import type { Logger } from 'pino';
import { Compile } from 'typebox/compile';
import { textFaultIn } from '../../../contracts/text.ts';
import { formatInstant, parseInstant } from '../../../contracts/time.ts';
import { type Calls, CallsPainted, type Deliveries, type MyCall, WantDeliveries } from '../../protocol/delivery.ts';
import { closeCodes, paintedTextStart, wantDeliveriesTextStart } from '../../protocol/pace.ts';
import type { DeliveryBoard } from '../core/delivery-board.ts';
import { reachOf } from '../core/delivery-board.ts';
import type { Viewer } from '../core/rights.ts';
import type { Scope } from '../core/screen.ts';
import { deliveryChanges, type SentDeliveries } from '../core/shown-deliveries.ts';
import type { LiveState } from '../core/state.ts';
import type { DeliveryWriter } from './delivery-writer.ts';
import type { Screen } from './screen-connection.ts';
import type { SeenPatients } from './seen-patients.ts';
import { createSharedSending, type SharedSending } from './shared-sending.ts';

const wantCheck = Compile(WantDeliveries);
const paintedCheck = Compile(CallsPainted);
/**
 * A page that connects at most this long after a canary also gets this canary. The delivery process waits equally long
 * for the answer.
 */
const checkMsMax = 60_000;
/**
 * Maximum number of sent calls that this page may confirm. Above this number, the oldest calls are removed, and
 * confirmations of these calls are ignored.
 */
const sentCallsMax = 1_000;

/** What all screens of the server share. */
export type DeliverySource = {
  readonly board: DeliveryBoard;
  readonly state: () => LiveState;
  readonly callsOf: (viewer: Viewer) => MyCall[];
  readonly writer: DeliveryWriter;
};

export type ScreenDeliveries = {
  /** Handles a message of the page. Returns false if the message is not about deliveries. */
  take(text: string): boolean;
  /**
   * Sends what has changed since the last call of this function. Sends nothing before the page has said that it
   * understands these messages.
   * @param shared what all screens of the same sending share; absent if only this screen gets something
   */
  flush(shared?: SharedSending): void;
  /** Sends all deliveries of the scope if the page has begun to watch another scope. */
  followScope(): void;
};

/** Returns whether a message of a page is about deliveries. */
export const isAboutDeliveries = (text: string) =>
  text.startsWith(paintedTextStart) || text.startsWith(wantDeliveriesTextStart);

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: small functions around the state that they share.
export function createScreenDeliveries(parts: {
  readonly source: DeliverySource;
  readonly screen: Pick<Screen, 'watched' | 'viewer' | 'send' | 'end' | 'endedWith'>;
  /** Records the patients of the calls before their names are shown. */
  readonly seenPatients: SeenPatients;
  readonly now: () => number;
  readonly logger: Logger;
}): ScreenDeliveries {
  const { source, screen, seenPatients, now, logger } = parts;
  const { board, writer } = source;
  let isWanted = false;
  let scope: Scope | undefined;
  let sent: SentDeliveries = new Map();
  let sentCallsText: string | undefined;
  /** By call id: the alarm of each sent call; undefined after the page has confirmed the call. */
  const sentCalls = new Map<string, string | undefined>();
  let sentCheckId: string | undefined;

  // While the server still reads older records, the page would show calls that are over.
  const isOpen = () => isWanted && board.isRead && screen.endedWith() === undefined;

  function sendDeliveries(shared: SharedSending): void {
    const watched = screen.watched();
    if (!watched) return;
    const complete = watched.scope !== scope;
    const changes = deliveryChanges(board, source.state(), watched, complete ? new Map() : sent);
    if (!complete && changes.views.length === 0 && changes.gone.length === 0) return;
    const { views, gone } = changes;
    const message: Deliveries = { type: 'deliveries', at: formatInstant(now()), complete, views: [], gone };
    if (!screen.send(() => withList(message, 'views', `[${views.map(shared.viewText).join()}]`))) return;
    sent = changes.sent;
    scope = watched.scope;
  }

  function sendCalls(shared: SharedSending): void {
    const viewer = screen.viewer();
    const { calls, text } = shared.callsOf(viewer);
    const { asked } = reachOf(board, viewer.userId, 'screen', undefined);
    const checkId =
      asked && now() - asked.atMs <= checkMsMax && asked.checkId !== sentCheckId ? asked.checkId : undefined;
    if (text === sentCallsText && checkId === undefined) return;
    const patientIds = calls.flatMap(({ bed }) => bed?.patient?.patientId ?? []);
    if (seenPatients.isWaiting()) return;
    const unrecorded = seenPatients.unrecorded(patientIds);
    if (unrecorded.length > 0) {
      seenPatients.recordThen(unrecorded, () => flush());
      return;
    }
    const message: Calls = { type: 'calls', at: formatInstant(now()), calls: [], ...(checkId && { checkId }) };
    if (!screen.send(() => withList(message, 'calls', text))) return;
    sentCallsText = text;
    if (checkId !== undefined) sentCheckId = checkId;
    for (const { callId, alarm } of calls) if (!sentCalls.has(callId)) sentCalls.set(callId, alarm.alarmId);
    while (sentCalls.size > sentCallsMax) sentCalls.delete(sentCalls.keys().next().value!);
  }

  function flush(shared = createSharedSending(source.callsOf)): void {
    if (!isOpen()) return;
    try {
      sendDeliveries(shared);
      sendCalls(shared);
    } catch (error) {
      logger.error({ error: (error as Error).message }, 'the deliveries and calls of a screen could not be sent');
    }
  }

  function takePainted({ calls, checkId }: CallsPainted): void {
    const { userId, name, role } = screen.viewer();
    const by = { userId, name, role };
    const at = formatInstant(now());
    const confirmed = calls.filter(({ alarmId, callId }) => {
      const isOurs = sentCalls.get(callId) === alarmId;
      if (isOurs) sentCalls.set(callId, undefined);
      else if (!sentCalls.has(callId)) writer.figures.unknownReceipts += 1;
      return isOurs && !isPaintedBefore(alarmId, callId);
    });
    for (const { alarmId, callId } of confirmed) {
      const delivery = board.deliveries.get(alarmId);
      const raisedAt = source.state().alarms.get(alarmId)?.alarm.raisedAt;
      if (delivery) writer.notePainted(delivery, callId, raisedAt === undefined ? undefined : parseInstant(raisedAt));
    }
    const receipt = { at, by, channel: 'screen', stage: 'painted' } as const;
    if (confirmed.length > 0) writer.writeReceipt({ type: 'receipt', ...receipt, calls: confirmed });
    if (checkId === undefined) return;
    if (checkId === sentCheckId) writer.writeReceipt({ type: 'check-receipt', ...receipt, checkId });
    else writer.figures.unknownReceipts += 1;
  }

  /** Returns whether another page of the person, or this page before it connected again, has painted the call. */
  function isPaintedBefore(alarmId: string, callId: string): boolean {
    const call = board.deliveries.get(alarmId)?.view.calls.find((other) => other.callId === callId);
    return call?.sent.some(({ channel, stage }) => channel === 'screen' && stage === 'painted') ?? false;
  }

  return {
    flush,
    followScope() {
      if (isOpen() && screen.watched() !== undefined && screen.watched()?.scope !== scope) flush();
    },
    take(text) {
      if (!isAboutDeliveries(text)) return false;
      const body = parse(text);
      if (wantCheck.Check(body)) {
        isWanted = true;
        flush();
      } else if (paintedCheck.Check(body)) takePainted(body);
      else screen.end(closeCodes.badMessage, 'not a valid message about deliveries');
      return true;
    },
  };
}

/** Returns the JSON of a message. `list`, which is JSON already, replaces the list `name` of the message. */
function withList<Name extends string>(
  message: { readonly [key in Name]: readonly unknown[] },
  name: Name,
  list: string,
) {
  const { [name]: _, ...rest } = message;
  return `${JSON.stringify(rest).slice(0, -1)},"${name}":${list}}`;
}

function parse(text: string): unknown {
  try {
    const body: unknown = JSON.parse(text);
    return textFaultIn(body) === undefined ? body : undefined;
  } catch {
    return undefined;
  }
}
