/** The faults that the tests of `explain` put into a calm story: how each changes the story, and which findings name it. */
import type { FindingKind } from '../../contracts/explain/finding.ts';
import { awayEvent, dutyEvents, endedEvent, type PersonId, people, type Story } from './story.ts';

export type Fault = {
  readonly name: string;
  /** The findings that name this fault. */
  readonly causes: readonly FindingKind[];
  readonly change: (story: Story, between: (min: number, max: number) => number) => void;
};

const high = (story: Story) => {
  story.heartRate = 150;
  story.condition = 'HR.extreme-high';
};
/** Nobody sees a page, so only the phones count. */
const onlyPhones = (story: Story) => {
  for (const userId of people) story.persons[userId].page = false;
};
const nobodyAnswers = (story: Story) => {
  for (const userId of people) Object.assign(story.persons[userId], { answer: 'none', acknowledgeAfterS: null });
};
const withoutEvents = (story: Story, ...userIds: readonly PersonId[]) => {
  const kept = people.filter((userId) => !userIds.includes(userId));
  story.assignments = kept.flatMap((userId) => dutyEvents(userId));
};
const withDuty = (story: Story, userId: PersonId, options: Parameters<typeof dutyEvents>[1]) => {
  story.assignments = people.flatMap((other) => dutyEvents(other, other === userId ? options : {}));
};

const dutyFaults: readonly Fault[] = [
  { name: 'no nurse is assigned', causes: ['nobody-assigned'], change: (story) => withoutEvents(story, 'anna') },
  {
    name: 'nobody is assigned any more',
    causes: ['nobody-assigned'],
    change(story) {
      for (const userId of people) story.assignments.push(endedEvent(userId, -1800));
    },
  },
  {
    name: 'the ward has no assignments',
    causes: ['ward-without-assignments'],
    change(story) {
      story.assignments = [];
    },
  },
  {
    name: 'the nurse is away without a cover',
    causes: ['away-without-cover'],
    change: (story) => story.assignments.push(awayEvent('anna', -1200)),
  },
  {
    name: 'the nurse is away, and the cover has gone home',
    causes: ['away-without-cover'],
    change(story) {
      story.assignments.push(awayEvent('anna', -1200, 'ben'), endedEvent('ben', -900));
    },
  },
  {
    name: 'the nurse had not accepted, and does not come',
    causes: ['not-accepted'],
    change(story) {
      high(story);
      withDuty(story, 'anna', { isAccepted: false });
      story.persons.anna.answer = 'none';
    },
  },
  {
    name: 'the shift of the nurse is over, and nobody took over',
    causes: ['shift-over'],
    change(story) {
      high(story);
      withDuty(story, 'anna', { untilS: -1800 });
      story.persons.anna.answer = 'none';
    },
  },
  {
    name: 'the nurse goes away after the call',
    causes: ['duty-ended'],
    change(story) {
      high(story);
      Object.assign(story.persons.anna, { answer: 'none' });
      story.assignments.push(awayEvent('anna', 20));
    },
  },
  {
    name: 'the nurse accepts, and goes away',
    causes: ['accepted-then-gone'],
    change(story) {
      high(story);
      story.persons.anna.acknowledgeAfterS = null;
      story.assignments.push(awayEvent('anna', 50));
    },
  },
];

const phoneFault = (name: string, causes: Fault['causes'], phone: Story['persons']['anna']['phone']): Fault => ({
  ...{ name, causes },
  change(story) {
    high(story);
    onlyPhones(story);
    story.persons.anna.phone = phone;
  },
});
const serviceFault = (
  name: string,
  causes: Fault['causes'],
  channel: 'mail' | 'webhook',
  service: Story['mail'],
): Fault => ({
  ...{ name, causes },
  change(story) {
    high(story);
    Object.assign(story.policyChanges, { channels: ['screen', 'push', channel] });
    story[channel] = service;
  },
});

const channelFaults: readonly Fault[] = [
  phoneFault('the phone is off, and the push service takes the message', ['not-on-device'], 'off'),
  phoneFault('the subscription had ended', ['subscription-ended'], 'ended'),
  phoneFault('the subscription ends with the call', ['subscription-ended'], 'gone'),
  phoneFault('the push service answers with errors', ['channel-failed'], 'failing'),
  phoneFault('the last test message of the phone had failed', ['channel-down', 'unconfirmed'], 'down'),
  serviceFault('the mail server refuses', ['channel-failed'], 'mail', 'refused'),
  serviceFault('the webhook hangs', ['channel-failed'], 'webhook', 'hang'),
  serviceFault('the webhook says nothing', ['channel-silent'], 'webhook', 'silent'),
  {
    name: 'many alarms come at once',
    causes: ['message-waited'],
    change(story) {
      high(story);
      onlyPhones(story);
      story.otherAlarms = 12;
      story.delaysMs = { received: 20, logged: 20, judged: 20, published: 20 };
    },
  },
];

const personFaults: readonly Fault[] = [
  {
    name: 'the nurse rejects',
    causes: ['rejected'],
    change: (story) => Object.assign(story.persons.anna, { answer: 'rejected' }),
  },
  {
    name: 'everybody rejects',
    causes: ['rejected'],
    change(story) {
      for (const userId of people) Object.assign(story.persons[userId], { answer: 'rejected' });
    },
  },
  {
    name: 'the nurse does not answer',
    causes: ['unanswered'],
    change(story) {
      high(story);
      Object.assign(story.persons.anna, { answer: 'none' });
    },
  },
  {
    name: 'nobody answers',
    causes: ['unanswered', 'nobody-answered', 'last-called-again'],
    change(story) {
      high(story);
      nobodyAnswers(story);
      story.endS = Math.max(story.endS, 420);
    },
  },
  {
    name: 'the nurse accepts, and does not go',
    causes: ['accepted-not-acknowledged'],
    change(story) {
      high(story);
      for (const userId of people) story.persons[userId].acknowledgeAfterS = null;
      story.endS = 300;
    },
  },
  {
    name: 'the acknowledgement is refused',
    causes: ['refused'],
    change(story) {
      high(story);
      story.acts.push({ atS: 30, act: 'stale-acknowledgement' });
      for (const userId of people) story.persons[userId].acknowledgeAfterS = null;
    },
  },
  {
    name: 'the answer comes after the end',
    causes: ['answer-without-effect', 'unanswered'],
    change(story) {
      nobodyAnswers(story);
      high(story);
      story.endS = 40;
      story.lateAnswerBy = 'anna';
    },
  },
  {
    name: 'the alarm is acknowledged before a message leaves',
    causes: ['acknowledged-before-message'],
    change(story) {
      high(story);
      Object.assign(story.policyChanges, { firstAfterMs: 10_000 });
      story.acts.push({ atS: 6, act: 'acknowledge' });
    },
  },
];

const processFaults: readonly Fault[] = [
  {
    name: 'the policy calls nobody',
    causes: ['policy-not-sent'],
    change(story) {
      story.heartRate = 130;
      story.condition = 'HR.high';
      Object.assign(story.policyChanges, { medium: 'not-sent' });
    },
  },
  {
    name: 'quiet hours',
    causes: ['quiet-hours'],
    change(story) {
      story.priority = 'low';
      Object.assign(story.policyChanges, { low: 'quiet' });
    },
  },
  {
    name: 'the delivery process is behind',
    causes: ['delivery-behind'],
    change(story, between) {
      story.deliveryFromS = between(20, 60);
    },
  },
  {
    name: 'the delivery process comes back when the alarm is too old',
    causes: ['delivery-behind', 'too-old'],
    change(story) {
      high(story);
      nobodyAnswers(story);
      story.endS = 1_000;
      story.deliveryFromS = 940;
    },
  },
  {
    name: 'the delivery process does not run',
    causes: ['no-delivery'],
    change(story) {
      story.deliveryFromS = Number.POSITIVE_INFINITY;
    },
  },
  {
    name: 'the engine writes late',
    causes: ['engine-behind'],
    change(story, between) {
      story.delaysMs.published = between(8_000, 40_000);
    },
  },
  {
    name: 'the engine judges late',
    causes: ['judged-slowly'],
    change(story, between) {
      story.delaysMs.judged = between(8_000, 40_000);
    },
  },
  {
    name: 'the gateway is behind',
    causes: ['gateway-behind'],
    change(story, between) {
      story.delaysMs.logged = between(8_000, 40_000);
    },
  },
  {
    name: 'the readings come late',
    causes: ['late-reading', 'judged-late'],
    change(story, between) {
      story.delaysMs.received = between(13_000, 40_000);
    },
  },
  {
    name: 'the clock of the engine is set back',
    causes: ['clock-set'],
    change(story) {
      story.engineSetBackMs = 90_000;
    },
  },
];

const bedFaults: readonly Fault[] = [
  {
    name: 'another alarm sounds instead',
    causes: ['under', 'signal-off'],
    change(story) {
      Object.assign(story, { heartRate: 130, laterHeartRate: 150, condition: 'HR.high' });
    },
  },
  {
    name: 'standby',
    causes: ['standby', 'signal-off'],
    change(story) {
      nobodyAnswers(story);
      story.acts.push({ atS: 12, act: 'standby' });
    },
  },
  {
    name: 'the sound is paused',
    causes: ['audio-paused'],
    change: (story) => story.acts.push({ atS: 8, act: 'pause-audio' }),
  },
  {
    name: 'the limits are switched off',
    causes: ['limits-off'],
    change(story) {
      high(story);
      story.acts.push({ atS: -10, act: 'limits-off' });
    },
  },
  {
    name: 'the limits are changed while the value is beyond the new ones',
    causes: ['began-with-change'],
    change(story, between) {
      Object.assign(story, { heartRate: 115, condition: 'HR.high' });
      story.acts.push({ atS: between(15, 40), act: 'limits-changed' });
    },
  },
  {
    name: 'the limits are switched on again while the value is beyond them',
    causes: ['began-with-change'],
    change(story) {
      Object.assign(story, { heartRate: 130, condition: 'HR.high' });
      story.acts.push({ atS: -10, act: 'limits-off-briefly' });
    },
  },
  {
    name: 'a more serious alarm called before this one',
    causes: ['began-with-change'],
    change(story) {
      Object.assign(story, { heartRate: 150, laterHeartRate: 130, condition: 'HR.high' });
    },
  },
  {
    name: 'the connection ends',
    causes: ['connection-ended'],
    change(story) {
      story.connectionEndsAtS = 9;
    },
  },
  {
    name: 'the screens paint late',
    causes: ['painted-late'],
    change(story, between) {
      story.screenPaintsAfterMs = between(8_000, 40_000);
    },
  },
  {
    name: 'no screen paints',
    causes: ['no-painted-report'],
    change(story) {
      story.screenPaintsAfterMs = null;
      story.hasReportsAround = true;
    },
  },
];

export const faults: readonly Fault[] = [
  ...dutyFaults,
  ...channelFaults,
  ...personFaults,
  ...processFaults,
  ...bedFaults,
];
