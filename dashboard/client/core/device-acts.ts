/** The acts that a person may choose for a device. */
import type { Devices } from '../../protocol/devices.ts';

export type DeviceAct = 'assign' | 'move' | 'admit' | 'correct' | 'end';

/**
 * Returns the acts that a person may choose, the most usual act first. A person without the permission to admit may
 * choose no act for a device with a patient.
 */
export function actsFor(current: Devices['devices'][number]['current'], mayAdmit: boolean): DeviceAct[] {
  if (!current) return ['assign'];
  if (current.occupied) return mayAdmit ? ['move', 'correct', 'end'] : [];
  return mayAdmit ? ['admit', 'move', 'end'] : ['move', 'end'];
}
