/**
 * Finds the reasons why nobody came. Records in the log prove each finding. A finding that something did not happen
 * ("no look at the ward") is made only if no record is missing.
 */
import { isHandOver } from '../connections.ts';
import { lateMsMax } from '../device-clock.ts';
import type { StandbyInForce } from '../messages/alarms.ts';
import { formatInstant, parseInstant } from '../time.ts';
import type { Began } from './began.ts';
import { callFindings } from './call-findings.ts';
import { type DelayChain, msOf, type StepName } from './chain.ts';
import { type DeliveryContext, deliveryFindings } from './delivery-findings.ts';
import { durationText } from './durations.ts';
import { type Finding, type FindingKind, inOrder, slowMs, type WrittenFinding } from './finding.ts';
import { firstOfEachRevision } from './history.ts';
import type { Looker, Lookers } from './lookers.ts';
import type { Logged } from './records.ts';
import { refusalsOf } from './requests.ts';
import { type Said, said, words } from './said.ts';
import { limitFindings, screenFindings } from './screen-findings.ts';

type Context = DeliveryContext & {
  readonly began: Began;
  readonly chain: DelayChain;
  readonly lookers: Lookers;
};

export function findingsOf(context: Context): WrittenFinding[] {
  return inOrder([
    ...delayFindings(context),
    ...clockFindings(context),
    ...signalFindings(context),
    ...standbyFindings(context),
    ...context.began.findings,
    ...limitFindings(context),
    ...connectionFindings(context),
    ...deliveryFindings(context),
    ...callFindings(context),
    ...screenFindings(context),
    ...personFindings(context),
  ]);
}

function delayFindings({ history, chain, began }: Context): Finding[] {
  const findings: Finding[] = [];
  const addIfLonger = (
    kind: FindingKind,
    to: StepName,
    from: StepName,
    msMax: number,
    text: (duration: string) => Said,
  ) => {
    const ms = betweenMs(chain, from, to);
    if (ms !== undefined && ms > msMax) findings.push({ kind, text: text(durationText(ms)) });
  };
  // If the reading did not raise the alarm, delays of the reading explain nothing.
  if (began.isByReading) addReadingDelays();
  if (history.events.some(({ body }) => body.type === 'raised' && body.alarm.late))
    findings.push({ kind: 'judged-late', text: words('The engine raised the alarm from readings that came late.') });
  addIfLonger(
    ...(['engine-behind', 'published', 'raised', slowMs] as const),
    (time) =>
      said`The engine was behind or down, or its clock was behind: the log got the event ${time} after the engine's time of the alarm.`,
  );
  return findings;

  function addReadingDelays(): void {
    addIfLonger(
      ...(['late-reading', 'received', 'determined', lateMsMax] as const),
      (time) =>
        said`The value that raised the alarm reached the gateway ${time} after its device time: it came late, or the device's clock is behind.`,
    );
    addIfLonger(
      ...(['gateway-behind', 'logged', 'received', slowMs] as const),
      (time) => said`The gateway was behind: the reading was in the log ${time} after the gateway had received it.`,
    );
    addIfLonger(
      ...(['judged-slowly', 'raised', 'logged', slowMs] as const),
      (time) =>
        said`The engine raised the alarm ${time} after the reading was in the log, and the log shows no other reason for that: the engine was behind or down.`,
    );
  }
}

function betweenMs({ steps }: DelayChain, from: StepName, to: StepName): number | undefined {
  const [fromMs, toMs] = [from, to].map((name) => msOf(steps.find((step) => step.name === name)!.time));
  return fromMs === undefined || toMs === undefined ? undefined : toMs - fromMs;
}

/** Finds an event whose time is before the time of the previous revision. */
function clockFindings({ records, history: { events } }: Context): Finding[] {
  if (!records.alarms.isWhole) return [];
  const backMs = events.slice(1).reduce((mostMs, { body }, index) => {
    const before = events[index]!.body;
    if (body.alarm.rev !== before.alarm.rev + 1) return mostMs;
    return Math.max(mostMs, Date.parse(before.at) - Date.parse(body.at));
  }, 0);
  if (backMs <= slowMs) return [];
  const text = said`The engine's times go back by ${durationText(backMs)} during the alarm: a clock was set, or two machines' clocks differ. Differences of times are not reliable.`;
  return [{ kind: 'clock-set', text }];
}

/** Finds why the alarm itself made no sound. One event is enough as proof. */
function signalFindings({ history: { events } }: Context): Finding[] {
  const findings: Finding[] = [];
  const others = new Set(events.flatMap(({ body }) => body.alarm.under ?? []));
  for (const condition of others)
    findings.push({
      kind: 'under',
      text: said`The alarm was under another alarm, ${condition}, which sounded instead.`,
    });
  if (others.size === 0 && events.some(({ body }) => body.alarm.present && body.alarm.signal === 'off'))
    findings.push({
      kind: 'signal-off',
      text: words(
        'For a time the alarm did not call: a more serious alarm of the same cause called instead, or the bed was on standby.',
      ),
    });
  for (const until of new Set(events.flatMap(({ body }) => body.alarm.audioPausedUntil ?? [])))
    findings.push({ kind: 'audio-paused', text: said`The sound was paused until ${until}.` });
  return findings;
}

/**
 * Finds the standbys that overlap the alarm. Finds nothing if records are missing: a standby whose end is missing would
 * look too long.
 */
function standbyFindings({ records, history }: Context): Finding[] {
  if (!records.alarms.isWhole) return [];
  return standbysOf(records.alarms.standbys)
    .filter(({ sinceMs, endMs }) => sinceMs <= history.untilMs && endMs > history.raisedMs)
    .map(({ sinceMs, endMs, by }) => ({
      kind: 'standby',
      text: said`The bed was on standby from ${formatInstant(sinceMs)} to ${formatInstant(endMs)} (${by}).`,
    }));
}

type StandbySpan = { readonly sinceMs: number; readonly endMs: number; readonly by: string };

/** Returns the standbys. A standby ends at the next change, or at the end that was set. */
function standbysOf(records: readonly Logged<StandbyInForce>[]): StandbySpan[] {
  const changes = firstOfEachRevision(records, ({ rev }) => rev);
  return changes.flatMap(({ body: { standby } }, index) => {
    if (standby === null) return [];
    const nextAt = changes[index + 1]?.body.at;
    const setEndMs = Date.parse(standby.until);
    const endMs = nextAt === undefined ? setEndMs : Math.min(setEndMs, Date.parse(nextAt));
    return [{ sinceMs: Date.parse(standby.since), endMs, by: standby.by.name }];
  });
}

function connectionFindings({ records: { observations }, history }: Context): Finding[] {
  if (!observations.isWhole) return [];
  const onsetMs = parseInstant(history.first.onsetAt) ?? history.raisedMs;
  return observations.connections
    .filter(
      ({ body, appendedMs }) =>
        !body.connected && !isHandOver(body.reason) && appendedMs >= onsetMs && appendedMs <= history.untilMs,
    )
    .map(({ body }) => ({
      kind: 'connection-ended',
      text: said`A connection of the device ended at ${body.receivedAt}${body.reason === undefined ? '' : said` (${words(body.reason)})`}.`,
    }));
}

function personFindings({ records, history, lookers }: Context): Finding[] {
  const findings: Finding[] = refusalsOf(records).map(({ request, answer }) => ({
    kind: 'refused',
    text: said`The acknowledgement of ${formatInstant(request.atMs)} by ${request.name} was refused: ${answer.reason ?? words('no reason is recorded.')}`,
  }));
  const { events, isComplete, clearedMs, untilMs } = history;
  const end = clearedMs === undefined ? said`up to ${formatInstant(untilMs)}` : words('before it ended');
  if (isComplete && !events.some(({ body }) => body.type === 'acknowledged'))
    findings.push({ kind: 'not-acknowledged', text: said`Nobody acknowledged the alarm ${end}.` });
  if (records.audit.isWhole && isComplete && records.ward !== undefined && !lookers.during.some(isLook))
    findings.push({
      kind: 'no-look',
      text: words(
        'The audit trail shows that nobody looked at the ward or the patient, or acted at the bed, while the alarm was present.',
      ),
    });
  return findings;
}

/** The audit trail does not record painted alarms as looks. */
const isLook = ({ kind }: Looker) => kind !== 'screen' && kind !== 'call';
