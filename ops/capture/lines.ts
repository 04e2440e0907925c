/** Turns records of the log into lines of a capture (docs/developer.md, "Captures"). Pure. */

import type { Command } from '../../contracts/messages/alarms.ts';
import { checkRecord, type RecordOf } from '../../contracts/messages/check.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { clocksApartMsMax } from '../../contracts/steady-time.ts';
import { formatInstant, parseInstant } from '../../contracts/time.ts';
import type { OpenedRecord } from '../../log/envelope/header.ts';
import type { Disguise } from './disguise.ts';

export type Line = Readonly<Record<string, unknown>> & { readonly at: string; readonly kind: string };
type Members = Readonly<Record<string, unknown>>;

/** What the functions of this file need to know about a capture. */
export type LineContext = {
  /** Replaces names and moves times; undefined if names and times stay unchanged. */
  readonly disguise: Disguise | undefined;
  /**
   * Returns the id that an alarm has in a replay of the capture; undefined for an alarm that the capture cannot name.
   */
  readonly alarmIdOf: (alarmId: string) => string | undefined;
  /** Returns whether the alarm engine accepted a command; undefined if the log has no answer. */
  readonly wasAccepted: (commandId: string) => boolean | undefined;
};

/**
 * Returns the line for a record of `observations`; undefined if the alarm engine does not use the record.
 * @param appendedMs the time at which the record was appended to Kafka, ms since 1970
 */
export function lineOf(
  { contentType, plaintext, origin }: OpenedRecord,
  appendedMs: number,
  context: LineContext,
): Line | undefined {
  const checked = checkRecord(contentType, plaintext);
  if (!checked.ok || !('receivedAt' in checked.body)) return undefined;
  const receivedMs = parseInstant(checked.body.receivedAt);
  if (receivedMs === undefined) return undefined;
  const { disguise } = context;
  // The times of lines must not decrease. So if a record was appended long after it was received (for example by a
  // redrive), its line has the time of the append.
  const atMs = appendedMs - receivedMs > clocksApartMsMax ? appendedMs : receivedMs;
  const at = instantOf(atMs, disguise);
  const numbers = { boot: disguise?.boot(origin.boot) ?? origin.boot, seq: origin.seq };
  switch (checked.contentType) {
    case contentTypes.observation:
    case contentTypes.status:
    case contentTypes.alerts: {
      const body = disguise ? disguisedBody(checked, disguise) : sentBody(plaintext);
      const will = 'will' in checked.body && checked.body.will;
      const isNumbered = body.boot === numbers.boot && body.seq === numbers.seq;
      return {
        at,
        kind: kinds[checked.contentType],
        body,
        ...(!isNumbered && numbers),
        ...(will && { will: { reason: will.reason, ...claimOf(will, disguise) } }),
      };
    }
    case contentTypes.connection: {
      const { connected, reason } = checked.body;
      const optional = { ...claimOf(checked.body, disguise), ...(reason !== undefined && { reason }) };
      return { at, kind: 'connection', connected, ...optional };
    }
    case contentTypes.notice:
      return { at, kind: 'notice', notice: checked.body.notice, forMs: checked.body.forMs };
    default:
      return undefined;
  }
}

const kinds = {
  [contentTypes.observation]: 'observations',
  [contentTypes.status]: 'status',
  [contentTypes.alerts]: 'alerts',
} as const;

/**
 * Returns the line for a command; undefined for an acknowledgement of an alarm that the capture cannot name.
 * @param atMs the time at which the alarm engine got the command, ms since 1970
 */
export function commandLine(
  command: Command,
  atMs: number,
  { disguise, alarmIdOf, wasAccepted }: LineContext,
): Line | undefined {
  const { associationId: _association, commandId, at, by, ...action } = command;
  const line = (members: Members): Line => ({
    at: instantOf(atMs, disguise),
    kind: 'command',
    command: {
      ...members,
      commandId: disguise?.commandId(commandId) ?? commandId,
      at: disguise ? (disguise.instant(at) ?? instantOf(atMs, disguise)) : at,
      by: disguise?.person(by) ?? by,
    },
  });
  if (action.type === 'acknowledge') {
    const alarm = alarmIdOf(action.alarmId);
    if (alarm === undefined) return undefined;
    // In a replay, the alarm may have another revision. The engine accepts an acknowledgement without a revision for
    // every revision of the alarm.
    const { type, rev } = action;
    return line({ type, alarm, ...(rev !== undefined && wasAccepted(commandId) !== true && { rev }) });
  }
  if (action.type === 'standby' && disguise) return line({ ...action, reason: 'left out' });
  if (action.type !== 'set-limits' || !disguise || !action.limits?.off) return line(action);
  const until = disguise.instant(action.limits.off.until) ?? action.limits.off.until;
  return line({ ...action, limits: { ...action.limits, off: { reason: 'left out', until } } });
}

export function instantOf(ms: number, disguise: Disguise | undefined): string {
  return formatInstant(ms + (disguise?.shiftMs ?? 0));
}

function claimOf({ claim }: { readonly claim?: number | undefined }, disguise: Disguise | undefined): Members {
  return claim === undefined ? {} : { claim: disguise?.claim(claim) ?? claim };
}

function sentBody(plaintext: Uint8Array): Members {
  return (JSON.parse(Buffer.from(plaintext).toString('utf8')) as { readonly reading: Members }).reading;
}

type Reading = RecordOf[(typeof contentTypes)['observation' | 'status' | 'alerts']];

/**
 * Copies only the members of a message that are listed here, with made-up names and moved times. Leaves out everything
 * else.
 */
function disguisedBody({ contentType, body }: Reading, disguise: Disguise): Members {
  const { boot, seq } = body.reading;
  const common = {
    ...(boot !== undefined && { boot: disguise.boot(boot) }),
    ...(seq !== undefined && { seq }),
    ...(body.reading.time !== undefined && { time: disguise.instant(body.reading.time) }),
  };
  switch (contentType) {
    case contentTypes.observation: {
      const { intervalMs, values } = body.reading;
      return {
        ...common,
        ...(intervalMs !== undefined && { intervalMs }),
        values: values.map(({ code, value, unit, validity }) => ({
          code: disguise.code(code),
          ...(value !== undefined && { value }),
          unit: disguise.unit(unit),
          ...(validity !== undefined && { validity }),
        })),
      };
    }
    case contentTypes.status: {
      const { online, intervalMs, conditions } = body.reading;
      return {
        ...common,
        online,
        ...(intervalMs !== undefined && { intervalMs }),
        ...(conditions && {
          conditions: conditions.map(({ condition, code, present }) => ({
            condition,
            ...(code !== undefined && { code: disguise.code(code) }),
            present,
          })),
        }),
      };
    }
    case contentTypes.alerts:
      return { ...common, ...disguisedAlerts(body.reading, disguise) };
  }
}

function disguisedAlerts({ alerts, sound, pausedUntil }: AlertsReading, disguise: Disguise): Members {
  return {
    alerts: alerts.map(({ code, priority, kind, text, since, parameter, side, value, limit, signal }) => ({
      code: disguise.alertCode(code),
      priority,
      kind,
      text: disguise.alertText(code, text),
      ...(since !== undefined && { since: disguise.instant(since) }),
      ...(parameter !== undefined && { parameter: disguise.code(parameter) }),
      ...(side !== undefined && { side }),
      ...(value !== undefined && { value }),
      ...(limit !== undefined && { limit }),
      ...(signal !== undefined && { signal }),
    })),
    ...(sound !== undefined && { sound }),
    ...(pausedUntil !== undefined && { pausedUntil: disguise.instant(pausedUntil) }),
  };
}

type AlertsReading = RecordOf[(typeof contentTypes)['alerts']]['body']['reading'];
