/** The sessions of this process, by client id: what a client that comes back finds again (MQTT 5 section 4.1). */
import type { ConnectionRecord } from '../../contracts/messages/records.ts';
import type { Exchanges } from '../core/exchanges.ts';
import type { CertificateFacts } from '../core/revocation.ts';
import type { SessionState, Will } from '../core/session.ts';
import type { Counters } from '../counters.ts';
import type { Source } from '../source.ts';
import type { Connection } from './connection.ts';
import type { Outcome, Sink } from './sink.ts';

type EndReason = NonNullable<ConnectionRecord['reason']>;

type DelayedWill = {
  readonly will: Will;
  readonly source: Source;
  /** How its connection ended. */
  readonly notice: EndReason;
  readonly dueMs: number;
};

export type Session = SessionState & {
  /** QoS 2 packet ids that the client has not released yet. */
  readonly exchanges: Exchanges<Outcome>;
  connection: Connection | undefined;
  /** With which it was last connected. */
  certificate: CertificateFacts;
  /** Without connection: when it ends, by the clock that never jumps. */
  endsAtMs: number;
  /** A will that waits for its delay. */
  delayedWill: DelayedWill | undefined;
};

export type Sessions = {
  /** The session that a CONNECT gets, and whether it was there before. A clean start ends the one before [MQTT-3.1.2-4]. */
  open(
    clientId: string,
    deviceId: string,
    clean: boolean,
    certificate: CertificateFacts,
  ): { readonly session: Session; readonly present: boolean };
  get(clientId: string): Session | undefined;
  /** The connection of a session ended: its will is published or waits for its delay, and the session is kept or ends. */
  leave(session: Session, connection: Connection, will: Will | undefined, notice: EndReason): void;
  /** Ends a session that lives on elsewhere, or that nobody may come back to: a will that waits is not published [MQTT-3.1.3-9]. */
  drop(session: Session): void;
  /** Ends sessions whose time has come, or whose certificate is barred, and publishes the wills that are due. */
  sweep(nowMs: number, isBarred: (session: Session) => boolean): void;
  count(): number;
};

export function createSessions(options: {
  readonly sessionsMax: number;
  readonly sink: Sink;
  readonly counters: Counters;
  readonly monotonicMs: () => number;
}): Sessions {
  const { sink, counters, monotonicMs } = options;
  const sessions = new Map<string, Session>();
  /** Those without connection, the longest so first. */
  const parked = new Set<Session>();

  function end(session: Session): void {
    parked.delete(session);
    if (sessions.get(session.clientId) === session) sessions.delete(session.clientId);
    publishDelayed(session);
  }

  /** The end of the session ends the delay too [MQTT-3.1.3-9]. */
  function publishDelayed(session: Session): void {
    const { delayedWill } = session;
    session.delayedWill = undefined;
    if (delayedWill) sink.will(delayedWill.source, delayedWill.will, delayedWill.notice);
  }

  function makeRoom(): void {
    if (sessions.size < options.sessionsMax) return;
    const [oldest] = parked;
    if (!oldest) return;
    counters.sessionsEvicted += 1;
    end(oldest);
  }

  return {
    get: (clientId) => sessions.get(clientId),
    count: () => sessions.size,
    open(clientId, deviceId, clean, certificate) {
      const known = sessions.get(clientId);
      if (known && !clean) {
        parked.delete(known);
        // A new connection before the delay is over: the will is not published [MQTT-3.1.3-9].
        known.delayedWill = undefined;
        known.certificate = certificate;
        return { session: known, present: true };
      }
      if (known) end(known);
      makeRoom();
      const session: Session = {
        clientId,
        deviceId,
        exchanges: new Map(),
        inboxSubscribed: false,
        expiryMs: 0,
        connection: undefined,
        certificate,
        endsAtMs: Number.POSITIVE_INFINITY,
        delayedWill: undefined,
      };
      sessions.set(clientId, session);
      return { session, present: false };
    },
    leave(session, connection, will, notice) {
      const source = connection.client!.source;
      const nowMs = monotonicMs();
      const delayed = will !== undefined && will.delayMs > 0 && session.expiryMs > 0;
      if (will && !delayed) sink.will(source, will, notice);
      sink.ended(source, notice);
      if (session.connection !== connection) return;
      session.connection = undefined;
      if (session.expiryMs === 0) {
        end(session);
        return;
      }
      session.endsAtMs = nowMs + session.expiryMs;
      if (will && delayed) session.delayedWill = { will, source, notice, dueMs: nowMs + will.delayMs };
      parked.add(session);
    },
    drop(session) {
      session.delayedWill = undefined;
      end(session);
    },
    sweep(nowMs, isBarred) {
      for (const session of parked) {
        if (session.endsAtMs <= nowMs || isBarred(session)) end(session);
        else if (session.delayedWill && session.delayedWill.dueMs <= nowMs) publishDelayed(session);
      }
    },
  };
}
