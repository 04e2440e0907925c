/** Calls the server's REST routes. A failure is returned as a value with a sentence for a person; no function throws. */

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
      /** The whole body of the refusal, which may have more fields, for instance `AcknowledgeRefused` of a 409. */
      readonly body?: unknown;
    };

/** How long a request waits for the server's answer. */
const timeoutMs = 10_000;
/** How long a what-if request waits. The server needs longer to judge a day of values, but gives up before this time. */
const whatIfTimeoutMs = 25_000;

export type Api = ReturnType<typeof createApi>;

/** @param onLoggedOut called when the server answers a request with 401: it no longer accepts the session */
export function createApi(onLoggedOut: () => void) {
  async function request<T>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    { waitMs = timeoutMs, cancel }: { waitMs?: number; cancel?: AbortSignal } = {},
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
        signal: cancel ? AbortSignal.any([cancel, AbortSignal.timeout(waitMs)]) : AbortSignal.timeout(waitMs),
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

  const idInPath = encodeURIComponent;
  return {
    logIn: (body: LoginBody) => request<Session>('POST', '/api/login', body),
    logOut: () => request<void>('POST', '/api/logout'),
    lock: () => request<void>('POST', '/api/lock'),
    unlock: (password: string) => request<Session>('POST', '/api/unlock', { password }),
    session: () => request<Session>('GET', '/api/session'),
    wards: () => request<Wards>('GET', '/api/wards'),
    ticket: () => request<Ticket>('POST', '/api/ticket'),
    patient: (associationId: string) => request<PatientView>('GET', `/api/associations/${idInPath(associationId)}`),
    trends: (associationId: string, query: { codes: readonly string[]; from: string; to: string; points: number }) => {
      const search = new URLSearchParams({ ...query, codes: query.codes.join(','), points: String(query.points) });
      return request<Trends>('GET', `/api/associations/${idInPath(associationId)}/trends?${search}`);
    },
    acknowledge: (alarmId: string, body: AcknowledgeBody) =>
      request<Accepted>('POST', `/api/alarms/${idInPath(alarmId)}/acknowledge`, body),
    pauseAudio: (associationId: string, forMs: number) =>
      request<Accepted>('POST', `/api/associations/${idInPath(associationId)}/pause-audio`, { forMs }),
    setLimits: (associationId: string, body: LimitsBody) =>
      request<Accepted>('POST', `/api/associations/${idInPath(associationId)}/limits`, body),
    /** @param cancel signal that aborts the request when its answer is not needed any more */
    whatIf: (associationId: string, body: WhatIfBody, cancel: AbortSignal) =>
      request<WhatIf>('POST', `/api/associations/${idInPath(associationId)}/what-if`, body, {
        waitMs: whatIfTimeoutMs,
        cancel,
      }),
    standby: (associationId: string, body: StandbyBody) =>
      request<Accepted>('POST', `/api/associations/${idInPath(associationId)}/standby`, body),
    endStandby: (associationId: string) =>
      request<Accepted>('DELETE', `/api/associations/${idInPath(associationId)}/standby`),
    assess: (associationId: string, body: AssessmentBody) =>
      request<Accepted>('POST', `/api/associations/${idInPath(associationId)}/assessment`, body),
    places: () => request<Places>('GET', '/api/places'),
    devices: () => request<Devices>('GET', '/api/devices'),
    associate: (deviceId: string, body: AssociateBody) =>
      request<Associated>('POST', `/api/devices/${idInPath(deviceId)}/associations`, body),
    moveDevice: (deviceId: string, body: MoveBody) =>
      request<Associated>('POST', `/api/devices/${idInPath(deviceId)}/move`, body),
    correctPatient: (deviceId: string, associationId: string, body: CorrectBody) =>
      request<Associated>(
        'POST',
        `/api/devices/${idInPath(deviceId)}/associations/${idInPath(associationId)}/patient`,
        body,
      ),
    endAssociation: (deviceId: string, associationId: string, whole: 'device' | 'patient') =>
      request<Associated>(
        'DELETE',
        `/api/devices/${idInPath(deviceId)}/associations/${idInPath(associationId)}?whole=${whole}`,
      ),
    audit: (query: { before?: number; action?: string; userId?: string }) => {
      const search = new URLSearchParams({ limit: '100' });
      for (const [name, value] of Object.entries(query)) if (value) search.set(name, String(value));
      return request<AuditPage>('GET', `/api/audit?${search}`);
    },
  };
}

async function errorOf(response: Response): Promise<ErrorBody & { body?: unknown }> {
  try {
    const body = (await response.json()) as Partial<ErrorBody>;
    if (typeof body.message === 'string') return { code: body.code ?? 'error', message: body.message, body };
  } catch {
    // The body is not from our server: a page of a proxy, or an empty body. Only the status is known.
  }
  return { code: 'error', message: `The server refused this (${response.status}).` };
}
