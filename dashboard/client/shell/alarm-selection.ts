/**
 * The alarm that a person has selected with keys, and what the browser has painted of this alarm
 * (core/selected-alarm.ts).
 */
import { batch, effect, signal } from '@preact/signals';
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import {
  judgeKeyAcknowledge,
  nextAlarm,
  noWalk,
  type Seen,
  seenAfterPaint,
  selectionMs,
} from '../core/selected-alarm.ts';
import { stillMs } from '../core/stillness.ts';
import { t } from '../core/texts.ts';
import type { App } from './app.ts';

/** How long the page shows why a press of a key did nothing. */
const messageMs = 10_000;

/** The selected alarm, in the last state that the page got. */
export type SelectedAlarm = {
  readonly alarm: Alarm;
  /** Whether the alarm has left the screen since a person selected it. */
  readonly isGone: boolean;
};

/** @param steady a clock that never jumps, ms */
export function openAlarmSelection(app: App, steady: () => number) {
  const selected = signal<SelectedAlarm | undefined>(undefined);
  const readable = openReadable();
  const message = openMessage();
  const use = openUse();
  let walk = noWalk;

  function drop(): void {
    batch(() => {
      selected.value = undefined;
      message.clear();
    });
    walk = noWalk;
    use.end();
    readable.take(undefined);
  }

  const stop = effect(() => {
    const { value: screen } = app.screen;
    const before = selected.peek();
    if (!before || !screen) return;
    const alarm = screen.alarms.get(before.alarm.alarmId);
    if (alarm ? alarm !== before.alarm || before.isGone : !before.isGone)
      selected.value = { alarm: alarm ?? before.alarm, isGone: alarm === undefined };
  });

  return {
    selected,
    message: message.text,
    isReadable: readable.isReadable,
    isOld: use.isOld,
    touch: use.touch,
    drop,
    say: message.say,
    clearMessage: message.clear,
    selectNext(): void {
      const nowMs = steady();
      const selectedId = selected.peek()?.alarm.alarmId;
      // If the selection is old, this press may select the same alarm again.
      const leftId = use.touch(nowMs) ? selectedId : undefined;
      const next = nextAlarm(app.screen.peek()?.alarms.values() ?? [], walk, leftId, nowMs);
      if (!next.alarm) {
        drop();
        message.say(t('No alarm waits for an acknowledgement.'));
        return;
      }
      walk = next.walk;
      use.begin(nowMs);
      if (next.alarm.alarmId === selectedId) {
        if (leftId === undefined) readable.restart(nowMs);
        return;
      }
      readable.take(undefined);
      selected.value = { alarm: next.alarm, isGone: false };
    },
    /**
     * Acknowledges the selected alarm if the person has had time to read it. If not, shows why nothing is acknowledged.
     * @param pressedMs when the key was pressed
     */
    acknowledge(pressedMs: number): void {
      const alarmId = selected.peek()?.alarm.alarmId;
      if (alarmId === undefined) {
        message.say(t('No alarm is selected. Press n to select one.'));
        return;
      }
      if (!use.touch(pressedMs)) {
        message.say(t('Not acknowledged: the alarm was selected long ago. Press n first.'));
        return;
      }
      const judged = judgeKeyAcknowledge(alarmId, readable.seen(), app.screen.peek()?.alarms.get(alarmId), pressedMs);
      if (judged.kind === 'acknowledge') void app.answers.acknowledge(judged.alarm);
      else if (judged.kind === 'too-soon') message.say(t('Not acknowledged. Read the alarm, and press a again.'));
      else message.say(t('Nothing is acknowledged: the selected alarm is over. Press n for the next alarm.'));
    },
    /**
     * Must be called when the browser has painted the selected alarm.
     * @param alarm the painted state of the alarm
     */
    notePainted(alarm: Alarm): void {
      if (selected.peek()?.alarm.alarmId === alarm.alarmId)
        readable.take(seenAfterPaint(readable.seen(), alarm, steady()));
    },
    close(): void {
      stop();
      use.end();
      readable.take(undefined);
      message.clear();
    },
  };
}

/** Stores the time of the last key press for the selected alarm. Notices when this time is too long ago. */
function openUse() {
  const isOld = signal(false);
  let lastMs = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  function begin(nowMs: number): void {
    lastMs = nowMs;
    isOld.value = false;
    clearTimeout(timer);
    timer = setTimeout(() => {
      isOld.value = true;
    }, selectionMs);
  }
  return {
    isOld,
    begin,
    /**
     * Notes a key press for the selected alarm. Returns false if the selection was already old; an old selection stays
     * old.
     */
    touch(nowMs: number): boolean {
      if (isOld.peek() || nowMs - lastMs > selectionMs) return false;
      begin(nowMs);
      return true;
    },
    end(): void {
      clearTimeout(timer);
      isOld.value = false;
      lastMs = Number.NEGATIVE_INFINITY;
    },
  };
}

/** Stores what the browser has painted. Notices when a person has had enough time to read the alarm. */
function openReadable() {
  const isReadable = signal(false);
  let seen: Seen | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  function take(next: Seen | undefined): void {
    const isSame = next !== undefined && next.sinceMs === seen?.sinceMs;
    seen = next;
    if (isSame) return;
    isReadable.value = false;
    clearTimeout(timer);
    if (next)
      timer = setTimeout(() => {
        isReadable.value = true;
      }, stillMs);
  }
  return {
    isReadable,
    seen: () => seen,
    take,
    /** Starts the time for reading anew, so that the person must read the alarm again. */
    restart: (nowMs: number) => take(seen && { ...seen, sinceMs: nowMs }),
  };
}

/** Shows a text for some seconds: why the last press of a key did nothing. */
function openMessage() {
  const text = signal<string | undefined>(undefined);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const clear = () => {
    clearTimeout(timer);
    text.value = undefined;
  };
  return {
    text,
    clear,
    say(next: string): void {
      clear();
      text.value = next;
      timer = setTimeout(clear, messageMs);
    },
  };
}
