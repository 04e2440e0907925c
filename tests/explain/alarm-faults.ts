/** Faults before the call: of the policy, the engine, the delivery process, the alarm, the bed and the screens. */
import { type Fault, high, nobodyAnswers } from './fault.ts';

export const processFaults: readonly Fault[] = [
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

export const bedFaults: readonly Fault[] = [
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
