/**
 * Imitates the server's part of the delivery: the messages about deliveries and calls on the live connection, and the
 * routes for answers and for the ways to be reached. Everything else comes from the real server of the screens tests.
 */
import type { Browser, BrowserContext, Page, Route, WebSocketRoute } from 'playwright-core';
import type { Static } from 'typebox';
import type { Alarm } from '../../contracts/messages/alarms.ts';
import type { CallView, DeliveryView } from '../../contracts/messages/deliveries.ts';
import type {
  AnswerBody,
  AnswerResult,
  Calls,
  CallsPainted,
  Deliveries,
  DeliveryDown,
  MyCall,
  WardReach,
  WhoAnswer,
} from '../../dashboard/protocol/delivery.ts';
import { submitLogin } from '../browser.ts';
import { until } from '../system.ts';
import type { PlayedBed } from './scene.ts';
import type { ScreenServer } from './server.ts';

export type Answered = { readonly alarmId: string; readonly body: AnswerBody };
type AnswerDouble = (
  answered: Answered,
) => Promise<{ status: number; body: AnswerResult | { code: string; message: string } }>;

export type DeliveryDouble = Awaited<ReturnType<typeof openWithDelivery>>;

/** Opens a page, logs the user in, and imitates the delivery for this page, even after the page has connected again. */
export async function openWithDelivery(
  browser: Browser,
  server: ScreenServer,
  userId: string,
  options: { readonly width?: number; readonly height?: number } = {},
) {
  const { width = 390, height = 844 } = options;
  const context: BrowserContext = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width, height },
    serviceWorkers: 'allow',
  });
  const page: Page = await context.newPage();
  page.setDefaultTimeout(30_000);
  let socket: WebSocketRoute | undefined;
  let isBroken = false;
  let isAsked = false;
  let down: DeliveryDown | undefined;
  let calls: readonly MyCall[] = [];
  let wardReach: Static<typeof WardReach> | undefined;
  let who: Static<typeof WhoAnswer> | undefined;
  const asked: string[] = [];
  let views: readonly DeliveryView[] = [];
  const painted: CallsPainted[] = [];
  const answered: Answered[] = [];
  let answer: AnswerDouble = async () => ({ status: 200, body: { result: 'taken' } });

  const now = () => new Date().toISOString();
  const send = (message: Deliveries | Calls) => socket?.send(JSON.stringify(message));
  const sendDeliveries = () => send({ type: 'deliveries', at: now(), complete: true, views: [...views], gone: [] });
  const sendCalls = (checkId?: string) =>
    send({ type: 'calls', at: now(), calls: [...calls], ...(checkId !== undefined && { checkId }) });

  await page.routeWebSocket(/\/api\/live/, (fromPage) => {
    if (isBroken) {
      void fromPage.close({ code: 1011 });
      return;
    }
    const upstream = fromPage.connectToServer();
    socket = fromPage;
    fromPage.onMessage((text) => {
      const message = JSON.parse(String(text)) as { type: string };
      if (message.type === 'want-deliveries') {
        isAsked = true;
        sendDeliveries();
        sendCalls();
      } else if (message.type === 'calls-painted') painted.push(message as CallsPainted);
      else upstream.send(text);
    });
    upstream.onMessage((text) => {
      if (isBroken) return;
      const message = JSON.parse(String(text)) as { type: string };
      if (message.type === 'deliveries' || message.type === 'calls') return;
      const isHello = message.type === 'snapshot' || message.type === 'heartbeat';
      const patch = { ...message, deliveries: true, ...(down && message.type === 'heartbeat' && { delivery: down }) };
      fromPage.send(isHello ? JSON.stringify(patch) : text);
    });
  });
  await page.route(/\/api\/calls\/[^/]+\/answer$/, async (route: Route) => {
    const [, alarmId = ''] = /calls\/([^/]+)\/answer/.exec(route.request().url()) ?? [];
    const body = route.request().postDataJSON() as AnswerBody;
    answered.push({ alarmId, body });
    const result = await answer({ alarmId, body });
    await route.fulfill({ status: result.status, json: result.body });
  });
  const lookup = (body: () => unknown) => async (route: Route) => {
    asked.push(route.request().url());
    await route.fulfill(
      body() === undefined ? { status: 503, json: { code: 'x', message: 'Not ready.' } } : { json: body() },
    );
  };
  await page.route(
    /\/api\/wards\/[^/]+\/reach$/,
    lookup(() => wardReach),
  );
  await page.route(
    /\/api\/wards\/[^/]+\/who\?/,
    lookup(() => who),
  );
  await page.goto(`${server.origin}/`);
  await submitLogin(page, userId);
  await until('the page asks for deliveries', () => isAsked);
  return {
    page,
    /** The reports of the page about painted calls. */
    painted,
    /** The answers that the page has sent. */
    answered,
    playCalls(next: readonly MyCall[], checkId?: string) {
      calls = next;
      sendCalls(checkId);
    },
    playDeliveries(next: readonly DeliveryView[]) {
      views = next;
      sendDeliveries();
    },
    playDown(next: DeliveryDown | undefined) {
      down = next;
    },
    /** The addresses of the requests "who can be reached" and "who would be called". */
    asked,
    playWardReach(next: Static<typeof WardReach>) {
      wardReach = next;
    },
    playWho(next: Static<typeof WhoAnswer>) {
      who = next;
    },
    /** The server's result for the next answers. */
    onAnswer(next: AnswerDouble) {
      answer = next;
    },
    /** Breaks the connection: no message passes, and no new connection opens. */
    async breakConnection() {
      isBroken = true;
      await page.route('**/api/ticket', (route) => route.abort());
    },
    async mendConnection() {
      isBroken = false;
      await page.unroute('**/api/ticket');
    },
    close: () => context.close(),
  };
}

let callNumber = 0;

/** Returns a call of the person about an alarm, with 60 s to answer. */
export function callOf(alarm: Alarm, bed: PlayedBed, fields: Partial<MyCall> = {}): MyCall {
  callNumber += 1;
  const { ward, bed: name, patient } = bed.period;
  return {
    callId: `${alarm.alarmId}/1/${callNumber}`,
    round: 1,
    calledAt: new Date().toISOString(),
    answerBy: new Date(Date.now() + 60_000).toISOString(),
    acceptedBy: [],
    next: 'Ben Buddy',
    ward,
    alarm,
    bed: {
      associationId: alarm.associationId,
      ward,
      bed: name,
      occupied: true,
      patient,
      since: null,
      device: { deviceId: bed.deviceId, online: true, onlineChangedAt: null, conditions: [] },
      waves: [],
      notices: [],
      limits: null,
      standby: null,
      scores: null,
      values: [],
    },
    ...fields,
  };
}

/** Returns a call to the nurse Anna through her phone, as a part of a delivery. */
export function callViewOf(alarm: Alarm, fields: Partial<CallView> = {}): CallView {
  return {
    callId: `${alarm.alarmId}/1/1`,
    duty: 'nurse',
    userId: 'anna',
    name: 'Anna Nurse',
    channels: ['screen', 'push'],
    sent: [{ channel: 'push', stage: 'taken', atMs: Date.now() - 3_000 }],
    failed: [],
    outcome: 'waiting',
    calledAtMs: Date.now() - 4_000,
    repeat: 0,
    ...fields,
  };
}

/** Returns the delivery of an alarm that calls Anna. */
export function deliveryOf(alarm: Alarm, bed: PlayedBed, fields: Partial<DeliveryView> = {}): DeliveryView {
  return {
    alarmId: alarm.alarmId,
    associationId: alarm.associationId,
    ward: bed.period.ward,
    bed: bed.period.bed,
    kind: 'physiological',
    priority: alarm.priority,
    notSent: null,
    phase: 'calling',
    round: 1,
    policyVersion: 'test',
    notice: null,
    dueAtMs: Date.now() + 45_000,
    acceptedBy: [],
    calls: [callViewOf(alarm)],
    ...fields,
  };
}
