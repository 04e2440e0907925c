/** Keeps the sessions of a listener and their delayed wills. */
import type { Counters } from '../counters.ts';
import type { Session, Sessions } from './parts.ts';
import type { Sink } from './sink.ts';

export function createSessions(options: {
  readonly sessionsMax: number;
  readonly sink: Sink;
  readonly counters: Counters;
  readonly monotonicMs: () => number;
}): Sessions {
  const { sink, counters, monotonicMs } = options;
  const sessions = new Map<string, Session>();
  /** Sessions without a connection, in the order in which they lost their connection. */
  const sessionsWithoutConnection = new Set<Session>();

  function endSession(session: Session): void {
    sessionsWithoutConnection.delete(session);
    if (sessions.get(session.clientId) === session) sessions.delete(session.clientId);
    publishDelayedWill(session);
  }

  /** Publishes the delayed will, if there is one. The end of a session also ends the delay [MQTT-3.1.3-9]. */
  function publishDelayedWill(session: Session): void {
    const { delayedWill } = session;
    session.delayedWill = undefined;
    if (delayedWill) sink.will(delayedWill.source, delayedWill.will, delayedWill.endReason);
  }

  function makeSpace(): void {
    if (sessions.size < options.sessionsMax) return;
    const [oldest] = sessionsWithoutConnection;
    if (!oldest) return;
    counters.sessionsEvicted += 1;
    endSession(oldest);
  }

  return {
    get: (clientId) => sessions.get(clientId),
    count: () => sessions.size,
    open(clientId, deviceId, clean, certificate) {
      const existing = sessions.get(clientId);
      if (existing && !clean) {
        sessionsWithoutConnection.delete(existing);
        // The client connected again before the delay was over, so the will is not published [MQTT-3.1.3-9].
        existing.delayedWill = undefined;
        existing.certificate = certificate;
        return { session: existing, existed: true };
      }
      if (existing) endSession(existing);
      makeSpace();
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
      return { session, existed: false };
    },
    handleConnectionEnd(session, connection, will, endReason) {
      const source = connection.client!.source;
      const nowMs = monotonicMs();
      const isDelayed = will !== undefined && will.delayMs > 0 && session.expiryMs > 0;
      if (will && !isDelayed) sink.will(source, will, endReason);
      sink.ended(source, endReason);
      if (session.connection !== connection) return;
      session.connection = undefined;
      if (session.expiryMs === 0) {
        endSession(session);
        return;
      }
      session.endsAtMs = nowMs + session.expiryMs;
      if (will && isDelayed) session.delayedWill = { will, source, endReason, dueMs: nowMs + will.delayMs };
      sessionsWithoutConnection.add(session);
    },
    endWithoutWill(session) {
      session.delayedWill = undefined;
      endSession(session);
    },
    sweep(nowMs, mustEnd) {
      for (const session of sessionsWithoutConnection) {
        if (session.endsAtMs <= nowMs || mustEnd(session)) endSession(session);
        else if (session.delayedWill && session.delayedWill.dueMs <= nowMs) publishDelayedWill(session);
      }
    },
  };
}
