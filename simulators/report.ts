/** The lines that the simulator prints: its progress every few seconds, and the content of recordings. */
import type { Recording } from './core/recording.ts';
import type { FleetStatus } from './fleet.ts';

/** Returns the progress line for a terminal. */
export function progressLine(status: FleetStatus, elapsedMs: number): string {
  const parts = [
    `${Math.round(elapsedMs / 1000)} s`,
    `connected ${status.connected}/${status.devices}`,
    `published ${status.published}`,
    `acknowledged ${status.acknowledged}`,
    `resent ${status.resent}`,
  ];
  if (status.repeated > 0) parts.push(`repeated ${status.repeated}`);
  if (status.waiting > 0) parts.push(`waiting ${status.waiting}`);
  if (status.refused > 0) parts.push(`refused ${status.refused}`);
  if (status.dropped > 0) parts.push(`dropped ${status.dropped}`);
  if (status.garbage > 0) parts.push(`garbage ${status.garbageRefused}/${status.garbage} refused`);
  if (status.unwatched > 0) parts.push(`unwatched ${status.unwatched}`);
  if (status.inboxSilent > 0) parts.push(`inbox silent ${status.inboxSilent}`);
  return parts.join('  ');
}

/** Returns the line about a decoded recording for `--inspect`. */
export function recordingLine(name: string, recording: Recording): string {
  const { frames, waves } = recording;
  const numerics = frames.flatMap((frame) => frame.values);
  const missing = numerics.filter((numeric) => numeric.value === undefined).length;
  const codes = [...new Set(numerics.map((numeric) => numeric.code))].join(' ');
  const parts = [`${name}: ${recording.family}, loop of ${recording.loopMs / 1000} s`];
  if (frames.length > 0) {
    parts.push(
      `${frames.length} readings every ${recording.intervalMs / 1000} s, ${missing} of ${numerics.length} values missing (${codes})`,
    );
  }
  for (const wave of waves) parts.push(`${wave.code} ${wave.samples.length} samples at ${wave.rateHz} Hz`);
  if (recording.implausible > 0) parts.push(`${recording.implausible} implausible values left out`);
  if (recording.ignored.length > 0) parts.push(`not used: ${recording.ignored.join(' ')}`);
  return parts.join('; ');
}
