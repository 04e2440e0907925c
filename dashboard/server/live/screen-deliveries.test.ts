import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { builtInPolicy } from '../../../contracts/delivery-policy.ts';
import { initialState } from '../../../contracts/duties.ts';
import type { DeliveryCommand } from '../../../contracts/messages/delivery-commands.ts';
import { formatInstant } from '../../../contracts/time.ts';
import type { Calls, Deliveries } from '../../protocol/delivery.ts';
import { foldAlarmEvent } from '../core/alarms.ts';
import { foldAssociations } from '../core/beds.ts';
import { alarmIdOf, callTo, reachSeen, recordOf, uuid, viewOf } from '../core/delivery-board.testing.ts';
import { emptyDeliveryBoard, foldDelivery } from '../core/delivery-board.ts';
import { alarm, nurse, period, t0, table } from '../core/fold.testing.ts';
import { callsOf } from '../core/my-calls.ts';
import type { Scope } from '../core/screen.ts';
import { emptyState } from '../core/state.ts';
import { createDeliveryWriter, newCallTimes } from './delivery-writer.ts';
import { createScreenDeliveries } from './screen-deliveries.ts';
import { createSeenPatients } from './seen-patients.ts';

const logger = pino({ level: 'silent' });

/** Opens a page of nurse `n` on a server that knows alarm 1. `isAudited`: the audit trail accepts records. */
function openPage(options: { readonly isAudited?: boolean } = {}) {
  const state = emptyState();
  foldAssociations(state, table('d1', 1, period('assoc-01')));
  foldAlarmEvent(state, { type: 'raised', at: formatInstant(t0), alarm: alarm(alarmIdOf(1), 'assoc-01', 1) }, t0);
  const board = emptyDeliveryBoard();
  board.isRead = true;
  const written: DeliveryCommand[] = [];
  const audited: unknown[] = [];
  const messages: (Deliveries | Calls)[] = [];
  let scope: Scope | undefined = { ward: 'icu' };
  let endCode: number | undefined;
  const append = async (_topic: string, _key: string, _type: string, body: unknown) => {
    written.push(body as DeliveryCommand);
    return {} as never;
  };
  const writer = createDeliveryWriter({
    ...{ log: { append, appender: {} as never }, pseudonymOf: (userId) => userId, times: newCallTimes() },
    ...{ now: () => t0, logger },
  });
  const record = async (event: unknown) => {
    audited.push(event);
    if (options.isAudited === false) await new Promise(() => {});
  };
  const who = { actor: { userId: 'n', name: 'N', role: 'nurse' } } as const;
  const page = createScreenDeliveries({
    source: {
      board,
      state: () => state,
      callsOf: (viewer) => callsOf({ board, state, duties: initialState, policy: builtInPolicy, nowMs: t0 }, viewer),
      writer,
    },
    screen: {
      watched: () => scope && { viewer: nurse, scope },
      viewer: () => nurse,
      send(text) {
        messages.push(JSON.parse(text()));
        return true;
      },
      end: (code) => {
        endCode = code;
      },
      endedWith: () => endCode,
    },
    seenPatients: createSeenPatients({ record: record as never }, who, logger, { action: 'patient-viewed' }),
    now: () => t0,
    logger,
  });
  const take = (message: object) => page.take(JSON.stringify(message));
  return {
    ...{ page, board, state, written, audited, messages, writer, take },
    want: () => take({ type: 'want-deliveries' }),
    paint: (calls: { alarmId: string; callId: string }[], checkId?: string) =>
      take({ type: 'calls-painted', calls, ...(checkId && { checkId }) }),
    watch: (next: Scope | undefined) => {
      scope = next;
    },
    endCode: () => endCode,
    types: () => messages.map(({ type }) => type),
  };
}
const settle = () => new Promise((done) => setTimeout(done, 0));
const call = { alarmId: alarmIdOf(1), callId: 'call-n' };

describe('a page', () => {
  it('a page gets no deliveries before it has said that it understands them', () => {
    const { page, board, messages } = openPage();
    foldDelivery(board, recordOf(viewOf(1, [callTo('n')])));
    page.flush();
    page.followScope();
    expect(messages).toEqual([]);
  });

  it('a page gets no deliveries while the server still reads the records that were in the log at its start', () => {
    const { page, board, messages, want } = openPage();
    board.isRead = false;
    want();
    foldDelivery(board, recordOf(viewOf(1, [callTo('n')])));
    page.flush();
    page.followScope();
    expect(messages).toEqual([]);
    board.isRead = true;
    page.flush();
    expect(messages).toMatchObject([{ type: 'deliveries', complete: true, views: [{ alarmId: alarmIdOf(1) }] }]);
  });

  it('a page first gets all deliveries, then only changes; for another scope it gets all deliveries again', async () => {
    const { page, board, messages, want, watch, types } = openPage();
    want();
    expect(messages).toMatchObject([
      { type: 'deliveries', complete: true, views: [] },
      { type: 'calls', calls: [] },
    ]);
    page.flush();
    expect(messages.length).toBe(2);
    foldDelivery(board, recordOf(viewOf(1, [callTo('ben')])));
    page.flush();
    expect(messages.at(-1)).toMatchObject({ type: 'deliveries', complete: false, views: [{ alarmId: alarmIdOf(1) }] });
    page.followScope();
    expect(messages.length).toBe(3);
    watch({ ward: '*' });
    page.followScope();
    expect(messages.at(-1)).toMatchObject({ type: 'deliveries', complete: true, views: [{ alarmId: alarmIdOf(1) }] });
    expect(types()).toEqual(['deliveries', 'calls', 'deliveries', 'deliveries']);
  });

  it('a page gets calls even before its first Watch, and a call with a patient’s name only after the audit trail has the patient', async () => {
    const { page, board, messages, want, watch, audited } = openPage();
    watch(undefined);
    want();
    expect(messages).toMatchObject([{ type: 'calls', calls: [] }]);
    foldDelivery(board, recordOf(viewOf(1, [callTo('n')])));
    page.flush();
    expect(messages.length).toBe(1);
    await settle();
    expect(messages.at(-1)).toMatchObject({ calls: [{ callId: 'call-n', bed: { patient: { familyName: 'Made' } } }] });
    expect(audited).toMatchObject([{ action: 'patient-viewed', patientId: 'P-assoc-01' }]);
    page.flush();
    expect(messages.length).toBe(2);
  });

  it('a page gets a call even if the audit trail does not answer', async () => {
    const { page, board, messages, want } = openPage({ isAudited: false });
    want();
    foldDelivery(board, recordOf(viewOf(1, [callTo('n')])));
    page.flush();
    for (let tries = 0; tries < 1_000 && messages.length < 4; tries += 1)
      await new Promise((done) => setTimeout(done, 10));
    expect(messages.at(-1)).toMatchObject({ type: 'calls', calls: [{ callId: 'call-n' }] });
  });

  it('a page keeps its connection if the server cannot compute its deliveries', () => {
    const { page, board, want, endCode } = openPage();
    want();
    foldDelivery(board, recordOf(viewOf(1, [callTo('n')])));
    board.deliveries.set('broken', {} as never);
    page.flush();
    expect(endCode()).toBeUndefined();
  });
});

describe('a confirmation of a page', () => {
  async function calledPage() {
    const opened = openPage();
    foldDelivery(opened.board, recordOf(viewOf(1, [callTo('n'), callTo('ben')])));
    opened.want();
    await settle();
    return opened;
  }

  it('a confirmation is written once for each call that was sent to this page', async () => {
    const { paint, written, writer } = await calledPage();
    paint([call]);
    paint([call]);
    expect(written).toMatchObject([
      { type: 'receipt', by: { userId: 'n' }, channel: 'screen', stage: 'painted', calls: [call] },
    ]);
    expect(writer.figures).toMatchObject({ receipts: { painted: 1 }, unknownReceipts: 0 });
  });

  it.each([
    ['of another person', { ...call, callId: 'call-ben' }],
    ['with another alarm', { ...call, alarmId: alarmIdOf(2) }],
    ['that does not exist', { ...call, callId: 'nothing' }],
  ])('a confirmation of a call %s is not written', async (_, painted) => {
    const { paint, written } = await calledPage();
    paint([painted]);
    expect(written).toEqual([]);
  });

  it('a confirmation is not written if another page of the person has already painted the call', async () => {
    const { page, board, paint, written } = await calledPage();
    const sent = [{ channel: 'screen', stage: 'painted', atMs: t0 }] as const;
    foldDelivery(board, recordOf(viewOf(1, [callTo('n', { sent: [...sent] })])));
    page.flush();
    paint([call]);
    expect(written).toEqual([]);
  });

  it('a page gets and confirms only the newest canary of its person, and none that is older than a minute', async () => {
    const { page, board, paint, written, writer, messages } = await calledPage();
    foldDelivery(board, reachSeen('n', { state: 'asked', checkId: uuid(7), atMs: t0 - 60_000 }));
    page.flush();
    page.flush();
    expect(messages.filter((message) => 'checkId' in message)).toMatchObject([{ checkId: uuid(7) }]);
    paint([], uuid(8));
    paint([], uuid(7));
    expect(written).toMatchObject([{ type: 'check-receipt', checkId: uuid(7), channel: 'screen', stage: 'painted' }]);
    expect(writer.figures.unknownReceipts).toBe(1);
    foldDelivery(board, reachSeen('n', { state: 'asked', checkId: uuid(9), atMs: t0 - 60_001 }));
    page.flush();
    expect(messages.filter((message) => 'checkId' in message).length).toBe(1);
  });

  it.each([
    ['a list that is too long', { calls: Array.from({ length: 101 }, () => call) }],
    ['an id that is too short', { calls: [{ ...call, alarmId: 'x' }] }],
    ['a member that is not known', { calls: [], by: 'ben' }],
    ['misleading characters', { calls: [{ ...call, callId: 'a\u202eb' }] }],
  ])('a confirmation with %s ends the connection', async (_, fields) => {
    const { take, written, endCode } = await calledPage();
    expect(take({ type: 'calls-painted', ...fields })).toBe(true);
    expect([endCode(), written]).toEqual([4003, []]);
  });

  it('a Watch and a report of a page are not handled as confirmations', async () => {
    const { take } = await calledPage();
    expect([take({ type: 'watch' }), take({ type: 'report' })]).toEqual([false, false]);
  });
});
