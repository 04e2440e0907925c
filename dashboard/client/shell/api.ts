/** The server's REST routes. Every failure is returned as a value with one sentence for a person; nothing throws. */

import type { AssociateBody, Associated, CorrectBody, Devices, MoveBody, Places } from '../../protocol/devices.ts';
import { requestHeader } from '../../protocol/pace.ts';
import type {
  Accepted,
  AcknowledgeBody,
  AssessmentBody,
  AuditPage,
  ErrorBody,
  LimitsBody,
  LoginBody,
  PatientView,
  Session,
  StandbyBody,
  Ticket,
  Trends,
  Wards,
} from '../../protocol/rest.ts';
import type { WhatIf, WhatIfBody } from '../../protocol/what-if.ts';

export type Answer<T> =
  | { readonly ok: true; readonly data: T }
  | {
      readonly ok: false;
      readonly status: number;
      readonly code: string;
      readonly message: string;
      /** The whole body of a refusal that says more, e.g. `AcknowledgeRefused` of a 409. */
      readonly body?: unknown;
    };

/** After this time the server counts as not answering. */
const timeoutMs = 10_000;
/** The server needs longer for a day of values; it gives up before this. */
const workMs = 25_000;

export type Api = ReturnType<typeof createApi>;

/** `onLoggedOut` is called when the server no longer accepts the session, whatever was asked. */
export function createApi(onLoggedOut: () => void) {
  async function ask<T>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    { waitMs = timeoutMs, left }: { waitMs?: number; left?: AbortSignal } = {},
  ): Promise<Answer<T>> {
    let response: Response;
    try {
      response = await fetch(path, {
        method,
        credentials: 'same-origin',
        cache: 'no-store',
        headers: {
          ...(method === 'GET' ? {} : { [requestHeader.name]: requestHeader.value }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        signal: left ? AbortSignal.any([left, AbortSignal.timeout(waitMs)]) : AbortSignal.timeout(waitMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      return { ok: false, status: 0, code: 'no-answer', message: 'The server does not answer.' };
    }
    if (response.status === 401 && path !== '/api/login') onLoggedOut();
    if (!response.ok) return { ok: false, status: response.status, ...(await errorOf(response)) };
    if (response.status === 204) return { ok: true, data: undefined as T };
    try {
      return { ok: true, data: (await response.json()) as T };
    } catch {
      return { ok: false, status: response.status, code: 'bad-answer', message: 'The server’s answer cannot be read.' };
    }
  }

  const id = encodeURIComponent;
  return {
    logIn: (body: LoginBody) => ask<Session>('POST', '/api/login', body),
    logOut: () => ask<void>('POST', '/api/logout'),
    lock: () => ask<void>('POST', '/api/lock'),
    unlock: (password: string) => ask<Session>('POST', '/api/unlock', { password }),
    session: () => ask<Session>('GET', '/api/session'),
    wards: () => ask<Wards>('GET', '/api/wards'),
    ticket: () => ask<Ticket>('POST', '/api/ticket'),
    patient: (associationId: string) => ask<PatientView>('GET', `/api/associations/${id(associationId)}`),
    trends: (associationId: string, query: { codes: readonly string[]; from: string; to: string; points: number }) => {
      const search = new URLSearchParams({ ...query, codes: query.codes.join(','), points: String(query.points) });
      return ask<Trends>('GET', `/api/associations/${id(associationId)}/trends?${search}`);
    },
    acknowledge: (alarmId: string, body: AcknowledgeBody) =>
      ask<Accepted>('POST', `/api/alarms/${id(alarmId)}/acknowledge`, body),
    pauseAudio: (associationId: string, forMs: number) =>
      ask<Accepted>('POST', `/api/associations/${id(associationId)}/pause-audio`, { forMs }),
    setLimits: (associationId: string, body: LimitsBody) =>
      ask<Accepted>('POST', `/api/associations/${id(associationId)}/limits`, body),
    /** @param left aborted when the answer is not wanted any more */
    whatIf: (associationId: string, body: WhatIfBody, left: AbortSignal) =>
      ask<WhatIf>('POST', `/api/associations/${id(associationId)}/what-if`, body, { waitMs: workMs, left }),
    standby: (associationId: string, body: StandbyBody) =>
      ask<Accepted>('POST', `/api/associations/${id(associationId)}/standby`, body),
    endStandby: (associationId: string) => ask<Accepted>('DELETE', `/api/associations/${id(associationId)}/standby`),
    assess: (associationId: string, body: AssessmentBody) =>
      ask<Accepted>('POST', `/api/associations/${id(associationId)}/assessment`, body),
    places: () => ask<Places>('GET', '/api/places'),
    devices: () => ask<Devices>('GET', '/api/devices'),
    associate: (deviceId: string, body: AssociateBody) =>
      ask<Associated>('POST', `/api/devices/${id(deviceId)}/associations`, body),
    moveDevice: (deviceId: string, body: MoveBody) =>
      ask<Associated>('POST', `/api/devices/${id(deviceId)}/move`, body),
    correctPatient: (deviceId: string, associationId: string, body: CorrectBody) =>
      ask<Associated>('POST', `/api/devices/${id(deviceId)}/associations/${id(associationId)}/patient`, body),
    endAssociation: (deviceId: string, associationId: string, whole: 'device' | 'patient') =>
      ask<Associated>('DELETE', `/api/devices/${id(deviceId)}/associations/${id(associationId)}?whole=${whole}`),
    audit: (query: { before?: number; action?: string; userId?: string }) => {
      const search = new URLSearchParams({ limit: '100' });
      for (const [name, value] of Object.entries(query)) if (value) search.set(name, String(value));
      return ask<AuditPage>('GET', `/api/audit?${search}`);
    },
  };
}

async function errorOf(response: Response): Promise<ErrorBody & { body?: unknown }> {
  try {
    const body = (await response.json()) as Partial<ErrorBody>;
    if (typeof body.message === 'string') return { code: body.code ?? 'error', message: body.message, body };
  } catch {
    // Not our server's answer: a proxy's page, or nothing. The status is all that it says.
  }
  return { code: 'error', message: `The server refused this (${response.status}).` };
}
