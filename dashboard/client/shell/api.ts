/**
 * Calls the server's REST routes. A failure is returned as a value with a sentence for a person; no function throws.
 */

import type { Static } from 'typebox';
import type { AlarmReview, AlarmReviewQuery } from '../../protocol/alarm-review.ts';
import type {
  AcceptBody,
  AssignBody,
  AssignmentBody,
  AwayBody,
  BackBody,
  Board,
  BoardChanged,
  CoverBody,
  CsvBody,
  DeclineBody,
  LeaveOutcome,
  LeaveQuery,
  WaitingDuties,
} from '../../protocol/assignments.ts';
import type { AuditPage, AuditSearch } from '../../protocol/audit.ts';
import type {
  AnswerBody,
  AnswerResult,
  MyReach,
  PushKey,
  ReachAdded,
  ReachBody,
  WardReach,
  WhoAnswer,
  WhoQuery,
} from '../../protocol/delivery.ts';
import type { DeviceEvents, DeviceEventsQuery } from '../../protocol/device-events.ts';
import type { AssociateBody, Associated, CorrectBody, Devices, MoveBody, Places } from '../../protocol/devices.ts';
import type { ExplanationAnswer } from '../../protocol/explain.ts';
import type { NoteBody, NoteSaved, TaskBody } from '../../protocol/notes.ts';
import { requestHeader } from '../../protocol/pace.ts';
import type {
  Accepted,
  AcknowledgeBody,
  AssessmentBody,
  ErrorBody,
  LimitsBody,
  LoginBody,
  PatientView,
  Session,
  StandbyBody,
  Ticket,
  Wards,
} from '../../protocol/rest.ts';
import type { ShiftQuery, ShiftSummary } from '../../protocol/shift-summary.ts';
import type { TakeSoundBody } from '../../protocol/sound.ts';
import type { BeginTestBody, TestAnswerBody, TestBegun } from '../../protocol/sound-test.ts';
import type { StripAnswer } from '../../protocol/strip.ts';
import type { Strips, StripsQuery } from '../../protocol/strips.ts';
import type { WardOverview } from '../../protocol/ward-overview.ts';
import type { WaveHistory } from '../../protocol/wave-history.ts';
import type { WaveTimes } from '../../protocol/wave-times.ts';
import type { WhatIf, WhatIfBody } from '../../protocol/what-if.ts';

import { t } from '../core/texts.ts';
import { accountCalls } from './account-calls.ts';
import type { Answer, Call, SlowCall } from './answer.ts';
import { refusalText } from './refusal-texts.ts';
import { trendCalls } from './trend-calls.ts';

/** How long a request waits for the server's answer. */
const timeoutMs = 10_000;
/**
 * How long a request for an explanation of an alarm waits. The server waits for a free slot, and then reads the log for
 * at most 60 s.
 */
const explainTimeoutMs = 120_000;
/** How long a request for a strip waits. The server waits for a free slot, and then reads the log for at most 30 s. */
const stripTimeoutMs = 60_000;
/** How long a request for waves waits. The server reads the log for at most 15 s. */
const wavesTimeoutMs = 20_000;
/**
 * How long a what-if request waits. The server needs a long time to judge a day of values, but gives up earlier than
 * the page.
 */
const whatIfTimeoutMs = 25_000;

export type Api = ReturnType<typeof createApi>;

/**
 * Returns the function that sends requests. The returned function also counts the requests that change something.
 * @param onLoggedOut called when the server answers a request with 401, because the server no longer accepts the
 * session
 */
function createCaller(onLoggedOut: () => void) {
  /** Number of unanswered requests that change something. */
  let acts = 0;

  function call<T>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    { waitMs = timeoutMs, cancel }: { waitMs?: number; cancel?: AbortSignal } = {},
  ): Promise<Answer<T>> {
    if (method === 'GET') return request<T>(method, path, body, { waitMs, cancel });
    acts += 1;
    return request<T>(method, path, body, { waitMs, cancel }).finally(() => {
      acts -= 1;
    });
  }

  async function request<T>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body: unknown,
    { waitMs, cancel }: { waitMs: number; cancel: AbortSignal | undefined },
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
      return { ok: false, status: 0, code: 'no-answer', message: t('The server does not answer.') };
    }
    if (response.status === 401 && path !== '/api/login') onLoggedOut();
    if (!response.ok) return { ok: false, status: response.status, ...(await errorOf(response)) };
    if (response.status === 204) return { ok: true, data: undefined as T };
    try {
      return { ok: true, data: (await response.json()) as T };
    } catch {
      return {
        ok: false,
        status: response.status,
        code: 'bad-answer',
        message: t('The server’s answer cannot be read.'),
      };
    }
  }

  return { call, actsUnderway: () => acts };
}

/** @param onLoggedOut called after an answer 401: the server no longer accepts the session */
export function createApi(onLoggedOut: () => void) {
  const { call, actsUnderway } = createCaller(onLoggedOut);
  const id = encodeURIComponent;
  return {
    actsUnderway,
    ...boardCalls(call),
    ...deliveryCalls(call),
    ...soundCalls(call),
    ...reviewCalls(call),
    ...trendCalls(call),
    ...accountCalls(call),
    logIn: (body: LoginBody) => call<Session>('POST', '/api/login', body),
    logOut: () => call<void>('POST', '/api/logout'),
    lock: () => call<void>('POST', '/api/lock'),
    unlock: (password: string) => call<Session>('POST', '/api/unlock', { password }),
    session: () => call<Session>('GET', '/api/session'),
    wards: () => call<Wards>('GET', '/api/wards'),
    ticket: () => call<Ticket>('POST', '/api/ticket'),
    patient: (associationId: string) => call<PatientView>('GET', `/api/associations/${id(associationId)}`),
    /** @param cancel signal that aborts the request when its answer is not needed any more */
    waveHistory: (associationId: string, query: { from: string; to: string }, cancel: AbortSignal) => {
      const path = `/api/associations/${id(associationId)}/waves?${new URLSearchParams(query)}`;
      return call<WaveHistory>('GET', path, undefined, { waitMs: wavesTimeoutMs, cancel });
    },
    waveTimes: (associationId: string, after: number | undefined) =>
      call<WaveTimes>(
        'GET',
        `/api/associations/${id(associationId)}/wave-times${after === undefined ? '' : `?after=${after}`}`,
      ),
    acknowledge: (alarmId: string, body: AcknowledgeBody) =>
      call<Accepted>('POST', `/api/alarms/${id(alarmId)}/acknowledge`, body),
    explain: (alarmId: string, cancel: AbortSignal) =>
      call<ExplanationAnswer>('GET', explainPath(alarmId), undefined, { waitMs: explainTimeoutMs, cancel }),
    pauseAudio: (associationId: string, forMs: number) =>
      call<Accepted>('POST', `/api/associations/${id(associationId)}/pause-audio`, { forMs }),
    setLimits: (associationId: string, body: LimitsBody) =>
      call<Accepted>('POST', `/api/associations/${id(associationId)}/limits`, body),
    /** @param cancel signal that aborts the request when its answer is not needed any more */
    whatIf: (associationId: string, body: WhatIfBody, cancel: AbortSignal) =>
      call<WhatIf>('POST', `/api/associations/${id(associationId)}/what-if`, body, { waitMs: whatIfTimeoutMs, cancel }),
    standby: (associationId: string, body: StandbyBody) =>
      call<Accepted>('POST', `/api/associations/${id(associationId)}/standby`, body),
    endStandby: (associationId: string) => call<Accepted>('DELETE', `/api/associations/${id(associationId)}/standby`),
    writeNote: (associationId: string, body: NoteBody) =>
      call<NoteSaved>('POST', `/api/associations/${id(associationId)}/note`, body),
    changeTask: (associationId: string, body: TaskBody) =>
      call<NoteSaved>('POST', `/api/associations/${id(associationId)}/tasks`, body),
    assess: (associationId: string, body: AssessmentBody) =>
      call<Accepted>('POST', `/api/associations/${id(associationId)}/assessment`, body),
    places: () => call<Places>('GET', '/api/places'),
    /** @param open the device whose events the page shows; empty if the page shows no events */
    devices: (open: string) => call<Devices>('GET', `/api/devices?${new URLSearchParams({ open })}`),
    deviceEvents: (query: DeviceEventsQuery) =>
      call<DeviceEvents>('GET', `/api/device-events?${new URLSearchParams(query)}`),
    wardOverview: () => call<WardOverview>('GET', '/api/ward-overview'),
    associate: (deviceId: string, body: AssociateBody) =>
      call<Associated>('POST', `/api/devices/${id(deviceId)}/associations`, body),
    moveDevice: (deviceId: string, body: MoveBody) =>
      call<Associated>('POST', `/api/devices/${id(deviceId)}/move`, body),
    correctPatient: (deviceId: string, associationId: string, body: CorrectBody) =>
      call<Associated>('POST', `/api/devices/${id(deviceId)}/associations/${id(associationId)}/patient`, body),
    endAssociation: (deviceId: string, associationId: string, whole: 'device' | 'patient') =>
      call<Associated>('DELETE', `/api/devices/${id(deviceId)}/associations/${id(associationId)}?whole=${whole}`),
    searchAudit: (search: AuditSearch) => call<AuditPage>('POST', '/api/audit/search', search),
  };
}

const explainPath = (alarmId: string) => `/api/alarms/${encodeURIComponent(alarmId)}/explain`;

/** Returns the REST calls of the assignment board of a ward. */
function boardCalls(call: Call) {
  const path = (ward: string) => `/api/wards/${encodeURIComponent(ward)}/assignments`;
  const change =
    <Body>(act: string) =>
    (ward: string, body: Body) =>
      call<Static<typeof BoardChanged>>('POST', `${path(ward)}${act}`, body);
  return {
    board: (ward: string) => call<Board>('GET', path(ward)),
    leaveOutcome: (ward: string, query: LeaveQuery) => {
      const search = new URLSearchParams();
      for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
      return call<LeaveOutcome>('GET', `${path(ward)}/outcome?${search}`);
    },
    waitingDuties: () => call<WaitingDuties>('GET', '/api/duties/waiting'),
    assign: change<AssignBody>(''),
    acceptDuty: change<Static<typeof AcceptBody>>('/accept'),
    declineDuty: change<Static<typeof DeclineBody>>('/decline'),
    endDuty: change<Static<typeof AssignmentBody>>('/end'),
    goAway: change<Static<typeof AwayBody>>('/away'),
    comeBack: change<Static<typeof BackBody>>('/back'),
    answerCover: change<Static<typeof CoverBody>>('/cover'),
    uploadDuties: change<Static<typeof CsvBody>>('/csv'),
  };
}

/**
 * Returns the REST calls about the delivery of alarms: answers of the person, the ways to reach the person, and the
 * persons of a ward who can be reached.
 */
function deliveryCalls(call: Call) {
  const id = encodeURIComponent;
  return {
    answerCall: (alarmId: string, body: AnswerBody) =>
      call<AnswerResult>('POST', `/api/calls/${id(alarmId)}/answer`, body),
    myReach: () => call<Static<typeof MyReach>>('GET', '/api/reach'),
    addReach: (body: ReachBody) => call<ReachAdded>('POST', '/api/reach', body),
    removeReach: (reachId: string) => call<void>('DELETE', `/api/reach/${id(reachId)}`),
    pushKey: () => call<Static<typeof PushKey>>('GET', '/api/push-key'),
    wardReach: (ward: string) => call<Static<typeof WardReach>>('GET', `/api/wards/${id(ward)}/reach`),
    whoWouldBeCalled: (ward: string, query: WhoQuery) => {
      const search = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== undefined));
      return call<Static<typeof WhoAnswer>>('GET', `/api/wards/${id(ward)}/who?${search}`);
    },
  };
}

/** Returns the REST calls for the alarm history and for the strips of its alarms. */
function reviewCalls(call: SlowCall) {
  return {
    alarmReview: (query: AlarmReviewQuery) => {
      const entries = Object.entries(query).map(([name, value]) => [name, String(value)]);
      return call<AlarmReview>('GET', `/api/alarm-review?${new URLSearchParams(entries)}`);
    },
    shiftSummary: (ward: string, query: ShiftQuery) =>
      call<ShiftSummary>('GET', `/api/wards/${encodeURIComponent(ward)}/shift?${new URLSearchParams(query)}`),
    strips: (query: StripsQuery) =>
      call<Strips>('GET', `/api/strips?${new URLSearchParams(query)}`, undefined, { waitMs: stripTimeoutMs }),
    strip: (alarmId: string, onset: number, cancel: AbortSignal) => {
      const path = `/api/alarms/${encodeURIComponent(alarmId)}/strip?onset=${onset}`;
      return call<StripAnswer>('GET', path, undefined, { waitMs: stripTimeoutMs, cancel });
    },
  };
}

/** Returns the REST calls about the sound of a ward. */
function soundCalls(call: Call) {
  const soundPath = (ward: string) => `/api/wards/${encodeURIComponent(ward)}/sound`;
  return {
    takeSound: (ward: string, body: TakeSoundBody) => call<void>('POST', soundPath(ward), body),
    giveSoundBack: (ward: string) => call<void>('DELETE', soundPath(ward)),
    beginSoundTest: (ward: string, body: BeginTestBody) => call<TestBegun>('POST', `${soundPath(ward)}/test`, body),
    answerSoundTest: (ward: string, body: TestAnswerBody) => call<void>('POST', `${soundPath(ward)}/test/answer`, body),
    letDisplaySound: (ward: string) => call<void>('POST', `${soundPath(ward)}/display`),
  };
}

async function errorOf(response: Response): Promise<ErrorBody & { body?: unknown }> {
  try {
    const body = (await response.json()) as Partial<ErrorBody>;
    if (typeof body.message === 'string')
      return { code: body.code ?? 'error', message: await refusalText(body.message), body };
  } catch {
    // The body is not from our server: perhaps a page of a proxy, or an empty body. Only the status is known.
  }
  return { code: 'error', message: t('The server refused this ({status}).', { status: response.status }) };
}
