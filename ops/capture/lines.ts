/** Turns records of the log into lines of a capture (docs/developer.md, "Captures"). Pure. */

import type { Command } from '../../contracts/messages/alarms.ts';
import { checkRecord, type RecordOf } from '../../contracts/messages/check.ts';
import { contentTypes } from '../../contracts/messages/records.ts';
import { clocksApartMsMax } from '../../contracts/steady-time.ts';
import { formatInstant, parseInstant } from '../../contracts/time.ts';
import type { Opened } from '../../log/envelope/header.ts';
import type { Disguise } from './disguise.ts';

export type Line = Readonly<Record<string, unknown>> & { readonly at: string; readonly kind: string };
type Members = Readonly<Record<string, unknown>>;

/** How a file is written. */
export type Manner = {
  /** Undefined: names and times stay as they are. */
  readonly disguise: Disguise | undefined;
  /** Returns the id that an alarm of the log has in the judged capture; undefined if the alarm is not known. */
  readonly alarmIdOf: (alarmId: string) => string | undefined;
  /** Returns whether the engine took a command; undefined if there is no answer. */
  readonly wasTaken: (commandId: string) => boolean | undefined;
};

/**
 * Returns the line for a record of `observations`; undefined if the alarm engine does not use the record.
 * @param appendedMs when Kafka got it, ms since 1970
 */
export function lineOf(
  { contentType, plaintext, place }: Opened,
  appendedMs: number,
  manner: Manner,
): Line | undefined {
  const checked = checkRecord(contentType, plaintext);
  if (!checked.ok || !('receivedAt' in checked.body)) return undefined;
  const receivedMs = parseInstant(checked.body.receivedAt);
  if (receivedMs === undefined) return undefined;
  const { disguise } = manner;
  // A record that waited long before it was appended (a redrive) is judged when it is appended. The capture's clock does not turn back for
  // it.
  const atMs = appendedMs - receivedMs > clocksApartMsMax ? appendedMs : receivedMs;
  const at = instantOf(atMs, disguise);
  const numbers = { boot: disguise?.boot(place.boot) ?? place.boot, seq: place.seq };
  switch (checked.contentType) {
    case contentTypes.observation:
    case contentTypes.status:
    case contentTypes.alerts: {
      const body = disguise ? disguised(checked, disguise) : asSent(plaintext);
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
      const more = { ...claimOf(checked.body, disguise), ...(reason !== undefined && { reason }) };
      return { at, kind: 'connection', connected, ...more };
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
 * Returns the line for a command; undefined for an acknowledgement of an alarm that the capture does not have.
 * @param atMs when the engine got it, ms since 1970
 */
export function commandLine(
  command: Command,
  atMs: number,
  { disguise, alarmIdOf, wasTaken }: Manner,
): Line | undefined {
  const { associationId: _association, commandId, at, by, ...asked } = command;
  const line = (more: Members): Line => ({
    at: instantOf(atMs, disguise),
    kind: 'command',
    command: {
      ...more,
      commandId: disguise?.commandId(commandId) ?? commandId,
      at: disguise ? (disguise.instant(at) ?? instantOf(atMs, disguise)) : at,
      by: disguise?.person(by) ?? by,
    },
  });
  if (asked.type === 'acknowledge') {
    const alarm = alarmIdOf(asked.alarmId);
    if (alarm === undefined) return undefined;
    // An accepted acknowledgement is accepted again, whichever revision the alarm has in the judged capture.
    const { type, rev } = asked;
    return line({ type, alarm, ...(rev !== undefined && wasTaken(commandId) !== true && { rev }) });
  }
  if (asked.type === 'standby' && disguise) return line({ ...asked, reason: 'left out' });
  if (asked.type !== 'set-limits' || !disguise || !asked.limits?.off) return line(asked);
  const until = disguise.instant(asked.limits.off.until) ?? asked.limits.off.until;
  return line({ ...asked, limits: { ...asked.limits, off: { reason: 'left out', until } } });
}

export function instantOf(ms: number, disguise: Disguise | undefined): string {
  return formatInstant(ms + (disguise?.shiftMs ?? 0));
}

function claimOf({ claim }: { readonly claim?: number | undefined }, disguise: Disguise | undefined): Members {
  return claim === undefined ? {} : { claim: disguise?.claim(claim) ?? claim };
}

function asSent(plaintext: Uint8Array): Members {
  return (JSON.parse(Buffer.from(plaintext).toString('utf8')) as { readonly reading: Members }).reading;
}

type Reading = RecordOf[(typeof contentTypes)['observation' | 'status' | 'alerts']];

/** Copies the known members of a message one by one. Everything else that the device sent is left out. */
function disguised({ contentType, body }: Reading, disguise: Disguise): Members {
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
